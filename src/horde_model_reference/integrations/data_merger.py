"""The catalogue joined with what the Horde reports: every API name counted exactly once (rule 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.inert import visible
from horde_model_reference.integrations.attribution import (
    ATTRIBUTED,
    NAME_RULES,
    OUTCOMES,
    attribute_names,
)
from horde_model_reference.integrations.horde_api_models import PERIODS, Observation
from horde_model_reference.notices import Notice
from horde_model_reference.polars_pool import collected

USAGE = tuple(f"usage_{period}" for period in PERIODS)
WORKERS = ("worker_count", "queued_jobs")
_FIGURES = (*USAGE, *WORKERS)


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """Where the requests of one period went; all None where usage is unknown.

    ``attributed + ambiguous + unattributed == reported``, to the last unit.
    """

    reported: int | None
    attributed: int | None
    ambiguous: int | None
    unattributed: int | None


@dataclass(frozen=True)
class MergedUsage:
    """A category's models with their usage.

    Attributes:
        api_names: One row an API name, sorted: the columns of an attribution (``model_index`` counts along the
            catalogue's frame), ``USAGE``, ``WORKERS`` and ``performance``.
        models: One row a model, in the order of the catalogue's frame: ``USAGE``, ``WORKERS``, ``usage_known`` and
            ``workers_known``. Figures are null where unknown.
        totals: Where each period's requests went.
        notices: What a reader should know.
    """

    api_names: pl.DataFrame
    models: pl.DataFrame
    totals: Mapping[str, PeriodTotals]
    notices: tuple[Notice, ...]


def merge_category_with_horde_data(catalogue: Catalogue, observation: Observation) -> MergedUsage:
    """Join a catalogue with an observation of its type of model."""
    return merge_columns(catalogue.frame["name"], observation)


def merge_columns(model_names: pl.Series, observation: Observation) -> MergedUsage:
    """Join models, by name, with an observation; see :class:`MergedUsage`."""
    api_names = _attributed_api_names(model_names, observation)
    clashing = model_names.is_in(list(observation.other_type_names))
    models = _figures_of_models(model_names, api_names, observation, clashing)
    return MergedUsage(
        api_names=api_names,
        models=models,
        totals=_totals(api_names, observation.stats.known),
        notices=tuple(_clash(name) for name in model_names.filter(clashing)),
    )


def _attributed_api_names(model_names: pl.Series, observation: Observation) -> pl.DataFrame:
    """Return every API name of either answer once, with its figures.

    A name that one of two known answers lacks has 0 there: absent is unused, or unserved (rule 3).
    """
    stats = observation.stats.frame.lazy().with_columns(in_stats=True)
    status = observation.status.frame.lazy().with_columns(in_status=True)
    joined = collected(stats.join(status, on="api_name", how="full", coalesce=True).sort("api_name"))
    attribution = attribute_names(joined["api_name"], model_names, NAME_RULES[observation.model_type])
    absent = {
        **{column: observation.stats.known & pl.col("in_stats").is_null() for column in USAGE},
        **{column: observation.status.known & pl.col("in_status").is_null() for column in WORKERS},
    }
    figures = joined.lazy().select(
        *(pl.when(missing).then(0).otherwise(column).alias(column) for column, missing in absent.items()), "performance"
    )
    return pl.concat([attribution, collected(figures)], how="horizontal")


def _figures_of_models(
    model_names: pl.Series, api_names: pl.DataFrame, observation: Observation, clashing: pl.Series
) -> pl.DataFrame:
    sums = (
        api_names.lazy()
        .filter(pl.col("outcome") == ATTRIBUTED)
        .group_by("model_index")
        .agg(pl.col(_FIGURES).sum(), pl.col(_FIGURES).null_count().name.prefix("missing_"))
    )
    indices = pl.int_range(model_names.len(), dtype=pl.UInt32, eager=True)
    known = dict.fromkeys(USAGE, observation.stats.known) | dict.fromkeys(WORKERS, observation.status.known)
    figures = (
        pl.LazyFrame({"model_index": indices, "clashing": clashing})
        .join(sums, on="model_index", how="left", maintain_order="left")
        .select("clashing", *(_figure(column, 0 if is_known else None) for column, is_known in known.items()))
        .with_columns(pl.when(~pl.col("clashing")).then(column).alias(column) for column in WORKERS)
        .select(
            *_FIGURES,
            usage_known=pl.all_horizontal(pl.col(USAGE).is_not_null()),
            workers_known=pl.col("worker_count").is_not_null(),
        )
    )
    return collected(figures)


def _figure(column: str, unreported: int | None) -> pl.Expr:
    """Return a model's figure; one API name without its own, which made no sense, makes it unknown, not smaller."""
    missing = pl.col(f"missing_{column}")
    figure = pl.when(missing.is_null()).then(unreported).when(missing == 0).then(column)
    return figure.cast(pl.Int64).alias(column)


def _totals(api_names: pl.DataFrame, known: bool) -> dict[str, PeriodTotals]:  # noqa: FBT001
    if not known:
        return dict.fromkeys(PERIODS, PeriodTotals(None, None, None, None))
    query = api_names.lazy().select(
        pl.col(column).filter(pl.col("outcome") == outcome).sum().alias(f"{column} {outcome}")
        for column in USAGE
        for outcome in OUTCOMES
    )
    sums = collected(query).row(0, named=True)
    parts = {period: [sums[f"usage_{period} {outcome}"] for outcome in OUTCOMES] for period in PERIODS}
    return {period: PeriodTotals(sum(found), *found) for period, found in parts.items()}


def _clash(name: str) -> Notice:
    return Notice(
        "name_clash",
        f"A text worker calls itself {visible(name)!r}, which hides this image model's workers: they are unknown.",
    )
