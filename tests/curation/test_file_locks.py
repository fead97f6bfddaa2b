"""One writer at a time for each catalogue file."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.file_locks import locked
from horde_model_reference.errors import PlanError


def test_a_file_that_is_locked_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "models.csv"
    with (
        locked([file]),
        pytest.raises(PlanError, match=r"models\.csv is being changed by another run"),
        locked([file], 0),
    ):
        pytest.fail("two writers at once")


def test_all_names_of_a_file_lead_to_one_lock(tmp_path: Path) -> None:
    file, link = tmp_path / "models.csv", tmp_path / "link.csv"
    file.touch()
    link.symlink_to(file)
    with locked([file, link]), pytest.raises(PlanError, match="another run"), locked([link], 0):
        pytest.fail("two writers at once")


def test_no_lock_is_left(tmp_path: Path) -> None:
    with locked([tmp_path / "a", tmp_path / "b"]):
        assert len(list(tmp_path.iterdir())) == 2
    assert not list(tmp_path.iterdir())


def test_a_lock_that_a_killed_process_left_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / ".a.lock").touch()
    with locked([tmp_path / "a"], 0):
        pass


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match="cannot be locked"), locked([tmp_path / "file" / "a"], 0):
        pytest.fail("locked within a file")
