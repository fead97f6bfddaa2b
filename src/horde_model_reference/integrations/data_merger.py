"""The catalogue joined with the Horde's reports; every API name counts exactly once (rule 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from horde_model_reference.catalogue.aliases import NO_ALIASES, Aliases
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.integrations.attribution import ATTRIBUTED, OUTCOMES, attribute_names
from horde_model_reference.integrations.horde_api_models import PERIODS, USAGE, WORKERS, Observation
from horde_model_reference.integrations.name_steps import name_rules
from horde_model_reference.name_text import composed
from horde_model_reference.polars_queries import collected, collected_together, is_one_of

_FIGURES = (*USAGE, *WORKERS)


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """Where the requests of one period went; all None where the period is unknown. Unknown figures are left out.

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
            catalogue's frame), ``USAGE``, ``WORKERS``, ``performance``, ``eta`` and ``queued``.
        models: One row a model, in the order of the catalogue's frame: ``USAGE``, ``WORKERS``, ``usage_known`` and
            ``workers_known``. Figures are null where unknown.
        totals: The requests of each period, by attribution.
        warnings: Warnings about the data.
    """

    api_names: pl.DataFrame
    models: pl.DataFrame
    totals: Mapping[str, PeriodTotals]
    warnings: tuple[DataWarning, ...]


def merge_category_with_horde_data(catalogue: Catalogue, observation: Observation) -> MergedUsage:
    """Join a catalogue with an observation of its type of model."""
    return merge_columns(catalogue.frame["name"], observation, catalogue.aliases)


def merge_columns(model_names: pl.Series, observation: Observation, aliases: Aliases = NO_ALIASES) -> MergedUsage:
    """Join models, by name, with an observation; see :class:`MergedUsage`."""
    api_names = collected(_attributed_api_names(model_names, observation, aliases))
    models, sums = collected_together(
        _figures_of_models(model_names, api_names.lazy(), observation), api_names.lazy().select(_SUMS_BY_OUTCOME)
    )
    hidden = model_names.filter(models.drop_in_place("hidden"))
    clashes = () if observation.other_type_names is None else (_clash(name) for name in hidden)
    return MergedUsage(
        api_names=api_names,
        models=models,
        totals={period: _totals(sums, f"usage_{period}", observation.stats.known) for period in PERIODS},
        warnings=(*clashes, *aliases_without_target(aliases, model_names)),
    )


def aliases_without_target(aliases: Aliases, model_names: pl.Series) -> Iterator[DataWarning]:
    """Yield a warning for each alias of a curator whose model is not in the catalogue."""
    asked = [alias for alias in aliases.models if not alias.bundled]
    known = {composed(name) for name in model_names} if asked else set()
    for alias in asked:
        if composed(alias.target) not in known:
            yield DataWarning(
                "alias_target_unknown",
                f"{visible(alias.place)}: the alias {quoted(alias.written)} names no model: {quoted(alias.target)}.",
            )


def _attributed_api_names(model_names: pl.Series, observation: Observation, aliases: Aliases) -> pl.LazyFrame:
    """Return every API name of either answer once, with its figures.

    A name that an answer lacks has 0 in its known columns: absent is unused, or unserved (rule 3).
    """
    stats = observation.stats.frame.lazy().with_columns(in_stats=True)
    status = observation.status.frame.lazy().with_columns(in_status=True)
    reported = (
        stats.join(status, on="api_name", how="full", coalesce=True)
        .sort("api_name")
        .select(_reported_figures(_known(observation)))
    )
    return attribute_names(reported, model_names, name_rules(observation.model_type), aliases)


def _known(observation: Observation) -> frozenset[str]:
    return observation.stats.known | observation.status.known


@cache
def _reported_figures(known: frozenset[str]) -> tuple[pl.Expr, ...]:
    answers = dict.fromkeys(USAGE, "in_stats") | dict.fromkeys(WORKERS, "in_status")
    figures = (
        pl.when(pl.col(answer).is_null()).then(0 if column in known else None).otherwise(column).alias(column)
        for column, answer in answers.items()
    )
    unqueued = 0.0 if "queued_jobs" in known else None
    queued = pl.when(pl.col("in_status").is_null()).then(unqueued).otherwise("queued").alias("queued")
    return pl.col("api_name"), *figures, pl.col("performance", "eta"), queued


def _figures_of_models(model_names: pl.Series, api_names: pl.LazyFrame, observation: Observation) -> pl.LazyFrame:
    """Return the figures of every model, and whether its workers are or may be ``hidden`` by the other type's."""
    sums = api_names.filter(_IS_ATTRIBUTED).group_by("model_index").agg(_SUMS_OF_A_MODEL)
    return (
        model_names.alias("hidden")
        .to_frame()
        .lazy()
        .select(_is_hidden(pl.col("hidden"), observation))
        .with_row_index("model_index")
        .join(sums, on="model_index", how="left", maintain_order="left")
        .select(_figures(_known(observation)))
        .with_columns(_WHAT_IS_KNOWN)
    )


def _is_hidden(name: pl.Expr, observation: Observation) -> pl.Expr:
    """Return whether a worker of the other type has a model's name; while their names are unknown, whether one could.

    It hides the model's own workers from the status, so that a listed model is not hidden (rule 7).
    """
    if observation.other_type_names is None:
        return ~is_one_of(name, observation.status.frame["api_name"])
    return is_one_of(name, observation.other_type_names)


_IS_ATTRIBUTED = pl.col("outcome") == ATTRIBUTED
_SUMS_OF_A_MODEL = (pl.col(_FIGURES).sum(), pl.col(_FIGURES).null_count().name.prefix("missing_"))
_WHAT_IS_KNOWN = (
    pl.all_horizontal(pl.col(USAGE).is_not_null()).alias("usage_known"),
    pl.col("worker_count").is_not_null().alias("workers_known"),
)


@cache
def _figures(known: frozenset[str]) -> tuple[pl.Expr, ...]:
    """Return the figures of a model, from the sums over its API names; the workers of a hidden one are unknown."""
    unreported = {column: 0 if column in known else None for column in _FIGURES}
    usage = (_figure(column, unreported[column]) for column in USAGE)
    workers = (pl.when(~pl.col("hidden")).then(_figure(column, unreported[column])) for column in WORKERS)
    return pl.col("hidden"), *usage, *workers


def _figure(column: str, unreported: int | None) -> pl.Expr:
    """Return a model's figure; one API name without its own, which made no sense, makes it unknown, not smaller."""
    missing = pl.col(f"missing_{column}")
    figure = pl.when(missing.is_null()).then(unreported).when(missing == 0).then(column)
    return figure.cast(pl.Int64).alias(column)


_SUMS_BY_OUTCOME = tuple(
    pl.col(column).filter(pl.col("outcome") == outcome).sum().alias(f"{column} {outcome}")
    for column in USAGE
    for outcome in OUTCOMES
)


def _totals(sums_by_outcome: pl.DataFrame, column: str, known: frozenset[str]) -> PeriodTotals:
    if column not in known:
        return PeriodTotals(None, None, None, None)
    found = [int(sums_by_outcome[f"{column} {outcome}"].item()) for outcome in OUTCOMES]
    return PeriodTotals(sum(found), *found)


def _clash(name: str) -> DataWarning:
    return DataWarning(
        "name_clash",
        f"A text worker calls itself {quoted(name)}, which hides this image model's workers: they are unknown.",
    )
