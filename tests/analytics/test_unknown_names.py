"""Where a name is not known, the closest ones are proposed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from rapidfuzz import process

from horde_model_reference.analytics.unknown_names import CANDIDATES, closest_names, unknown_model
from tests.support.builders import IMAGE
from tests.support.hostile_names import HOSTILE_NAMES

NAMES = ["Deliberate", "Anything Diffusion", "ICBINP", "Dreamshaper", "AbyssOrangeMix", "BB95 Furry Mix"]


@pytest.mark.parametrize(
    ("asked", "closest"),
    [("delibrate", "Deliberate"), ("DELIBERATE", "Deliberate"), ("Anything", "Anything Diffusion")],
)
def test_the_closest_come_first_whatever_the_case(asked: str, closest: str) -> None:
    assert closest_names(asked, NAMES).startswith(f"The closest names are: {closest}, ")


def test_a_word_that_many_names_have_does_not_hide_the_closest() -> None:
    assert closest_names("AlbedoBas XL", ["AAM XL", "AlbedoBase XL (SDXL)", "Pony Diffusion XL"]) == (
        "The closest names are: AlbedoBase XL (SDXL), AAM XL, Pony Diffusion XL."
    )


@pytest.mark.parametrize(
    ("asked", "closest"),
    [("delibrate", "Deliberate"), ("DELIBERATE", "Deliberate"), ("Anythin diffusio", "Anything Diffusion")],
)
def test_the_closest_of_very_many_are_found(asked: str, closest: str) -> None:
    many = [*(f"Model {at} of some family" for at in range(20_000)), *NAMES]
    assert closest_names(asked, many).startswith(f"The closest names are: {closest}, ")


@pytest.mark.parametrize("asked", ["", "x", "\udcff", "é" * 10_000, "\u2603" * 4, ".*"])
def test_some_are_proposed_of_very_many_whatever_is_asked(asked: str) -> None:
    assert closest_names(asked, [f"Model {at}" for at in range(1_000)]).count("Model") == 5


def test_the_slow_comparison_is_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Design, section 14: it holds up all threads, so its candidates are bounded."""
    compared: list[int] = []
    extract = process.extract

    def counting(name: str, names: Collection[str], **more: Any) -> Any:
        compared.append(len(names))
        return extract(name, names, **more)

    monkeypatch.setattr(process, "extract", counting)
    closest_names("Model 7 x", [f"Model {at}" for at in range(1_000)])
    assert compared == [CANDIDATES]


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
