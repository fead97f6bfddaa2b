"""The rows of the models' page: figures of a model, and of a family with its members."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.usage_trend import SHOWN_COLUMNS
from horde_model_reference.dashboard.model_rows import MOST_MEMBERS
from tests.dashboard.test_models_page import cells, images, page, texts
from tests.support.builders import TEXT, catalogue_of, observation_of, stats_of, table_of

__all__ = ["images", "texts"]


def test_days_and_weeks_are_those_of_the_model(images: RiskTable) -> None:
    at = images.rows["name"].to_list().index("used 3")
    use = [pl.when(pl.col("name") == "used 3").then(week + 1.0).alias(name) for week, name in enumerate(SHOWN_COLUMNS)]
    text = page(replace(images, rows=images.rows.with_columns(use)), [17 if row == at else None for row in range(7)])
    row = next(part for part in text.split("<tbody>") if ">used 3<" in part)
    assert cells(f"</thead>{row}", "days") == ["17"]
    assert row.count("<polyline") == 1
    assert text.count("<polyline") == 1
    assert cells(text, "days").count("?") == 6


def test_families_carry_their_members_figures(texts: RiskTable) -> None:
    text = page(texts, group_text_models=True, sort="-usage_month")
    assert cells(text, "name")[0] == "Stheno 2 models"
    members = re.findall(r'<tr class="member">.*?</tr>', text, re.DOTALL)
    assert [cells(f"</thead>{member}", "month") for member in members] == [["20"], ["15"]]
    assert '<a href="/model/text_generation/b/Alone-7B">Alone-7B</a><small>b</small>' in text, "one is its model"


def test_a_very_large_family_is_cut_and_says_so() -> None:
    names = [f"a/Stheno-{at}B" for at in range(MOST_MEMBERS + 5)]
    table = table_of(catalogue_of(names, TEXT), observation_of(stats_of({"koboldcpp/Stheno-1B": 1}), category=TEXT))
    text = page(table, group_text_models=True)
    assert text.count('<tr class="member"><th') == MOST_MEMBERS
    assert "and 5 more" in text


def test_a_row_keeps_to_one_line_of_reasons() -> None:
    """What has no chip of its own is one word away."""
    bare: dict[str, Any] = {"description": None, "baseline": None, "config": {"download": []}}
    text = page(table_of(catalogue_of({"bare": bare}), observation_of(stats_of({"other": 1}))))
    row = text.partition("<tbody>")[2].partition("</tbody>")[0]
    chips = re.findall(r'<span class="flag [^"]*"[^>]*>([^<]*)<span class="tip"[^>]*>([^<]*)</span>', row)
    assert len(chips) == 3
    assert chips[-1][0].startswith("+")
    assert chips[-1][1].count(".") == int(chips[-1][0][1:])
