"""The spring of the demo: its marks, from their announcement in March on, as the record of changes saw them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.clock import FixedClock
from horde_model_reference.demo import DATA
from horde_model_reference.history.change_record import ChangeRecord
from horde_model_reference.history.changes import CategoryState
from horde_model_reference.history.database import Database
from horde_model_reference.history.days import day_number
from horde_model_reference.marks.mark import Marks
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from horde_model_reference.marks.marks_file import parse_marks

SPRING: Mapping[date, Mapping[str, MarkState]] = {
    date(2026, 3, 2): {"Cobalt Depth 768": MarkState.WAITING, "Orchid Portraits": MarkState.WAITING},
    date(2026, 4, 11): {"Orchid Portraits": MarkState.RECOVERED},
    date(2026, 5, 1): {"Cobalt Depth 768": MarkState.DUE},
    date(2026, 5, 20): {"Clayfolk Stopmotion": MarkState.WAITING, "redlark/Duskwater-17B": MarkState.UNKNOWN},
}
"""The new states of marks, by day."""

RECOVERED = ("It had 212 requests in 30 days, not less than 200.",)
"""The reasons of the recovered one, on its day."""


async def fill_changes(database: Database) -> None:
    """Write the changes of the spring, and the states that they lead to."""
    marks = parse_marks((DATA / "marks.toml").read_bytes(), "marks.toml")
    states: dict[str, MarkState] = {}
    for day, new in SPRING.items():
        states |= new
        record = ChangeRecord(database, FixedClock(datetime.combine(day, time(2), UTC)))
        for category in USAGE:
            await record.keep(_state(category, marks, states, day))


def _state(
    category: MODEL_REFERENCE_CATEGORY, marks: Marks, states: Mapping[str, MarkState], day: date
) -> CategoryState:
    own = {name: mark for name, mark in marks.of(category).items() if name in states}
    published = {
        name: deletion_mark(mark, states[name], RECOVERED if states[name] is MarkState.RECOVERED else ())
        for name, mark in own.items()
    }
    return CategoryState(category, day_number(day), marks=published)
