"""Which catalogue model an API name belongs to (rule 2), for all names at once.

Four look-ups are tried at each step, the first that finds anything decides: one model found is the answer, several
are *ambiguous*. Where nothing is found, one ending is taken off at the right and the look-ups start again, until
nothing comes off: *unattributed*.

The work is done on columns. A name without its author, ignoring case, is the weakest of the four look-ups: whatever
another one finds, it finds too. So one join on it settles every name with a single candidate, and only the few names
with several go through the four look-ups in turn. By which of them a name was found is told afterwards, for the names
that somebody looks at.

What is done with names depends on their rules alone, so the expressions are built once for each rules: on a thousand
names, building them anew would take about a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.name_parts import BACKENDS, CANONICAL_BACKEND, ENDINGS, SEPARATORS, NamePart, alternatives
from horde_model_reference.polars_queries import collected, collected_together

ATTRIBUTED: Final = "attributed"
AMBIGUOUS: Final = "ambiguous"
UNATTRIBUTED: Final = "unattributed"
OUTCOMES = (ATTRIBUTED, AMBIGUOUS, UNATTRIBUTED)
"""Where an API name can go; every name goes to exactly one of them (rule 1)."""


@dataclass(frozen=True, slots=True)
class NameRules:
    """What the names of a type of model are made of."""

    backends: tuple[str, ...] = ()
    authors: bool = False
    endings: tuple[NamePart, ...] = ()


NAME_RULES: dict[HordeModelType, NameRules] = {
    HordeModelType.IMAGE: NameRules(),
    HordeModelType.TEXT: NameRules(backends=BACKENDS, authors=True, endings=ENDINGS),
}


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way to look a name up: what is compared, on both sides, and how to say it."""

    sentence: str
    key: Callable[[pl.Expr, NameRules], pl.Expr]


def _full(name: pl.Expr, _: NameRules) -> pl.Expr:
    return name


def _short(name: pl.Expr, rules: NameRules) -> pl.Expr:
    return name.str.split("/").list.last() if rules.authors else name


def _full_folded(name: pl.Expr, _: NameRules) -> pl.Expr:
    return name.str.to_lowercase()


def _short_folded(name: pl.Expr, rules: NameRules) -> pl.Expr:
    return _short(name, rules).str.to_lowercase()


LOOKUPS: tuple[Lookup, ...] = (
    Lookup("the full name", _full),
    Lookup("the full name, ignoring case", _full_folded),
    Lookup("the name without its author", _short),
    Lookup("the name without its author, ignoring case", _short_folded),
)
WEAKEST = LOOKUPS[-1]

RESULT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "api_name": pl.String,
    "backend": pl.String,
    "looked_up": pl.String,
    "outcome": pl.Enum(OUTCOMES),
    "model_index": pl.UInt32,
}
"""What :func:`attribute_names` returns: one row an API name, in the order given.

``looked_up`` is what was left of the name when it was found, or when nothing more came off; ``model_index`` is a row
of the catalogue, null unless attributed.
"""


def attribute_names(reported: pl.LazyFrame, model_names: pl.Series, rules: NameRules) -> pl.LazyFrame:
    """Decide for every API name which model it belongs to.

    Args:
        reported: In ``api_name``, distinct names as the Horde sends them; its other columns are kept.
        model_names: Distinct names of the catalogue; ``model_index`` counts along them.
        rules: What the names are made of.

    Returns:
        The rows of ``reported`` with the columns of ``RESULT_SCHEMA``.
    """
    names, models = collected_together(
        reported.with_row_index("at").with_columns(_without_backend(rules)), _models_by_key(model_names, rules)
    )
    found = _found(names.lazy(), models.lazy(), rules)
    decided = _disambiguate(found, models.lazy(), model_names, rules).sort("at").select(_DECISION)
    return pl.concat([names.lazy().drop("at", "rest"), decided], how="horizontal")


def _outcome(outcome: str) -> pl.Expr:
    return pl.lit(outcome, RESULT_SCHEMA["outcome"])


_ONE, _SEVERAL = pl.col("candidates") == 1, pl.col("candidates") > 1
_DECISION = (
    pl.col("looked_up"),
    pl.when(_ONE)
    .then(_outcome(ATTRIBUTED))
    .when(_SEVERAL)
    .then(_outcome(AMBIGUOUS))
    .otherwise(_outcome(UNATTRIBUTED))
    .alias("outcome"),
    pl.when(_ONE).then("model_index"),
)


@cache
def _without_backend(rules: NameRules) -> tuple[pl.Expr, ...]:
    """Return ``backend``, and as ``rest`` what is left of the name without it."""
    name, canonical = pl.col("api_name"), pl.lit(CANONICAL_BACKEND)
    if not rules.backends:
        return canonical.alias("backend"), name.alias("rest")
    prefix = rf"(?i)^({'|'.join(rules.backends)})/"
    backend = name.str.extract(prefix).str.to_lowercase().fill_null(canonical)
    return backend.alias("backend"), name.str.replace(prefix, "").alias("rest")


@cache
def _weakest_key(column: str, rules: NameRules) -> pl.Expr:
    return WEAKEST.key(pl.col(column), rules).alias("key")


def _models_by_key(model_names: pl.Series, rules: NameRules) -> pl.LazyFrame:
    """Return for each ``key`` of the weakest look-up the ``models`` that have it, how many, and one of them."""
    keys = model_names.alias("name").to_frame().lazy().select(_weakest_key("name", rules))
    return keys.with_row_index("model_index").group_by("key").agg(models="model_index").with_columns(_COUNTED)


# Gathered in lists, and then counted: on a thousand rows three times as fast as counting in groups.
_COUNTED = (
    pl.col("models").list.len().alias("candidates"),
    pl.col("models").list.first().alias("model_index"),
)


def _found(pending: pl.LazyFrame, models: pl.LazyFrame, rules: NameRules) -> pl.LazyFrame:
    """Look names up by the weakest look-up, taking off endings until that finds something or nothing comes off.

    Args:
        pending: ``at`` and ``rest`` of each name.
        models: The models by key.
        rules: What the names are made of.

    Returns:
        For each ``at``, in no order: what was ``looked_up`` last and its ``key``; how many ``candidates`` that found,
        null where none; and the ``model_index`` of one of them.
    """
    candidates = models.select("key", "candidates", "model_index")
    asked, shortened = (*_ASKED, _weakest_key("rest", rules)), _shortened(rules)
    passes: list[pl.DataFrame] = []
    while True:
        looked_up = collected(
            pending.select(asked).join(candidates, on="key", how="left").with_columns(shortened).with_columns(_GOES_ON)
        )
        passes.append(looked_up)
        if not looked_up["goes_on"].any():
            return pl.concat(passes).lazy().remove("goes_on")
        pending = looked_up.lazy().filter("goes_on")


_ASKED = (pl.col("at"), pl.col("rest").alias("looked_up"))
_GOES_ON = (pl.col("rest") != pl.col("looked_up")).alias("goes_on")


@cache
def _shortened(rules: NameRules) -> pl.Expr:
    """Return as ``rest`` what was looked up with one ending taken off; null where something was found."""
    name, ending = pl.col("looked_up"), rf"(?is)[{SEPARATORS.strip()}](?:{alternatives(rules.endings)})$"
    rest = name.str.replace(ending, "") if rules.endings else name
    return pl.when(pl.col("candidates").is_null()).then(rest).alias("rest")


def _disambiguate(found: pl.LazyFrame, models: pl.LazyFrame, model_names: pl.Series, rules: NameRules) -> pl.LazyFrame:
    """Let the first look-up that finds anything decide, where the weakest has found several models."""
    several = found.filter(_SEVERAL).select("at", "looked_up", "key")
    pairs = several.join(models.select("key", model_index="models"), on="key").explode("model_index")
    told = (
        pairs.with_columns(model=pl.lit(model_names).gather("model_index"))
        .group_by("at", "looked_up", _first_lookup(rules))
        .agg(models="model_index")
        .with_columns(_COUNTED)
        .sort("lookup")
        .unique("at", keep="first", maintain_order=True)
    )
    columns = ("at", "looked_up", "candidates", "model_index")
    return pl.concat([found.remove(_SEVERAL).select(columns), told.select(columns)])


@cache
def _first_lookup(rules: NameRules) -> pl.Expr:
    """Return by which ``lookup`` what was looked up finds ``model``, where it is known that one does."""
    model, name = pl.col("model"), pl.col("looked_up")
    by = pl.lit(len(LOOKUPS) - 1, pl.UInt8)
    for index, lookup in reversed(list(enumerate(LOOKUPS[:-1]))):
        same = lookup.key(model, rules) == lookup.key(name, rules)
        by = pl.when(same).then(pl.lit(index, pl.UInt8)).otherwise(by)
    return by.alias("lookup")


def lookups_of(names: pl.DataFrame, model_names: pl.Series, rules: NameRules) -> pl.Series:
    """Return by which of ``LOOKUPS`` each name of an attribution was found (an index; null where by none).

    Args:
        names: Rows of an attribution.
        model_names: The names that its ``model_index`` counts along.
        rules: What the names are made of.
    """
    catalogue = model_names.alias("name").to_frame()
    by = pl.lit(None, pl.UInt8)
    for index, lookup in reversed(list(enumerate(LOOKUPS))):
        keys = catalogue.select(lookup.key(pl.col("name"), rules)).to_series()
        found = lookup.key(pl.col("looked_up"), rules).is_in(keys.implode())
        by = pl.when(found).then(pl.lit(index, pl.UInt8)).otherwise(by)
    return names.select(lookup=by).to_series()


def candidates_of(
    names: pl.DataFrame, model_names: pl.Series, rules: NameRules, most: int = 10
) -> dict[str, list[str]]:
    """Return for each ambiguous name of an attribution the models it could be, at most ``most``, by name."""
    ambiguous = names.filter(pl.col("outcome") == AMBIGUOUS)
    by = lookups_of(ambiguous, model_names, rules)
    catalogue = model_names.sort().alias("model").to_frame()
    found: dict[str, list[str]] = {}
    for index, lookup in enumerate(LOOKUPS):
        wanted = ambiguous.filter(by == index).select("api_name", key=lookup.key(pl.col("looked_up"), rules))
        keyed = catalogue.with_columns(key=lookup.key(pl.col("model"), rules)).join(wanted, on="key", how="semi")
        models = keyed.sort("model").group_by("key", maintain_order=True).agg(pl.col("model").head(most))
        found |= dict(wanted.join(models, on="key").select("api_name", "model").iter_rows())
    return found
