"""The review in the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from horde_model_reference.review.review_terminal import review_report
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.reviews import facts, image_file, reviewed


def drawn(before: bytes, after: bytes, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(review_report(reviewed(facts(before, after))))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_findings_stand_with_record_line_and_code() -> None:
    shown = drawn(image_file(["One"]), image_file({"One": {}, "Two": {"description": ""}}))
    (line,) = [line for line in shown.splitlines() if "It lacks" in line]
    assert line.split() == ["warning", "Two", "27", "It", "lacks:", "description.", "[field_missing]"]
    assert "Added: Two" in shown


def test_without_findings_it_says_so() -> None:
    assert drawn(image_file(["One"]), image_file(["One"])).startswith("No findings.\n")


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_hostile_names_do_not_act(name: str) -> None:
    shown = drawn(image_file(["One"]), image_file({"One": {}, name: {"description": ""}}))
    assert not ACTIVE.search(shown.replace("\n", ""))


def test_a_narrow_terminal_does_without_lines() -> None:
    assert "Not shown, for want of room: Line." in drawn(image_file(["One"]), image_file({"A" * 30: {"style": ""}}), 60)
