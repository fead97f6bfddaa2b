"""The example units: systemd understands them, and the service's sandbox is tight."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from horde_model_reference.service.server import GRACE
from horde_model_reference.settings import Settings
from tests.support.pages import ROOT

UNITS = ROOT / "examples" / "systemd"
SERVICE = UNITS / "horde-model-reference.service"
MOST_EXPOSED = 15
"""The most that systemd may find exposed, in tenths, from 0 (nothing) to 100; 20 and less it calls OK or safe."""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, which call a program that exists here."""
    if shutil.which("systemd-analyze") is None:
        reason = "systemd-analyze is not installed, so the units are not checked"
        (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(reason)
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace("/usr/local/bin/horde-model-reference", sys.executable)
        (tmp_path / unit.name).write_text(
            text.replace("ExecStart=horde-model-reference", f"ExecStart={sys.executable}")
        )
    return tmp_path


def analyzed(*options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd's own checker; it needs no running systemd."""
    environment = os.environ | {"SYSTEMD_LOG_LEVEL": "warning"}
    command = ["systemd-analyze", *map(str, options)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@pytest.mark.parametrize("name", sorted(unit.name for unit in UNITS.iterdir()))
def test_systemd_understands_the_unit(units: Path, name: str) -> None:
    done = analyzed("verify", "--man=no", units / name)
    assert [line for line in done.stderr.splitlines() if name in line] == []


def test_little_of_the_machine_is_exposed(units: Path) -> None:
    done = analyzed("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", units / SERVICE.name)
    assert done.returncode == 0, done.stdout


def test_the_end_is_waited_for() -> None:
    """Longer than the service takes at most for requests that are under way."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(SERVICE, encoding="utf-8")
    longest = Settings.model_construct().request_deadline_seconds + GRACE
    assert int(unit["Service"]["TimeoutStopSec"]) > longest
