"""The simulated year: a rising, a falling, a seasonal, a dead and a new model, and a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import polars as pl
import pytest

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import HordeModelType
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.demo import MOMENT
from horde_model_reference.demo.engine import open_demo_engine
from horde_model_reference.demo.synthetic_year import GAP, simulated_usage
from horde_model_reference.engine import Engine
from horde_model_reference.history.history_schema import ModelHistoryResponse
from tests.support.builders import IMAGE


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    """An engine on the sample with its past."""
    async with open_demo_engine() as found:
        yield found


async def of(engine: Engine, name: str) -> ModelHistoryResponse:
    return await engine.model_history(IMAGE, name, 365)


@pytest.mark.parametrize("model_type", HordeModelType)
def test_the_year_ends_with_the_bundled_statistics_and_adds_up(model_type: HordeModelType) -> None:
    days = simulated_usage(model_type)
    lately = days.filter(pl.col("age") < 30).group_by("api_name").agg(pl.col("usage_day").sum())
    now = days.filter(pl.col("age") == 0).join(lately, on="api_name", suffix="_sum")
    used = now.filter(pl.col("usage_month") > 0)
    assert used.height > 30
    assert (used["usage_month"] - used["usage_day_sum"]).abs().max() in {0, 1}
    assert days["usage_day"].min() == 0
    assert simulated_usage(model_type).equals(days)


async def test_the_models_that_the_sample_tells_of(engine: Engine) -> None:
    rising, falling = await of(engine, "Quiet Tides"), await of(engine, "Saltmarsh Landscapes XL")
    assert rising.trend_30d is not None
    assert rising.trend_30d.low > 0
    assert falling.trend_30d is not None
    assert falling.trend_30d.high < 0
    assert ((await of(engine, "Marble Busts XL")).days_since_last_use or 0) > 90
    assert str((await of(engine, "Cirrus Flux Lite")).first_seen) == "2026-05-13"
    facts, _ = await engine.curation_facts(IMAGE)
    assert facts.past is not None
    assert (facts.past["Hearthlight Cabin"].season_use or 0) > 200
    assert facts.past["Quiet Tides"].rising


async def test_of_all_models_only_the_seasonal_one_is_protected_as_such(engine: Engine) -> None:
    facts, _ = await engine.curation_facts(IMAGE)
    plan = make_plan(facts, Policy())
    codes = {verdict.name: {reason.code for reason in verdict.reasons} for verdict in plan.verdicts}
    assert [name for name, given in codes.items() if "seasonal" in given] == ["Hearthlight Cabin"]
    dead = next(verdict for verdict in plan.verdicts if verdict.name == "Marble Busts XL")
    assert dead.verdict is Verdict.REMOVE


async def test_nobody_looked_for_some_days(engine: Engine) -> None:
    found = await of(engine, "Aurora Vista XL")
    assert len(found.points) == 365 - len(GAP)
    assert found.use_per_day[2].days_bridged == len(GAP)
    assert str(found.history_to) == "2026-05-31"


async def test_what_the_simulated_horde_says_now_is_known_already(engine: Engine) -> None:
    before = len((await of(engine, "Aurora Vista XL")).points)
    said = await engine.horde.observe(HordeModelType.IMAGE)
    await engine.history.collect(replace(said, stats_fetched_at=MOMENT, status_fetched_at=MOMENT))
    assert engine.history.state == "ok"
    usage = [point.usage_day for point in (await of(engine, "Aurora Vista XL")).points]
    assert len([use for use in usage if use is not None]) == before
