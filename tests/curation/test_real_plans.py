"""The real catalogues, styles and history, with the captured answers of the Horde."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.artefacts import artefacts
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.curation.planning import Choice, make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.engine import open_engine
from tests.support.builders import IMAGE, TEXT
from tests.support.curation import UNLIMITED, codes_of, plan_of, removed_from, verdicts_of
from tests.support.git import applied_by_git
from tests.support.git_repository import GitRepository
from tests.support.misbehaving_horde import MisbehavingHorde
from tests.support.waiting import PATIENCE
from tests.test_real_data import CAPTURES

ALBEDO = "AlbedoBase XL (SDXL)"
REAL = {IMAGE: "catalogue/stable_diffusion.json", TEXT: "catalogue/models.csv"}


async def facts_from(data: Path, category: MODEL_REFERENCE_CATEGORY, **others: str) -> CurationFacts:
    answers: dict[Any, Any] = {
        route: json.loads((data / "horde-api" / name).read_bytes()) for route, name in CAPTURES.items()
    }
    sources = {
        "styles": str(data / "styles" / "styles.json"),
        "image_history": str(data / "catalogue" / "model_mod_data.json"),
        **{name.value: str(data / path) for name, path in REAL.items()},
    }
    async with (
        MisbehavingHorde(answers) as horde,
        open_engine(horde.settings(sources=sources | others, horde_api_timeout=PATIENCE)) as engine,
    ):
        facts, copy = await engine.curation_facts(category)
        assert len(copy.content) == (data / REAL[category]).stat().st_size
        return facts


@pytest.fixture
async def image(shared_data: Path) -> CurationFacts:
    """The image models' facts."""
    return await facts_from(shared_data, IMAGE)


async def test_the_default_plan_is_careful(image: CurationFacts, shared_data: Path) -> None:
    """At most ten models, none named by a style, none among the ten most used; every model has its verdict."""
    plan = make_plan(image, Policy())
    gone = set(removed_from(plan))
    assert 1 <= len(gone) <= 10
    styles = json.loads((shared_data / "styles" / "styles.json").read_bytes())
    assert not gone & {style["model"] for style in styles.values()}
    most_used = [row.name for row in respond(image.table, RiskQuery(sort="-usage_month", limit=10)).models]
    assert not gone & set(most_used)
    assert all("among_the_most_used" in codes_of(verdicts_of(plan)[name]) for name in most_used)
    order = [row.name for row in respond(image.table, RiskQuery(sort="removal")).models]
    assert [verdict.name for verdict in plan.verdicts] == order
    assert len(order) == 161
    assert plan.effect.broken_styles == []
    assert plan.effect.emptied_style_categories == []
    assert (plan.effect.share_of_month_usage or 0) <= 1
    assert all(verdict.usage_month is not None and verdict.usage_month < 200 for verdict in plan.removed)
    assert all(verdict.age_days is not None and verdict.age_days >= 90 for verdict in plan.removed)
    assert all(verdict.replacements for verdict in plan.removed)


async def test_the_model_that_most_styles_name_is_protected(image: CurationFacts) -> None:
    verdict = verdicts_of(make_plan(image, Policy()))[ALBEDO]
    assert verdict.verdict.value == "protected"
    assert len(verdict.styles or []) == 98
    assert "Styles that name it: 98." in {reason.sentence for reason in verdict.reasons}


async def test_its_removal_would_break_them_and_leave_categories_empty(image: CurationFacts) -> None:
    plan = plan_of(
        image, {"limits": {"max_share_of_month_usage": 100}}, select=[ALBEDO], overrides={ALBEDO: "to see what breaks"}
    )
    assert len(plan.effect.broken_styles or []) == 98
    styles, categories = image.styles.models if image.styles else {}, image.styles.categories if image.styles else {}
    for category in plan.effect.emptied_style_categories or []:
        named = [entry for entry in categories[category] if entry in styles]
        assert all(styles[entry] == ALBEDO for entry in named)


async def test_a_style_of_a_model_that_is_not_there_is_reported(image: CurationFacts) -> None:
    assert make_plan(image, Policy()).orphaned_styles == {"qwen": "Qwen-Image_fp8"}


async def test_the_patch_gives_the_written_file(image: CurationFacts, shared_data: Path, tmp_path: Path) -> None:
    name = "stable_diffusion.json"
    content = (shared_data / "catalogue" / name).read_bytes()
    plan = make_plan(image, Policy())
    files = artefacts(plan, PlannedFile(name, name, content))
    raw = json.loads(content)
    for gone in removed_from(plan):
        del raw[gone]
    assert files[name] == json.dumps(raw, indent=4).encode() + b"\n"
    assert applied_by_git(tmp_path, name, content, files[name]) == files[name]


async def test_rule_3_without_styles_nothing_is_removed(shared_data: Path, tmp_path: Path) -> None:
    facts = await facts_from(shared_data, IMAGE, styles=str(tmp_path / "none.json"))
    plan = make_plan(facts, Policy())
    assert removed_from(plan) == []
    assert plan.orphaned_styles is None
    assert "styles_unknown" in {warning.code for warning in plan.warnings}


async def test_text_models_have_no_dates_outside_a_clone_and_so_stay(shared_data: Path) -> None:
    facts = await facts_from(shared_data, TEXT)
    plan = make_plan(facts, Policy())
    assert len(plan.verdicts) == 719
    assert removed_from(plan) == []
    ageless = plan_of(facts, {"candidates": {"min_age_days": 0}})
    assert len(removed_from(ageless)) == 10
    chosen = make_plan(facts, Policy(), Choice((removed_from(ageless)[0],), {removed_from(ageless)[0]: "old"}))
    assert removed_from(chosen) == removed_from(ageless)[:1]


async def test_the_default_plan_of_the_text_models_in_a_clone_goes_up_to_the_limit(
    shared_data: Path, tmp_path: Path
) -> None:
    """Design section 8: least used first, then longest listed."""
    GitRepository.clone(shared_data / "git" / "text.bundle", tmp_path / "text")
    plan = make_plan(
        await facts_from(shared_data, TEXT, text_generation=str(tmp_path / "text" / "models.csv")), Policy()
    )
    assert len(plan.removed) == Policy().limits.max_models
    assert {verdict.usage_month for verdict in plan.removed} == {0}
    ages = [verdict.age_days or 0 for verdict in plan.removed]
    assert min(ages) >= Policy().candidates.min_age_days
    assert ages == sorted(ages, reverse=True)


@pytest.mark.parametrize("category", REAL)
async def test_models_that_many_workers_serve_for_nobody_are_never_plain_candidates(
    category: MODEL_REFERENCE_CATEGORY, shared_data: Path
) -> None:
    """Design section 8: they are suspicious."""
    facts = await facts_from(shared_data, category)
    plan = plan_of(facts, {"candidates": {"min_age_days": 0}}, UNLIMITED)
    many = Policy().candidates.suspicious_worker_threads
    odd = {found.name for found in plan.verdicts if found.usage_month == 0 and (found.worker_count or 0) >= many}
    assert {found.name for found in plan.verdicts if "suspicious" in codes_of(found)} == odd
    assert not odd & set(removed_from(plan))
