"""Names for the jump field: those that begin with the text first, then the most used."""

from __future__ import annotations

from horde_model_reference.dashboard.jump import MOST_NAMES, names_like
from tests.support.builders import catalogue_of, observation_of, stats_of, table_of


def test_names_that_begin_with_the_text_come_first_then_the_most_used() -> None:
    use = {"xl old": 1, "XL new": 9, "big xl": 100, "other": 1000}
    table = table_of(catalogue_of(list(use)), observation_of(stats_of(use)))
    assert names_like(table, "Xl") == ["XL new", "xl old", "big xl"]
    assert names_like(table, "(") == []


def test_some_names_are_enough() -> None:
    names = [f"model {at}" for at in range(50)]
    table = table_of(catalogue_of(names), observation_of(stats_of({})))
    assert len(names_like(table, "model")) == MOST_NAMES
