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

USAGE = tuple(f"usage_{period}" for period in PERIODS)
WORKERS = ("worker_count", "queued_jobs")


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
    stats = observation.stats.frame.with_columns(in_stats=True)
    status = observation.status.frame.with_columns(in_status=True)
    joined = stats.join(status, on="api_name", how="full", coalesce=True).sort("api_name")
    attribution = attribute_names(joined["api_name"], model_names, NAME_RULES[observation.model_type])
    absent = {
        **{column: observation.stats.known & pl.col("in_stats").is_null() for column in USAGE},
        **{column: observation.status.known & pl.col("in_status").is_null() for column in WORKERS},
    }
    figures = joined.select(
        *(pl.when(missing).then(0).otherwise(column).alias(column) for column, missing in absent.items()), "performance"
    )
    return pl.concat([attribution, figures], how="horizontal")


def _figures_of_models(
    model_names: pl.Series, api_names: pl.DataFrame, observation: Observation, clashing: pl.Series
) -> pl.DataFrame:
    # An API name whose figure made no sense makes its model's figure unknown, not smaller.
    sums = (
        api_names.filter(pl.col("outcome") == ATTRIBUTED)
        .group_by("model_index")
        .agg(pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum()) for column in (*USAGE, *WORKERS))
        .with_columns(reported=True)
    )
    rows = pl.DataFrame({"model_index": pl.int_range(model_names.len(), dtype=pl.UInt32, eager=True)})
    joined = rows.join(sums, on="model_index", how="left", maintain_order="left").drop("model_index")
    absent = pl.col("reported").is_null()
    filled = joined.with_columns(
        *(
            pl.when(absent).then(0 if observation.stats.known else None).otherwise(column).alias(column)
            for column in USAGE
        ),
        *(
            pl.when(absent).then(0 if observation.status.known else None).otherwise(column).alias(column)
            for column in WORKERS
        ),
    ).with_columns(pl.when(~clashing).then(column).alias(column) for column in WORKERS)
    return filled.select(
        *(pl.col(column).cast(pl.Int64) for column in (*USAGE, *WORKERS)),
        usage_known=pl.all_horizontal(pl.col(USAGE).is_not_null()),
        workers_known=pl.col("worker_count").is_not_null(),
    )


def _totals(api_names: pl.DataFrame, known: bool) -> dict[str, PeriodTotals]:  # noqa: FBT001
    if not known:
        return dict.fromkeys(PERIODS, PeriodTotals(None, None, None, None))
    sums = {
        outcome: figures for outcome, *figures in api_names.group_by("outcome").agg(pl.col(USAGE).sum()).iter_rows()
    }
    nothing = [0] * len(PERIODS)
    return {
        period: PeriodTotals(sum(found), *found)
        for period, *found in zip(PERIODS, *(sums.get(outcome, nothing) for outcome in OUTCOMES), strict=True)
    }


def _clash(name: str) -> Notice:
    return Notice(
        "name_clash",
        f"A text worker calls itself {visible(name)!r}, which hides this image model's workers: they are unknown.",
    )
