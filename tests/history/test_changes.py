"""The changes between two states of a category (design section 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.history.changes import (
    SENTENCES,
    CategoryState,
    Change,
    ChangeKind,
    change_id,
    changes_between,
    read_state,
    state_of,
)
from horde_model_reference.marks.mark_state import DeletionMark, MarkState, deletion_mark
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.marks import mark_of

DAY = 20_000


def marked(state: MarkState = MarkState.WAITING, **keys: Any) -> DeletionMark:
    return deletion_mark(mark_of("x", **keys), state, [])


def state(
    listed: Iterable[str] | None = ("a", "b"),
    critical: Mapping[str, bool] | None = None,
    marks: Mapping[str, DeletionMark] | None = None,
    unattributed: Iterable[str] | None = (),
    day: int = DAY,
) -> CategoryState:
    return CategoryState(
        IMAGE,
        day,
        None if listed is None else frozenset(listed),
        critical or {},
        marks or {},
        None if unattributed is None else frozenset(unattributed),
    )


def told(before: CategoryState | None, now: CategoryState) -> set[tuple[str, str]]:
    """The kinds and names of the changes, as a record tells them."""
    return {(found.kind.value, found.name) for found in changes_between(before, now.after(before) if before else now)}


class TestMarks:
    def test_a_new_mark_is_told_at_once_also_on_the_same_day_and_at_the_first_look(self) -> None:
        assert told(state(), state(marks={"a": marked()})) == {("marked", "a")}
        assert told(None, state(marks={"a": marked()})) == {("marked", "a")}

    def test_a_mark_that_is_taken_away(self) -> None:
        assert told(state(marks={"a": marked()}), state()) == {("unmarked", "a")}

    @pytest.mark.parametrize(("found", "kind"), [(MarkState.DUE, "due"), (MarkState.RECOVERED, "recovered")])
    def test_a_mark_that_is_due_or_recovered(self, found: MarkState, kind: str) -> None:
        assert told(state(marks={"a": marked()}), state(marks={"a": marked(found)})) == {(kind, "a")}
        assert told(state(marks={"a": marked(found)}), state(marks={"a": marked(found)})) == set()
        assert told(None, state(marks={"a": marked(found)})) == {("marked", "a"), (kind, "a")}

    @pytest.mark.parametrize("found", [MarkState.WAITING, MarkState.UNKNOWN])
    def test_other_states_are_no_change(self, found: MarkState) -> None:
        assert told(state(marks={"a": marked(MarkState.DUE)}), state(marks={"a": marked(found)})) == set()

    def test_a_marked_model_that_is_removed_is_not_unmarked(self) -> None:
        assert told(state(marks={"a": marked()}), state(["b"])) == {("removed", "a")}

    def test_rule_3_marks_that_cannot_be_read_are_as_they_were(self) -> None:
        unknown = replace(state(), marks=None)
        assert told(state(marks={"a": marked()}), unknown) == set()
        assert unknown.after(state(marks={"a": marked()})).marks == {"a": marked()}


class TestCatalogue:
    def test_names_come_and_go(self) -> None:
        assert told(state(["a", "b"]), state(["b", "c"])) == {("removed", "a"), ("added", "c")}

    def test_at_the_first_look_nothing_has_come(self) -> None:
        assert told(None, state(critical={"a": True}, unattributed=["x"])) == set()

    def test_rule_3_unknown_names_are_as_they_were(self) -> None:
        assert told(state(["a"]), state(None)) == set()
        assert told(state(None), state(["a"])) == set()


class TestFiguresOfTheHorde:
    def test_models_become_critical_and_are_no_longer(self) -> None:
        before, now = state(critical={"a": True, "b": False}), state(critical={"a": False, "b": True}, day=DAY + 1)
        assert told(before, now) == {("no_longer_critical", "a"), ("newly_critical", "b")}

    def test_they_are_compared_from_day_to_day(self) -> None:
        """Workers come and go within a day."""
        before, now = state(critical={"a": True}), state(critical={"a": False}, unattributed=["x"])
        assert told(before, now) == set()
        assert told(before, replace(now, day=DAY - 1)) == set()
        assert told(now.after(before), replace(now, day=DAY + 1)) == {
            ("no_longer_critical", "a"),
            ("newly_unattributed", "x"),
        }

    def test_rule_3_a_model_of_unknown_use_is_as_it_was(self) -> None:
        unknown = state(day=DAY + 1)
        assert told(state(critical={"a": True}), unknown) == set()
        after = unknown.after(state(critical={"a": True}))
        assert told(after, state(critical={"a": True}, day=DAY + 2)) == set()
        assert told(after, state(critical={"a": False}, day=DAY + 2)) == {("no_longer_critical", "a")}

    def test_a_model_that_is_new_is_not_newly_critical(self) -> None:
        assert told(state(["a"]), state(["a", "b"], critical={"b": True}, day=DAY + 1)) == {("added", "b")}

    def test_rule_3_unknown_names_of_no_model_are_as_they_were(self) -> None:
        unknown = state(unattributed=None, day=DAY + 1)
        assert told(state(unattributed=["x"]), unknown) == set()
        assert unknown.after(state(unattributed=["x"])).unattributed == frozenset({"x"})


NAMES = st.sampled_from(["a", "b", "c", *list(HOSTILE_NAMES.values())[:6]])
STATES = st.builds(
    CategoryState,
    st.just(IMAGE),
    st.integers(DAY, DAY + 3),
    st.none() | st.frozensets(NAMES),
    st.dictionaries(NAMES, st.booleans()),
    st.none() | st.dictionaries(NAMES, st.builds(marked, st.sampled_from(MarkState))),
    st.none() | st.frozensets(NAMES),
)


@given(STATES)
def test_a_state_is_read_as_it_was_written(found: CategoryState) -> None:
    assert read_state(IMAGE, found.written()) == found
    assert told(found, found) == set()


@given(STATES, STATES)
def test_a_change_is_told_once(before: CategoryState, now: CategoryState) -> None:
    """The invariant: after a look, the same look tells nothing more, whatever was unknown."""
    merged = now.after(before)
    found = [(change.kind, change.name) for change in changes_between(before, merged)]
    assert len(set(found)) == len(found)
    assert list(changes_between(merged, now.after(merged))) == []


class TestStateOfATable:
    def state_of(self, stats: Any, **more: Any) -> CategoryState:
        table = table_of(catalogue_of(["used", "unused"]), observation_of(stats, status_of({"used": 1})))
        return state_of(replace(table, **more), {"used": marked()}, DAY)

    def test_it_has_names_critical_models_marks_and_noticed_names(self) -> None:
        found = self.state_of(stats_of({"used": 500, "stranger": 100, "quiet stranger": 99}))
        assert found.listed == frozenset({"used", "unused"})
        assert found.critical == {"used": False, "unused": True}
        assert found.unattributed == frozenset({"stranger"})
        assert found.marks == {"used": marked()}

    def test_rule_3_without_statistics_nothing_is_critical_and_names_are_unknown(self) -> None:
        found = self.state_of({"day": {}, "month": {}, "total": {}})
        assert (found.critical, found.unattributed) == ({}, None)

    def test_rule_11_a_shrunk_catalogue_tells_neither_names_nor_marks(self) -> None:
        found = self.state_of(stats_of({"used": 1}), warnings=(DataWarning("catalogue_shrunk", "Half is missing."),))
        assert (found.listed, found.marks) == (None, None)

    def test_a_skipped_record_is_listed(self) -> None:
        assert "odd" in (self.state_of(stats_of({"used": 1}), skipped={"odd": "It is odd."}).listed or ())


def test_every_kind_has_its_sentence() -> None:
    assert list(SENTENCES) == list(ChangeKind)


def test_ids_are_stable_and_of_their_own() -> None:
    day = date(2026, 5, 1).isoformat()
    found = [
        change_id(category, when, Change(kind, name))
        for category in (IMAGE, TEXT)
        for when in (day, "2026-05-02")
        for kind in (ChangeKind.DUE, ChangeKind.MARKED)
        for name in ("a", "b", *HOSTILE_NAMES.values())
    ]
    assert len(set(found)) == len(found)
    assert found[0] == "tag:horde-model-reference,2026:image_generation/2026-05-01/due/ca978112ca1bbdca"
