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

_SETTLED: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.UInt32,
    "looked_up": pl.String,
    "model_index": pl.UInt32,
    "outcome": pl.Enum(OUTCOMES),
}


def attribute_names(api_names: pl.Series, model_names: pl.Series, rules: NameRules) -> pl.DataFrame:
    """Decide for every API name which model it belongs to.

    Args:
        api_names: Distinct names as the Horde sends them.
        model_names: Distinct names of the catalogue; ``model_index`` counts along them.
        rules: What the names are made of.

    Returns:
        A frame of ``RESULT_SCHEMA``.
    """
    names = _without_backend(api_names.alias("api_name").to_frame().with_row_index("at"), rules)
    catalogue = _catalogue(model_names, rules)
    candidates = catalogue.group_by("key").agg(candidates=pl.len(), model_index=pl.col("model_index").first())
    settled: list[pl.DataFrame] = [pl.DataFrame(schema=_SETTLED)]
    pending = names.select("at", "looked_up")
    while pending.height:
        looked_up = _look_up(pending, candidates, rules)
        settled.append(_settle(looked_up[_SINGLE], ATTRIBUTED))
        settled.append(_settle_several(looked_up[_SEVERAL], catalogue, rules))
        settled.append(_settle(looked_up[_FINISHED], UNATTRIBUTED))
        shortened = looked_up[_SHORTENED]
        pending = pl.DataFrame([shortened["at"], shortened["shorter"].alias("looked_up")])
    decided = pl.concat(settled).sort("at")
    columns = {column.name: column for column in (*names.get_columns(), *decided.get_columns())}
    return pl.DataFrame([columns[name] for name in RESULT_SCHEMA])


def _catalogue(model_names: pl.Series, rules: NameRules) -> pl.DataFrame:
    catalogue = model_names.alias("name").to_frame().with_row_index("model_index")
    return catalogue.with_columns(key=WEAKEST.key(pl.col("name"), rules))


def _without_backend(names: pl.DataFrame, rules: NameRules) -> pl.DataFrame:
    """Add ``backend``, and in ``looked_up`` what is left of the name without it."""
    name = pl.col("api_name")
    backend, rest = pl.lit(CANONICAL_BACKEND), name
    for prefix in rules.backends:
        has_prefix = name.str.head(len(prefix) + 1).str.to_lowercase() == f"{prefix}/"
        backend = pl.when(has_prefix).then(pl.lit(prefix)).otherwise(backend)
        rest = pl.when(has_prefix).then(name.str.slice(len(prefix) + 1)).otherwise(rest)
    return names.with_columns(backend=backend, looked_up=rest)


_SINGLE, _SEVERAL, _FINISHED, _SHORTENED = range(4)
"""What a look-up comes to: one candidate; several; none, and nothing to take off; none, but an ending came off."""


def _look_up(pending: pl.DataFrame, candidates: pl.DataFrame, rules: NameRules) -> dict[int, pl.DataFrame]:
    """Look names up once, and return them by what that came to, with their ``key``, candidate and ``shorter`` form."""
    one_ending_off = pl.when(pl.col("candidates").is_null()).then(_one_ending_off(pl.col("looked_up"), rules))
    came_to = (
        pl.when(pl.col("candidates") == 1)
        .then(_SINGLE)
        .when(pl.col("candidates") > 1)
        .then(_SEVERAL)
        .when(pl.col("shorter") == pl.col("looked_up"))
        .then(_FINISHED)
        .otherwise(_SHORTENED)
    )
    looked_up = (
        pending.lazy()
        .with_columns(key=WEAKEST.key(pl.col("looked_up"), rules))
        .join(candidates.lazy(), on="key", how="left")
        .with_columns(shorter=one_ending_off)
        .with_columns(came_to=came_to.cast(pl.UInt8))
        .collect()
    )
    parts = looked_up.partition_by("came_to", as_dict=True)
    return {at: parts.get((at,), looked_up.clear()) for at in (_SINGLE, _SEVERAL, _FINISHED, _SHORTENED)}


def _one_ending_off(name: pl.Expr, rules: NameRules) -> pl.Expr:
    ending = rf"(?is)[{SEPARATORS.strip()}](?:{alternatives(rules.endings)})$"
    return name.str.replace(ending, "") if rules.endings else name


def _settle(found: pl.DataFrame, outcome: str) -> pl.DataFrame:
    """Return names with what became of them; only an attributed one keeps its model."""
    outcomes = pl.repeat(outcome, found.height, dtype=_SETTLED["outcome"], eager=True).alias("outcome")
    nobody = pl.repeat(None, found.height, dtype=pl.UInt32, eager=True).alias("model_index")
    model_index = found["model_index"] if outcome == ATTRIBUTED else nobody
    return pl.DataFrame([found["at"], found["looked_up"], model_index, outcomes])


def _settle_several(several: pl.DataFrame, catalogue: pl.DataFrame, rules: NameRules) -> pl.DataFrame:
    """Go through the look-ups for names that the weakest one finds several models for."""
    settled = [pl.DataFrame(schema=_SETTLED)]
    if several.is_empty():
        return settled[0]
    among = catalogue.join(several, on="key", how="semi")
    for lookup in LOOKUPS:
        key = lookup.key(pl.col("name"), rules).alias("wanted")
        found = among.group_by(key).agg(n=pl.len(), model_index=pl.col("model_index").first())
        wanted = several.select("at", "looked_up", wanted=lookup.key(pl.col("looked_up"), rules))
        hits = wanted.join(found, on="wanted")
        settled.append(_settle(hits.filter(pl.col("n") == 1), ATTRIBUTED))
        settled.append(_settle(hits.filter(pl.col("n") > 1), AMBIGUOUS))
        several = several.join(hits, on="at", how="anti")
    return pl.concat(settled)


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
