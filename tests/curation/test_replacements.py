"""What could take a model's place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.replacements import MOST, SIZE_CLASSES, Standing, standings
from tests.support.builders import IMAGE, TEXT
from tests.support.curation import facts_of


def standings_of(
    figures: Mapping[str, int],
    records: Mapping[str, Mapping[str, Any]] | None = None,
    category: MODEL_REFERENCE_CATEGORY = IMAGE,
    **more: Any,
) -> dict[str, Standing]:
    facts = facts_of(figures, records=records, category=category, **more)
    return standings(facts.table.rows, category)


def names_of(standing: Standing) -> list[str] | None:
    return None if standing.replacements is None else [found.name for found in standing.replacements]


def test_models_of_the_kind_with_more_use_are_offered_best_first() -> None:
    found = standings_of({"a": 1, "b": 300, "c": 20, "d": 4000, "e": 5})
    assert MOST == 3
    assert {name: names_of(standing) for name, standing in found.items()} == {
        "d": [],
        "b": ["d"],
        "c": ["d", "b"],
        "e": ["d", "b", "c"],
        "a": ["d", "b", "c"],
    }
    assert {name for name, standing in found.items() if standing.last_of_its_kind} == {"d"}
    best = (found["a"].replacements or ())[0]
    assert (best.usage_month, best.reason) == (4000, "also stable_diffusion_xl, generalist")


def test_models_with_the_same_use_do_not_replace_each_other() -> None:
    """Else both could go, each for the other's sake."""
    found = standings_of({"a": 5, "b": 5, "c": 0, "d": 0})
    assert {name: names_of(standing) for name, standing in found.items()} == {
        "a": [],
        "b": [],
        "c": ["a", "b"],
        "d": ["a", "b"],
    }
    assert not any(standing.last_of_its_kind for standing in found.values())


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({"baseline": "stable_diffusion_1"}, "stable_diffusion_1, generalist"),
        ({"style": "anime"}, "stable_diffusion_xl, anime"),
        ({"inpainting": True}, "stable_diffusion_xl, generalist, inpainting"),
    ],
)
def test_baseline_style_and_inpainting_make_an_image_model_s_kind(other: Mapping[str, Any], kind: str) -> None:
    found = standings_of({"same": 10, "other": 5, "popular": 1000}, {"other": other})
    assert names_of(found["same"]) == ["popular"]
    assert found["other"] == Standing(kind, (), last_of_its_kind=True)


@pytest.mark.parametrize("missing", [{"baseline": None}, {"baseline": " "}, {"style": None}])
def test_a_record_that_does_not_say_has_no_kind(missing: Mapping[str, Any]) -> None:
    found = standings_of({"dumb": 5, "popular": 1000}, {"dumb": missing})
    assert found["dumb"] == Standing(None, None, None)
    assert found["dumb"].last_of_its_kind is None


def test_rule_3_without_usage_nothing_is_known_of_replacements() -> None:
    found = standings_of({"a": 1, "b": 2}, stats={"day": {}, "month": {}, "total": {}})
    assert all(standing.replacements is None and standing.kind for standing in found.values())


@pytest.mark.parametrize(
    ("billions", "label"),
    [(0.1, "up to 4B"), (4, "up to 4B"), (4.1, "up to 9B"), (7, "up to 9B"), (12, "up to 15B"), (36, "up to 36B"),
     (70, "up to 80B"), (80.1, "above 80B"), (999_999, "above 80B")],
)  # fmt: skip
def test_size_class_and_style_make_a_text_model_s_kind(billions: float, label: str) -> None:
    found = standings_of({"a/x": 5, "b/y": 9}, {"a/x": {"parameters": int(billions * 1e9), "style": "Chat"}}, TEXT)
    assert found["a/x"].kind == f"{label}, chat"
    assert found["b/y"].kind == "up to 9B, generalist"


def test_text_models_of_one_size_and_style_replace_each_other_family_first_then_baseline() -> None:
    """Design section 8: same family with more use, same baseline, same kind; families match ignoring case."""
    more: dict[str, dict[str, Any]] = {
        "a/Stheno-7B": {"baseline": "llama"},
        "b/STHENO-8B-Instruct": {},
        "c/Other-8B": {"baseline": "llama"},
        "d/Third-8B": {},
        "e/Fourth-8B": {"baseline": "llama", "style": "roleplay"},
        "f/Stheno-70B": {"parameters": 70 * 10**9},
    }
    months = {"a/Stheno-7B": 5, "b/STHENO-8B-Instruct": 10, "c/Other-8B": 20, "d/Third-8B": 900}
    found = standings_of(months | {"e/Fourth-8B": 9000, "f/Stheno-70B": 1}, more, TEXT)
    assert [(other.name, other.reason) for other in found["a/Stheno-7B"].replacements or ()] == [
        ("b/STHENO-8B-Instruct", "same family"),
        ("c/Other-8B", "same baseline"),
        ("d/Third-8B", "also up to 9B, generalist"),
    ]
    alone = {"d/Third-8B", "e/Fourth-8B", "f/Stheno-70B"}
    assert {name for name, standing in found.items() if standing.last_of_its_kind} == alone


def test_a_text_model_without_a_size_has_no_kind() -> None:
    assert standings_of({"a/x": 5, "b/x": 9}, {"a/x": {"parameters": None}}, TEXT)["a/x"] == Standing(None, None, None)


def test_the_size_classes_ascend_and_leave_nothing_out() -> None:
    limits = [limit for limit, _ in SIZE_CLASSES]
    assert limits == sorted(limits)
    assert limits[-1] == float("inf")
