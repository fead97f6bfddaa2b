"""Where a name is not known, the closest ones are proposed."""

from __future__ import annotations

import pytest

from horde_model_reference.analytics.unknown_names import closest_names, unknown_model
from tests.support.builders import IMAGE
from tests.support.hostile_names import HOSTILE_NAMES

NAMES = ["Deliberate", "Anything Diffusion", "ICBINP", "Dreamshaper", "AbyssOrangeMix", "BB95 Furry Mix"]


@pytest.mark.parametrize(
    ("asked", "closest"),
    [("delibrate", "Deliberate"), ("DELIBERATE", "Deliberate"), ("Anything", "Anything Diffusion")],
)
def test_the_closest_come_first_whatever_the_case(asked: str, closest: str) -> None:
    assert closest_names(asked, NAMES).startswith(f"The closest names are: {closest}, ")


def test_where_there_are_no_names_none_are_proposed() -> None:
    assert closest_names("Deliberate", []) == ""


def test_the_order_of_the_known_names_changes_nothing() -> None:
    """Rule 12."""
    one, other = (unknown_model(IMAGE, "x", names, {}).hint for names in (NAMES, reversed(NAMES)))
    assert one == other


@pytest.mark.parametrize("name", ["\x1b[31mred", "one\ntwo", "\udcff", "", "d" * 9999])
def test_rule_13_neither_message_nor_hint_carries_what_acts(name: str) -> None:
    error = unknown_model(IMAGE, name, HOSTILE_NAMES.values(), {})
    assert (error.message + error.hint).isprintable()


def test_rule_11_a_skipped_name_is_answered_with_the_reason() -> None:
    error = unknown_model(IMAGE, "lost", NAMES, {"lost": "Record 'lost' (line 2) was skipped."})
    assert error.message == "Category image_generation has no model 'lost'. Record 'lost' (line 2) was skipped."
    assert "closest" not in error.hint
