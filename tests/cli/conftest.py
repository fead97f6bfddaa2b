"""The command line, the world it looks at, and the service to compare it with."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from horde_model_reference.cli import main
from horde_model_reference.settings import ENV_PREFIX
from tests.support.background import in_background
from tests.support.command_line import Cli, Run, World
from tests.support.curators import SOURCES, Curators
from tests.support.misbehaving_horde import MisbehavingHorde
from tests.support.service import BlockingClient, serving_the_sample, write_catalogues


@pytest.fixture(scope="session")
def demo() -> Iterator[BlockingClient]:
    """A client of one service for all tests, with the bundled sample and the simulated Horde."""
    with serving_the_sample() as client:
        yield client


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """The command line in this process, as a pipe would see it."""
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> Run:
        capsysbinary.readouterr()
        monkeypatch.setattr(sys, "argv", ["horde-model-reference", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsysbinary.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Run(code, captured.out, captured.err.decode())

    return run


@pytest.fixture
def horde() -> Iterator[MisbehavingHorde]:
    """A Horde on loopback, in a thread of its own."""
    with in_background(MisbehavingHorde()) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, horde: MisbehavingHorde) -> World:
    """An environment that leads to a catalogue in a folder and to the Horde on loopback."""
    monkeypatch.setenv("AI_HORDE_URL", horde.url)
    for category, location in write_catalogues(tmp_path).items():
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{category.upper()}", location)
    return World(tmp_path, horde)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, in which commands run; the sample keeps its data beside it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def curators(world: World, monkeypatch: pytest.MonkeyPatch) -> Curators:
    """A world with styles and a history."""
    for variable in SOURCES:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{variable}", "")
    return Curators(world.folder, world.horde)
