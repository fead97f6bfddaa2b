"""The simulated year ends with the bundled statistics."""

from __future__ import annotations

import json

import polars as pl
import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.demo import DATA
from horde_model_reference.demo.synthetic_year import NEW, NEW_DAYS, YEAR, simulated_usage
from horde_model_reference.integrations.horde_api_models import parse_stats


@pytest.mark.parametrize("model_type", HordeModelType)
def test_the_last_day_has_the_bundled_figures(model_type: HordeModelType) -> None:
    bundled = parse_stats(json.loads((DATA / f"stats_{model_type.value}.json").read_text(encoding="utf-8"))).frame
    last = simulated_usage(model_type).filter(pl.col("age") == 0).select(bundled.columns)
    assert last.sort("api_name").equals(bundled.sort("api_name"))


@pytest.mark.parametrize("model_type", HordeModelType)
def test_figures_are_consistent_on_every_day(model_type: HordeModelType) -> None:
    days = simulated_usage(model_type)
    assert days["usage_day"].min() == 0
    assert days.filter(pl.col("usage_day") > pl.col("usage_month")).is_empty()
    lengths = dict(days.group_by("api_name").len().iter_rows())
    assert {name: lengths[name] for name in lengths if lengths[name] != YEAR} == {
        name: NEW_DAYS for name in NEW if name in lengths
    }
