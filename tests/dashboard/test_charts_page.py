"""The charts: each with its table, groups that add up, and hostile labels inert."""

from __future__ import annotations

import re
from typing import Any

import pytest

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.dashboard.charts_page import MOST_GROUPS, charts_page
from tests.support.builders import IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of, weighing
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.markup import Markup
from tests.support.rows import judged

GB = 2**30


def page(table: RiskTable, *, by_count: bool = False) -> str:
    return charts_page(table, 200, "No history is kept here.", by_count=by_count)


@pytest.fixture(scope="module")
def images() -> RiskTable:
    models: dict[str, dict[str, Any]] = {
        "a": {"baseline": "stable_diffusion_xl", "size_on_disk_bytes": 6 * GB},
        "b": {"baseline": "stable_diffusion_xl", "size_on_disk_bytes": 2 * GB},
        "c": {"baseline": "stable_diffusion_1", "size_on_disk_bytes": 2 * GB},
        "d": {"baseline": None, "size_on_disk_bytes": None},
    }
    table = table_of(catalogue_of(models), observation_of(stats_of({"c": 500, "d": 3})))
    return judged(table, {"a": ("remove", ["candidate"]), "b": ("protected", ["named_by_styles"])})


def test_unused_disk_is_what_the_plan_frees_and_what_stays(images: RiskTable) -> None:
    text = page(images)
    plain = text.replace('<span class="whole">', "").replace(", </span>", ", ")
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td>.*?(of [^<]*)</td></tr>', plain)
    assert rows == [("SDXL", "of 8.0 GB, 100%"), ("SD 1", "of 2.0 GB, 0%"), ("none named", "of 0.0 GB, 0%")]
    assert 'aria-label="6.0 GB freed, 2.0 GB stay"' in text
    assert text.count("all in use") == 2


def test_groups_add_up_to_all_models(images: RiskTable) -> None:
    table = page(images).rpartition('<th scope="col">Group</th>')[2].partition("</table>")[0]
    numbers = [[int(cell) for cell in re.findall(r'class="number">(\d+)</td>', row)] for row in table.split("<tr>")[1:]]
    assert all(sum(levels) == total for *levels, total in numbers)
    assert sum(row[-1] for row in numbers) == images.rows.height


def test_count_puts_groups_on_a_common_scale(images: RiskTable) -> None:
    shares, counts = page(images), page(images, by_count=True)
    assert re.search(r'\?scale=count" aria-current="true"', counts)
    assert 'width="100.0%"' in shares
    assert 'width="50.0%"' in counts, "one of the two models that the largest group has"


def test_text_models_are_grouped_by_parameters() -> None:
    """Design section 8."""
    records = {"a": weighing(7 * 10**9), "b": weighing(70 * 10**9)}
    table = table_of(catalogue_of(records, TEXT), observation_of(stats_of({"a": 5}), category=TEXT))
    text = page(table)
    assert "Levels by parameters" in text
    assert "GB without use" not in text


def test_every_chart_has_its_table(images: RiskTable) -> None:
    text = page(images)
    assert len(Markup(text).all("table")) == 5
    assert text.count('class="dot"') == images.rows.height
    assert Markup(text).inline() == []


def test_many_groups_are_cut() -> None:
    models = {f"model {at}": {"baseline": f"baseline {at}"} for at in range(MOST_GROUPS + 3)}
    table = table_of(catalogue_of(models), observation_of(stats_of({"model 1": 5})))
    assert page(table).count('aria-label="baseline ') == MOST_GROUPS


def test_rule_13_hostile_baselines_are_inert() -> None:
    names = list(HOSTILE_NAMES.values())[:10]
    hostile = table_of(catalogue_of({name: {"baseline": name} for name in names}), observation_of(stats_of({"x": 1})))
    plain = {f"plain {at}": {"baseline": f"plain {at}"} for at in range(len(names))}
    tags = [
        [tag for tag, _ in Markup(page(table)).elements]
        for table in (hostile, table_of(catalogue_of(plain), observation_of(stats_of({"x": 1}))))
    ]
    assert tags[0] == tags[1]
    assert IMAGE.value in page(hostile)
