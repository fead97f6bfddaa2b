"""``unmark``: marks are taken away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from horde_model_reference.demo import DATA
from horde_model_reference.marks.marks_file import parse_marks
from tests.support.command_line import Cli, assert_refused

pytestmark = pytest.mark.usefixtures("own_folder")


def names(path: Path) -> list[str]:
    return [mark.name for mark in parse_marks(path.read_bytes(), "marks.toml").entries]


def test_marks_go_and_comments_stay(cli: Cli) -> None:
    path = Path(shutil.copy(DATA / "marks.toml", "marks.toml"))
    before = names(path)
    comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
    run = cli("unmark", "image_generation", before[0], before[2], "--file", "marks.toml", "--demo")
    assert (run.code, run.text) == (0, "Unmarked 2 models in marks.toml.\n")
    assert names(path) == [before[1], *before[3:]]
    assert [line for line in path.read_text().splitlines() if line.startswith("#")] == comments


def test_a_model_without_a_mark_is_refused(cli: Cli) -> None:
    path = Path(shutil.copy(DATA / "marks.toml", "marks.toml"))
    before = path.read_bytes()
    run = cli("unmark", "image_generation", "Quiet Tides", "--file", "marks.toml", "--demo")
    assert_refused(run, 1, "'Quiet Tides' of image_generation is not marked")
    assert path.read_bytes() == before


def test_a_file_that_is_none_is_refused(cli: Cli) -> None:
    Path("marks.toml").write_text("[[marks]\n")
    assert_refused(cli("unmark", "text", "a", "--file", "marks.toml"), 1, "marks.toml", "line 1")
    assert_refused(cli("unmark", "text", "a"), 2, "no file of marks")
