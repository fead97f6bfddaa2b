"""Distributions that want the import name for another program are told when the service starts."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from horde_model_reference.cli.actions.installation import conflicts
from tests.support.waiting import PATIENCE

TOO = "installs a package horde_model_reference too"


def install(folder: Path, name: str, version: str = "1.0", needs: str = "", **files: str) -> None:
    """Write the metadata of a distribution as pip does."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    required = f"Requires-Dist: {needs}\n" if needs else ""
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{required}")
    for file, content in files.items():
        (info / file.replace("__", ".")).write_text(content)


def told(folder: Path) -> list[str]:
    """Return the sentences about the distributions of a folder."""
    return list(conflicts(distributions(path=[str(folder)])))


@pytest.mark.parametrize(
    "files",
    [
        {"RECORD": "horde_model_reference/__init__.py,sha256=x,1\n"},
        {"RECORD": "other/__init__.py,,\n", "top_level__txt": "other\nhorde_model_reference\n"},
    ],
)
def test_another_owner_of_the_import_name_is_told(tmp_path: Path, files: dict[str, str]) -> None:
    install(tmp_path, "forked-reference", **files)
    (sentence,) = told(tmp_path)
    assert sentence.startswith(f"forked-reference {TOO}")
    assert "environment of its own" in sentence


@pytest.mark.parametrize("needs", ["horde_model_reference>=8.6", 'Horde.Model-Reference (>=8,<9) ; extra == "all"'])
def test_whoever_needs_the_library_of_this_name_is_told(tmp_path: Path, needs: str) -> None:
    install(tmp_path, "some-sdk", needs=needs)
    (sentence,) = told(tmp_path)
    assert sentence.startswith(f"some-sdk needs {needs.partition(' ;')[0]}, ")


def test_nothing_is_said_of_others(tmp_path: Path) -> None:
    install(tmp_path, "horde_model_reference", RECORD="horde_model_reference/__init__.py,,\n")
    install(tmp_path, "unlike", needs="horde-model-reference-tools", RECORD="horde_model_reference_tools/a.py,,\n")
    install(tmp_path, "nested", RECORD="vendored/horde_model_reference/a.py,,\n")
    (tmp_path / "broken-1.dist-info").mkdir()
    assert told(tmp_path) == []


def test_the_service_says_so_when_it_starts(tmp_path: Path) -> None:
    """A warning, and nothing more: it serves all the same, here until it finds that it cannot listen."""
    install(tmp_path, "some-sdk", needs="horde-model-reference>=8")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); from horde_model_reference.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--demo", "--host", "192.0.2.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    first, second, *_ = done.stderr.splitlines()
    assert first.startswith("warning: some-sdk needs horde-model-reference>=8, ")
    assert second.startswith("error: Cannot listen on 192.0.2.1")
    assert done.returncode == 1
