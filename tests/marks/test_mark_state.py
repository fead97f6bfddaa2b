"""The states, and a mark with its state for answers."""

from __future__ import annotations

from horde_model_reference.marks.mark_state import STATES, MarkState, deletion_mark
from tests.support.marks import mark_of


def test_every_state_has_its_meaning() -> None:
    assert list(STATES) == list(MarkState)
    assert all(meaning.endswith(".") for meaning in STATES.values())


def test_an_answer_has_the_mark_and_its_state() -> None:
    mark = mark_of("a", detail="d", replacement="b", by="c", note="n", styles=["s"])
    shown = deletion_mark(mark, MarkState.RECOVERED, ["It is used."]).model_dump(mode="json")
    assert shown == {
        "since": "2026-03-02",
        "remove_after": "2026-05-01",
        "because": "low_use",
        "detail": "d",
        "replacement": "b",
        "by": "c",
        "note": "n",
        "state": "recovered",
        "reasons": ["It is used."],
    }
