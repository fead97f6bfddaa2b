"""Models and policies of every kind, for properties of plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.styles import Styles
from tests.support.curation import facts_of


@st.composite
def worlds(draw: st.DrawFn) -> tuple[CurationFacts, list[Mapping[str, Mapping[str, Any]]]]:
    """Models that are held back by many keys at once, and a policy that has all of them."""
    names = [f"m{at}" for at in range(draw(st.integers(1, 8)))]
    any_names = st.lists(st.sampled_from(names), unique=True)
    figures = {name: draw(st.integers(0, 400)) for name in names} | {"popular": 5000, "liked": 5001}
    facts = facts_of(
        figures,
        threads=draw(st.dictionaries(st.sampled_from(names), st.integers(1, 9))),
        jobs=draw(st.dictionaries(st.sampled_from(names), st.integers(1, 9))),
        days=draw(st.dictionaries(st.sampled_from(names), st.sampled_from([None, 10.0, 400.0]))),
        records={name: {"inpainting": True} for name in draw(any_names)},
        styles=draw(st.sampled_from([None, Styles({}, {})])) or Styles(dict(enumerate_styles(draw(any_names))), {}),
    )
    facts = replace(facts, history_away=draw(st.booleans()))
    protect = {"names": draw(any_names), "globs": draw(any_names), "min_worker_threads": draw(st.integers(0, 2))}
    protect |= {"top_by_month_usage": draw(st.integers(0, 3))}
    limits = {
        "max_models": draw(st.integers(0, 4)),
        "max_share_of_models": draw(st.sampled_from([10, 40, 100])),
        "max_share_of_month_usage": draw(st.sampled_from([1, 5, 100])),
    }
    candidates = {key: draw(st.sampled_from([0, 30])) for key in ("unused_for_days", "min_history_days")}
    return facts, [{"protect": protect, "limits": limits, "candidates": candidates}]


def enumerate_styles(names: list[str]) -> list[tuple[str, str]]:
    return [(f"style {at}", name) for at, name in enumerate(names)]
