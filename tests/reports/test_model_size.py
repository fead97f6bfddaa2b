"""The size of models in reports, by category (section 8)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_for_model
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import UnsupportedCategoryError
from horde_model_reference.reports.csv_report import to_csv
from horde_model_reference.reports.exported_rows import exported_rows
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.reports.markdown_report import to_markdown
from horde_model_reference.reports.model_size import model_size
from horde_model_reference.reports.parquet_report import to_parquet
from horde_model_reference.reports.terminal import explanation, report
from tests.support.builders import FETCHED, IMAGE, TEXT, catalogue_of, observation_of, stats_of, table_of, weighing
from tests.support.rows import rows_of
from tests.support.screens import screen

NOW = FETCHED + timedelta(hours=2)
SIZES = {"a/Stheno-8B": 8_030_000_000, "a/Stheno-70B": 70_600_000_000, "b/Tiny": 350_000_000, "c/Unknown": None}


@pytest.fixture(scope="module")
def texts() -> RiskTable:
    records = {name: weighing(size) for name, size in SIZES.items()}
    return table_of(catalogue_of(records, TEXT), observation_of(stats_of({"elsewhere": 1}), category=TEXT))


def test_each_category_has_its_measure(texts: RiskTable) -> None:
    (image,) = rows_of(table_of(catalogue_of(["a"]), observation_of(stats_of({"a": 1})))).values()
    assert model_size(IMAGE).with_unit(image) == "2.0 GB"
    shown = {name: model_size(TEXT).with_unit(row) for name, row in rows_of(texts).items()}
    assert shown == {
        "a/Stheno-8B": "8B parameters",
        "a/Stheno-70B": "70.6B parameters",
        "b/Tiny": "350M parameters",
        "c/Unknown": "? parameters",
    }
    with pytest.raises(UnsupportedCategoryError):
        model_size(MODEL_REFERENCE_CATEGORY.lora)


def test_every_format_has_the_number_of_weights(texts: RiskTable) -> None:
    rows = exported_rows(texts, RiskQuery())
    body = json.loads(to_json(respond(texts, RiskQuery())))
    assert {row["name"]: row["parameters"] for row in body["models"]} == SIZES
    frame = pl.read_parquet(io.BytesIO(to_parquet(rows)))
    assert frame.schema["parameters"] == pl.Int64
    assert dict(frame.select("name", "parameters").iter_rows()) == SIZES
    cells = pl.read_csv(to_csv(rows).encode())
    assert dict(cells.select("name", "parameters").iter_rows()) == SIZES


@pytest.mark.parametrize("grouped", [False, True])
def test_reports_of_text_models_show_it_instead_of_gb(texts: RiskTable, grouped: bool) -> None:
    answer = respond(texts, RiskQuery(sort="-parameters", group_text_models=grouped))
    shown = screen(report(answer, NOW), 120)
    sizes = ["70.6B", "350M", "?"] if grouped else ["70.6B", "8B", "350M", "?"]
    lines = [line.split() for line in shown.splitlines() if " critical " in line]
    assert [next(size for size in sizes if size in line) for line in lines] == sizes
    markdown = to_markdown(answer, NOW)
    assert [line.split(" | ")[5] for line in markdown.splitlines() if "| critical |" in line] == sizes
    assert " | Workers | Parameters | Why |" in markdown
    assert " GB" not in shown + markdown


def test_an_explanation_shows_it(texts: RiskTable) -> None:
    assert "350M parameters; baseline" in screen(explanation(respond_for_model(texts, "b/Tiny"), NOW))
    assert "? parameters; baseline" in screen(explanation(respond_for_model(texts, "c/Unknown"), NOW))


def test_every_real_text_model_has_a_size(shared_data: Path) -> None:
    catalogues = [
        read_catalogue((shared_data / path).read_bytes(), TEXT, path)
        for path in ("catalogue/models.csv", "catalogue/db.json")
    ]
    frames = [catalogue.frame.select("name", "parameters") for catalogue in catalogues]
    assert [frame.height for frame in frames] == [719, 719]
    assert frames[0].equals(frames[1])
    assert frames[0]["parameters"].null_count() == 0
    table = table_of(catalogues[0], observation_of(stats_of({"elsewhere": 1}), category=TEXT))
    assert all(row.parameters for row in rows_of(table, group_text_models=True).values())
