"""The marks as a table and as an answer."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from horde_model_reference.curation.mark_standings import MarkStanding
from horde_model_reference.curation.marks_report import marks_answer, marks_table
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.marks.mark_state import MarkState
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.marks import mark_of

WARNING = DataWarning("mark_skipped", "marks.toml line 3: x.")
STANDINGS = [
    MarkStanding(mark_of("a", replacement="b", detail="d"), MarkState.DUE),
    MarkStanding(mark_of("c"), MarkState.RECOVERED, ("It is used.", "Jobs wait.")),
]


def shown(standings: list[MarkStanding], width: int = 100) -> str:
    console = Console(width=width, file=io.StringIO())
    for part in marks_table(standings, [WARNING]):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_has_days_reason_replacement_and_state() -> None:
    lines = [line.split() for line in shown(STANDINGS).splitlines()]
    assert ["a", "due", "2026-03-02", "2026-05-01", "low_use:d", "b"] in lines
    assert ["c", "recovered", "2026-03-02", "2026-05-01", "low_use"] in lines
    assert ["c,", "recovered:", "It", "is", "used.", "Jobs", "wait."] in lines
    assert ["mark_skipped:", "marks.toml", "line", "3:", "x."] in lines


def test_without_marks_it_says_so() -> None:
    assert shown([]).startswith("No model is marked.\n")


def test_on_a_narrow_terminal_name_and_state_stay() -> None:
    assert ["a", "due", "2026-05-01"] in [line.split() for line in shown(STANDINGS, 40).splitlines()]


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_names_are_inert(name: str) -> None:
    """Rule 13."""
    text = shown([MarkStanding(mark_of(name, note=name), MarkState.RECOVERED, (name,))])
    assert not ACTIVE.search(text.replace("\n", ""))


def test_the_answer_has_every_mark_with_its_category() -> None:
    answer = marks_answer(STANDINGS, [WARNING]).model_dump(mode="json")
    assert [(found["category"], found["name"], found["deletion_mark"]["state"]) for found in answer["marks"]] == [
        ("image_generation", "a", "due"),
        ("image_generation", "c", "recovered"),
    ]
    assert answer["warnings"] == [{"code": "mark_skipped", "message": "marks.toml line 3: x."}]
