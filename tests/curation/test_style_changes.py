"""Styles of removed models are deleted or re-pointed (design section 9: styles)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.styles import Styles
from tests.support.curation import UNLIMITED, facts_of, plan_of

ANIME = {"baseline": "stable_diffusion_xl", "style": "anime"}
REALISTIC = {"baseline": "stable_diffusion_xl", "style": "realistic"}
OTHER = {"baseline": "flux_1", "style": "anime"}
FIGURES = {"gone": 0, "anime 1": 500, "anime 2": 900, "realistic": 5000, "other baseline": 9000}
RECORDS = {"gone": ANIME, "anime 1": ANIME, "anime 2": ANIME, "realistic": REALISTIC, "other baseline": OTHER}


def planned(
    on_removal: str,
    records: Mapping[str, Mapping[str, Any]] | None = None,
    settings: Mapping[str, Any] | None = None,
    select: tuple[str, ...] = ("gone",),
) -> Plan:
    """A plan that removes the selected models, one of which the style `a` names."""
    given = {name: record | dict((records or {}).get(name, {})) for name, record in RECORDS.items()}
    styles = Styles({"a": "gone", "kept": "anime 1"}, {"only": ("a",), "all": ("a", "kept")}, {"a": settings or {}})
    facts = facts_of(FIGURES, records=given, styles=styles)
    overrides = dict.fromkeys(select, "superseded")
    return plan_of(facts, UNLIMITED, {"styles": {"on_removal": on_removal}}, select=select, overrides=overrides)


def target(plan: Plan) -> str | None:
    """The model that the style `a` names after a plan."""
    (change,) = [change for change in plan.style_changes if change.style == "a"]
    return change.to


def test_under_protect_no_style_changes() -> None:
    plan = planned("protect")
    assert plan.style_changes == []
    assert (plan.effect.broken_styles, plan.effect.emptied_style_categories) == (["a"], ["only"])


def test_delete_deletes_the_styles_of_removed_models_alone() -> None:
    plan = planned("delete")
    assert [(change.style, change.model, change.to) for change in plan.style_changes] == [("a", "gone", None)]
    assert plan.effect.emptied_style_categories == ["only"]


def test_repoint_names_the_most_used_kept_model_of_the_kind() -> None:
    plan = planned("repoint")
    assert target(plan) == "anime 2"
    assert "same kind" in plan.style_changes[0].reason
    assert plan.effect.broken_styles == ["a"]
    assert plan.effect.emptied_style_categories == []


@pytest.mark.parametrize(
    ("records", "settings", "select", "to"),
    [
        # A removed model is no target, nor one whose requirements the style does not meet.
        ({}, {}, ("gone", "anime 2"), "anime 1"),
        ({"anime 2": {"requirements": {"max_steps": 8}}}, {"steps": 30}, ("gone",), "anime 1"),
        ({"anime 2": {"requirements": {"max_steps": 8}}}, {"steps": 8}, ("gone",), "anime 2"),
        ({"anime 2": {"requirements": {"clip_skip": 2}}}, {}, ("gone",), "anime 1"),
        # Without one of its kind, the most used of its baseline.
        ({}, {}, ("gone", "anime 1", "anime 2"), "realistic"),
        ({"gone": {"style": None}}, {}, ("gone",), "realistic"),
        # Without one of its baseline, none.
        ({}, {}, ("gone", "anime 1", "anime 2", "realistic"), None),
        ({"gone": {"baseline": "alone"}}, {}, ("gone",), None),
        ({"gone": {"inpainting": True}}, {}, ("gone",), None),
        ({name: {"requirements": {"min_width": 9}} for name in FIGURES}, {}, ("gone",), None),
    ],
)
def test_repoint_follows_kind_baseline_and_requirements(
    records: dict[str, Any], settings: dict[str, Any], select: tuple[str, ...], to: str | None
) -> None:
    assert target(planned("repoint", records, settings, select)) == to


def test_styles_that_named_no_listed_model_before_are_deleted_along() -> None:
    """The styles repository takes no change while one of them is there; without another change they stay."""
    styles = Styles({"a": "gone", "lost": "not listed"}, {})
    facts = facts_of(FIGURES, records=RECORDS, styles=styles)
    repoint = {"styles": {"on_removal": "repoint"}}
    changed = plan_of(facts, UNLIMITED, repoint, select=["gone"], overrides={"gone": "x"}).style_changes
    assert [(change.style, change.to) for change in changed] == [("a", "anime 2"), ("lost", None)]
    assert "before" in changed[1].reason
    assert plan_of(facts, UNLIMITED, repoint, select=["anime 1"], overrides={"anime 1": "x"}).style_changes == []


def test_a_style_of_a_record_that_was_skipped_stays() -> None:
    """Its model is listed, though its record cannot be read."""
    facts = facts_of(FIGURES, records=RECORDS, styles=Styles({"a": "gone", "b": "malformed"}, {}))
    skipping = replace(facts, catalogue=replace(facts.catalogue, skipped={"malformed": "why"}))
    delete = {"styles": {"on_removal": "delete"}}
    changed = plan_of(skipping, UNLIMITED, delete, select=["gone"], overrides={"gone": "x"}).style_changes
    assert [change.style for change in changed] == ["a"]


def test_unknown_styles_change_nothing_and_keep_their_models() -> None:
    facts = facts_of(FIGURES, records=RECORDS, styles=None)
    plan = plan_of(facts, UNLIMITED, {"styles": {"on_removal": "delete"}})
    assert plan.removed == []
    assert plan.style_changes == []
