"""Which catalogue model an API name belongs to (rule 2), for all names at once.

Four look-ups are tried at each step, the first that finds anything decides: one model found is the answer, several
are *ambiguous*. Where nothing is found, one ending is taken off at the right and the look-ups start again, until
nothing comes off: *unattributed*.

The work is done on columns. A name without its author, ignoring case, is the weakest of the four look-ups: whatever
another one finds, it finds too. So one join on it settles every name with a single candidate, and only the few names
with several go through the four look-ups in turn. By which of them a name was found is told afterwards, for the names
that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from horde_model_reference.categories import HordeModelType
from horde_model_reference.name_parts import BACKENDS, CANONICAL_BACKEND, ENDINGS, SEPARATORS, NamePart, alternatives
from horde_model_reference.polars_pool import collected, collected_by_row

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


def attribute_names(api_names: pl.Series, model_names: pl.Series, rules: NameRules) -> pl.DataFrame:
    """Decide for every API name which model it belongs to.

    Args:
        api_names: Distinct names as the Horde sends them.
        model_names: Distinct names of the catalogue; ``model_index`` counts along them.
        rules: What the names are made of.

    Returns:
        A frame of ``RESULT_SCHEMA``.
    """
    reported = api_names.alias("api_name").to_frame().lazy().with_row_index("at")
    names = collected_by_row(_without_backend(reported, rules))
    models = model_names.alias("name").to_frame().lazy().with_row_index("model_index")
    catalogue = collected_by_row(models.with_columns(key=WEAKEST.key(pl.col("name"), rules)))
    found = _found(names.lazy(), catalogue, rules)
    outcome = pl.when(_ONE).then(_outcome(ATTRIBUTED)).when(_SEVERAL).then(_outcome(AMBIGUOUS))
    decided = (
        _told_apart(found, catalogue, rules)
        .sort("at")
        .select(
            "looked_up",
            outcome=outcome.otherwise(_outcome(UNATTRIBUTED)),
            model_index=pl.when(_ONE).then("model_index"),
        )
    )
    return pl.DataFrame([names["api_name"], names["backend"], *collected(decided)])


_ONE, _SEVERAL = pl.col("candidates") == 1, pl.col("candidates") > 1


def _outcome(outcome: str) -> pl.Expr:
    return pl.lit(outcome, RESULT_SCHEMA["outcome"])


def _without_backend(names: pl.LazyFrame, rules: NameRules) -> pl.LazyFrame:
    """Add ``backend``, and in ``rest`` what is left of the name without it."""
    name, backend = pl.col("api_name"), pl.col("backend")
    prefixes = (
        pl.when(name.str.head(len(prefix) + 1).str.to_lowercase() == f"{prefix}/").then(pl.lit(prefix))
        for prefix in rules.backends
    )
    after_prefix = name.str.slice(backend.str.len_chars() + 1)
    return names.with_columns(backend=pl.coalesce(*prefixes, pl.lit(CANONICAL_BACKEND))).with_columns(
        rest=pl.when(backend == CANONICAL_BACKEND).then(name).otherwise(after_prefix)
    )


def _found(pending: pl.LazyFrame, catalogue: pl.DataFrame, rules: NameRules) -> pl.LazyFrame:
    """Look names up by the weakest look-up, taking off endings until that finds something or nothing comes off.

    Args:
        pending: ``at`` and ``rest`` of each name.
        catalogue: ``model_index``, ``name`` and ``key`` of each model.
        rules: What the names are made of.

    Returns:
        For each ``at``, in no order: what was ``looked_up`` last and its ``key``; how many ``candidates`` that found,
        null where none; and the ``model_index`` of one of them.
    """
    candidates = collected(_candidates(catalogue.lazy(), "key")).lazy()
    shortened = pl.when(pl.col("candidates").is_null()).then(_one_ending_off(pl.col("looked_up"), rules))
    finished: list[pl.LazyFrame] = []
    while True:
        looked_up = collected(
            pending.select("at", looked_up="rest", key=WEAKEST.key(pl.col("rest"), rules))
            .join(candidates, on="key", how="left")
            .with_columns(rest=shortened)
            .with_columns(goes_on=(pl.col("rest") != pl.col("looked_up")).fill_null(value=False))
        )
        finished.append(looked_up.lazy().remove("goes_on"))
        if not looked_up["goes_on"].any():
            return pl.concat(finished)
        pending = looked_up.lazy().filter("goes_on")


def _one_ending_off(name: pl.Expr, rules: NameRules) -> pl.Expr:
    ending = rf"(?is)[{SEPARATORS.strip()}](?:{alternatives(rules.endings)})$"
    return name.str.replace(ending, "") if rules.endings else name


def _candidates(models: pl.LazyFrame, *keys: str) -> pl.LazyFrame:
    """Return for each key how many models have it, and one of them."""
    # Gathered in lists, and then counted: on a thousand rows three times as fast as counting in groups.
    found = pl.col("model_index")
    return models.group_by(keys).agg(found).with_columns(candidates=found.list.len(), model_index=found.list.first())


def _told_apart(found: pl.LazyFrame, catalogue: pl.DataFrame, rules: NameRules) -> pl.LazyFrame:
    """Go through all the look-ups for names with several candidates: the first that finds anything decides."""
    several = found.filter(_SEVERAL)
    among = catalogue.lazy().join(several, on="key", how="semi")
    by_key = _candidates(_under_all_lookups(among, "name", rules, ["model_index"]), "lookup", "key")
    told = (
        _under_all_lookups(several, "looked_up", rules, ["at", "looked_up"])
        .join(by_key, on=["lookup", "key"])
        .sort("lookup")
        .unique("at", keep="first", maintain_order=True)
    )
    columns = ("at", "looked_up", "candidates", "model_index")
    return pl.concat([found.remove(_SEVERAL).select(columns), told.select(columns)])


def _under_all_lookups(names: pl.LazyFrame, name: str, rules: NameRules, kept: list[str]) -> pl.LazyFrame:
    """Return every row once a look-up: its place in ``LOOKUPS``, as a text, and the ``key`` of the name under it."""
    keys = (lookup.key(pl.col(name), rules).alias(str(place)) for place, lookup in enumerate(LOOKUPS))
    return names.select(*kept, *keys).unpivot(index=kept, variable_name="lookup", value_name="key")


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
