"""The answers to questions about a risk table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from horde_model_reference.analytics.columns import CONSTANT_COLUMNS
from horde_model_reference.analytics.detail_schema import (
    ApiNameInfo,
    CategoryAttributionResponse,
    DependentsInfo,
    LinkInfo,
    ModelDeletionRiskDetail,
)
from horde_model_reference.analytics.filter_columns import with_filter_columns
from horde_model_reference.analytics.flags import FLAG_NAMES, FLAGS, evidence_of
from horde_model_reference.analytics.link_columns import link_evidence
from horde_model_reference.analytics.risk_query import RiskQuery, address
from horde_model_reference.analytics.risk_schema import (
    Attribution,
    CategoryDeletionRiskResponse,
    CategoryDeletionRiskSummary,
    DataAsOfInfo,
    ModelDeletionRiskInfo,
    WarningInfo,
)
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import matching, page
from horde_model_reference.analytics.unknown_names import unknown_model
from horde_model_reference.catalogue.links import model_links
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.escaping import visible
from horde_model_reference.integrations.attribution import (
    AMBIGUOUS,
    ATTRIBUTED,
    candidates_of,
    lookups_of,
)
from horde_model_reference.integrations.name_lookups import LOOKUPS
from horde_model_reference.name_parts import CANONICAL_BACKEND
from horde_model_reference.name_text import composed

_ROW_FIELDS = tuple(
    name
    for name in ModelDeletionRiskInfo.model_fields
    if name not in {"deletion_risk_flags", "usage_trend", "backend_variations", *CONSTANT_COLUMNS}
)
MOST_LIKELY = 10
_TREND_FIELDS = ("day_to_month_ratio", "month_to_total_ratio")
_API_NAME_FIELDS = (
    "api_name",
    "backend",
    "outcome",
    "usage_day",
    "usage_month",
    "usage_total",
    "worker_count",
    "queued_jobs",
    "performance",
)


def respond(table: RiskTable, query: RiskQuery) -> CategoryDeletionRiskResponse:
    """Answer a query from an ungrouped risk table."""
    view = viewed(table, query)
    rows = matching(view.rows, query)
    shown = page(rows, query, table.category)
    following = replace(query, offset=query.offset + shown.height)
    more = shown.height > 0 and following.offset < rows.height
    variations = variations_by_model(table, shown) if query.include_backend_variations and _has_backends(view) else None
    return CategoryDeletionRiskResponse.model_validate(
        {
            "category": table.category,
            "category_total_month_usage": table.context.category_month,
            "category_model_count": table.model_count,
            "total_count": rows.height,
            "returned_count": shown.height,
            "offset": query.offset,
            "limit": query.limit,
            "next": address(table.category, following) if more else None,
            "models": _row_infos(table, shown, variations),
            "summary": CategoryDeletionRiskSummary.from_risk_models(rows),
            **_common(table),
        }
    )


def viewed(table: RiskTable, query: RiskQuery) -> RiskTable:
    """Return the table that a query looks at: the models, or the families of text models.

    Its rows have the columns that only the filters of the query read as well.
    """
    grouped = query.group_text_models and has_families(table.category)
    return with_filter_columns(table.families if grouped else table, table, query)


def respond_for_model(table: RiskTable, name: str, dependents: DependentsInfo | None = None) -> ModelDeletionRiskDetail:
    """Build the response for one model.

    Args:
        table: The ungrouped risk table.
        name: The model's name.
        dependents: The styles and records that rely on it; None if unknown.

    Raises:
        UnknownModelError: No model has this name; the message says why a record of this name was skipped, else the hint
            proposes the closest ones.
    """
    row = table.rows.filter(pl.col("name") == name)
    if row.is_empty():
        raise unknown_model(table.category, name, table.rows["name"], table.skipped)
    variations = variations_by_model(table, row) if _has_backends(table) else None
    facts = row.to_dicts()[0]
    index = table.rows["name"].search_sorted(name)
    attributed = table.api_names.filter((pl.col("outcome") == ATTRIBUTED) & (pl.col("model_index") == index))
    return ModelDeletionRiskDetail.model_validate(
        {
            **_row_infos(table, row, variations)[0],
            "dependents": dependents,
            "links": link_infos(table.records[name], table.category),
            "evidence": [evidence_of(flag, facts, table.context) for flag in FLAGS if facts[flag.name]],
            "link_evidence": list(link_evidence(table.records[name], table.link_checks)),
            "api_names": _api_name_infos(table, attributed),
            "possible_api_names": _api_name_infos(table, _possible_names(table, index)),
            "data_as_of": data_as_of(table),
        }
    )


def link_infos(record: ModelRecord, category: MODEL_REFERENCE_CATEGORY) -> list[LinkInfo]:
    """Return the links of a model for an answer."""
    return [LinkInfo(kind=link.kind, url=link.url, source=link.source) for link in model_links(record, category)]


def respond_with_attribution(table: RiskTable) -> CategoryAttributionResponse:
    """Answer where every API name of the category went."""
    ordered = table.api_names.sort(pl.col("outcome") == ATTRIBUTED, *_BY_USE_IF_OF_NO_MODEL, "api_name")
    return CategoryAttributionResponse.model_validate(
        {"category": table.category, "api_names": _api_name_infos(table, ordered), **_common(table)}
    )


def names_of_no_model(table: RiskTable, most: int) -> list[ApiNameInfo]:
    """Return the names that belong to no model or to several, by month use; at most so many."""
    return _by_month_use(table, pl.col("outcome") != ATTRIBUTED, 0, most)


def names_of_outcome(table: RiskTable, outcome: str, offset: int, most: int) -> list[ApiNameInfo]:
    """Return the names of one outcome by month use, from an offset on; at most so many."""
    return _by_month_use(table, pl.col("outcome") == outcome, offset, most)


def _by_month_use(table: RiskTable, condition: pl.Expr, offset: int, most: int) -> list[ApiNameInfo]:
    found = table.api_names.filter(condition)
    ordered = found.sort("usage_month", "api_name", descending=[True, False], nulls_last=True)
    page = ordered.slice(min(offset, found.height), most)
    return [ApiNameInfo.model_validate(info) for info in _api_name_infos(table, page)]


_BY_USE_IF_OF_NO_MODEL = (pl.when(pl.col("outcome") != ATTRIBUTED).then(-pl.col("usage_month").fill_null(0)),)


def _possible_names(table: RiskTable, model_index: int) -> pl.DataFrame:
    """Return the names that could be a model's, by month use."""
    pairs = table.possible_pairs.filter(pl.col("model_index") == model_index)
    return table.api_names[pairs["name_index"]].sort(
        "usage_month", "api_name", descending=[True, False], nulls_last=True
    )


def _likely_models(table: RiskTable, api_names: pl.DataFrame) -> dict[str, list[str]]:
    """Return the models that each name could be, at most ``MOST_LIKELY``, by name."""
    names, models = table.api_names["api_name"], table.rows["name"]
    pairs = table.possible_pairs.select(
        api_name=pl.lit(names).gather("name_index"), model=pl.lit(models).gather("model_index")
    ).filter(pl.col("api_name").is_in(api_names["api_name"].implode()))
    return dict(pairs.sort("model").group_by("api_name").agg(pl.col("model").head(MOST_LIKELY)).iter_rows())


def _common(table: RiskTable) -> dict[str, Any]:
    return {
        "data_as_of": data_as_of(table),
        "attribution": Attribution.model_validate(table.totals, from_attributes=True),
        "warnings": [WarningInfo(code=warning.code, message=warning.message) for warning in table.warnings],
    }


def data_as_of(table: RiskTable) -> DataAsOfInfo:
    """Return of when a table's data is."""
    return DataAsOfInfo.model_validate(table.data_as_of, from_attributes=True)


def _has_backends(table: RiskTable) -> bool:
    return has_families(table.category) and not table.grouped


def _row_infos(table: RiskTable, rows: pl.DataFrame, variations: dict[str, list[Any]] | None) -> list[dict[str, Any]]:
    flags, trends = (rows[names].to_dicts() for names in (FLAG_NAMES, _TREND_FIELDS))
    return [
        {
            **row,
            "category": table.category,
            "deletion_risk_flags": set_flags,
            "usage_trend": trend,
            "backend_variations": None if variations is None else variations.get(row["name"], []),
        }
        for row, set_flags, trend in zip(rows[_ROW_FIELDS].to_dicts(), flags, trends, strict=True)
    ]


def variations_by_model(table: RiskTable, rows: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the backends of each of the rows, by model name."""
    names = table.rows["name"]
    wanted = rows.select(model=pl.col("name"), model_index=names.search_sorted(rows["name"]).cast(pl.UInt32))
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in table.variations.join(wanted, on="model_index", maintain_order="left").iter_rows(named=True):
        entry.pop("model_index")
        found.setdefault(entry.pop("model"), []).append(entry)
    return found


def _api_name_infos(table: RiskTable, api_names: pl.DataFrame) -> list[dict[str, Any]]:
    names = table.rows["name"]
    candidates = candidates_of(api_names, names)
    found_by, likely = lookups_of(api_names, names), _likely_models(table, api_names)
    return [
        {
            **{field: row[field] for field in _API_NAME_FIELDS},
            "model": None if row["model_index"] is None else names[row["model_index"]],
            "candidates": candidates.get(row["api_name"], []),
            "likely_models": likely.get(row["api_name"], []),
            "reason": _reason(row, lookup),
        }
        for row, lookup in zip(api_names.iter_rows(named=True), found_by, strict=True)
    ]


def _reason(row: dict[str, Any], lookup: int | None) -> str:
    if row["alias"] is not None:
        return f"By alias, {visible(row['alias'])}."
    if lookup is None:
        return "No model has this name, with or without author and endings, whatever the case."
    verb = "Several models share" if row["outcome"] == AMBIGUOUS else "Found by"
    return f"{verb} {LOOKUPS[lookup]}{_change(row)}."


def _change(row: dict[str, Any]) -> str:
    """Return how the text that was looked up came from the API name."""
    name, looked_up = composed(row["api_name"]), row["looked_up"]
    start = name.find(looked_up, 0 if row["backend"] == CANONICAL_BACKEND else len(row["backend"]) + 1)
    if start < 0:
        return f", read as {visible(looked_up)!r}"
    taken_off = " and ".join(repr(visible(part)) for part in (name[:start], name[start + len(looked_up) :]) if part)
    return f", with {taken_off} taken off" if taken_off else ""
