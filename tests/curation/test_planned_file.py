"""The files of a plan are assembled in one place, for the command line and the web page alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.errors import PlanError
from tests.support.curation import facts_of
from tests.support.git_repository import GitRepository


def test_a_file_is_named_by_its_place_in_the_clone(tmp_path: Path) -> None:
    GitRepository(tmp_path)
    file = tmp_path / "sub/db.json"
    file.parent.mkdir()
    file.write_bytes(b"{}")
    assert PlannedFile.at(file) == PlannedFile("db.json", "sub/db.json", b"{}")


def test_the_catalogue_has_the_bytes_that_were_read() -> None:
    facts = facts_of({"a": 1})
    file = PlannedFile.of_catalogue(facts, b"{}")
    assert (file.name, file.path, file.content) == (facts.catalogue_file, facts.catalogue_file, b"{}")


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"gone\.json"):
        PlannedFile.at(tmp_path / "gone.json")
