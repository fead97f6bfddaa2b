"""Which catalogue model an API name belongs to (rule 2), for all names at once.

Four look-ups are tried at each step, the first that finds anything decides: one model found is the answer, several
are *ambiguous*. Where nothing is found, one ending is taken off at the right and the look-ups start again, until
nothing comes off: *unattributed*.

The work is done on columns. A name without its author, ignoring case, is the weakest of the four look-ups: whatever
another one finds, it finds too. So one join on it settles every name with a single candidate, and only the few names
with several go through the four look-ups in turn.
"""

from __future__ import annotations

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
    key: str


LOOKUPS: tuple[Lookup, ...] = (
    Lookup("the full name", "full"),
    Lookup("the full name, ignoring case", "full_folded"),
    Lookup("the name without its author", "short"),
    Lookup("the name without its author, ignoring case", "short_folded"),
)
WEAKEST = LOOKUPS[-1].key

RESULT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "api_name": pl.String,
    "backend": pl.String,
    "looked_up": pl.String,
    "outcome": pl.Enum(OUTCOMES),
    "model_index": pl.UInt32,
    "lookup": pl.UInt8,
}
"""What :func:`attribute_names` returns: one row an API name, in the order given.

``looked_up`` is what was left of the name when it was found; ``model_index`` a row of the catalogue (null unless
attributed); ``lookup`` an index into ``LOOKUPS`` (null where nothing was found).
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
    names = (
        api_names.alias("api_name")
        .to_frame()
        .with_row_index("at")
        .with_columns(_backend(rules), _without_backend(rules))
    )
    catalogue = model_names.alias("full").to_frame().with_row_index("model_index").with_columns(_keys(rules))
    candidates = catalogue.group_by(WEAKEST).agg(
        candidates=pl.len(), model_index=pl.col("model_index").first(), found=pl.col("full").first()
    )
    settled: list[pl.DataFrame] = []
    pending = names.select("at", full="rest")
    while pending.height:
        looked_up = pending.with_columns(_keys(rules)).join(candidates, on=WEAKEST, how="left", maintain_order="left")
        settled.append(_settle_single(looked_up))
        settled.append(_settle_several(looked_up, catalogue))
        pending = _take_one_ending_off(looked_up.filter(pl.col("candidates").is_null()), rules)
    decided = pl.concat(settled) if settled else pl.DataFrame(schema=_SETTLED_SCHEMA)
    return (
        names.join(decided, on="at", how="left", maintain_order="left")
        .with_columns(
            pl.col("looked_up").fill_null(pl.col("rest")),
            outcome=pl.when(pl.col("model_index").is_not_null())
            .then(pl.lit(ATTRIBUTED))
            .when(pl.col("lookup").is_not_null())
            .then(pl.lit(AMBIGUOUS))
            .otherwise(pl.lit(UNATTRIBUTED)),
        )
        .select(pl.col(column).cast(kind) for column, kind in RESULT_SCHEMA.items())
    )


_SETTLED_SCHEMA = {"at": pl.UInt32, "looked_up": pl.String, "model_index": pl.UInt32, "lookup": pl.UInt8}


def _pattern(anchored: str) -> str:
    return f"(?is){anchored}"


def _backend(rules: NameRules) -> pl.Expr:
    if not rules.backends:
        return pl.lit(CANONICAL_BACKEND).alias("backend")
    prefix = pl.col("api_name").str.extract(_pattern(rf"^({'|'.join(rules.backends)})/"), 1).str.to_lowercase()
    return prefix.fill_null(CANONICAL_BACKEND).alias("backend")


def _without_backend(rules: NameRules) -> pl.Expr:
    if not rules.backends:
        return pl.col("api_name").alias("rest")
    return pl.col("api_name").str.replace(_pattern(rf"^(?:{'|'.join(rules.backends)})/"), "").alias("rest")


def _keys(rules: NameRules) -> list[pl.Expr]:
    """Return the four keys of a name in column ``full``."""
    full = pl.col("full")
    short = full.str.split("/").list.last() if rules.authors else full
    return [
        full.str.to_lowercase().alias("full_folded"),
        short.alias("short"),
        short.str.to_lowercase().alias("short_folded"),
    ]


def _settle_single(looked_up: pl.DataFrame) -> pl.DataFrame:
    single = looked_up.filter(pl.col("candidates") == 1)
    found = pl.col("found")
    lookup = (
        pl.when(pl.col("full") == found)
        .then(0)
        .when(pl.col("full_folded") == found.str.to_lowercase())
        .then(1)
        .when(pl.col("short") == found.str.split("/").list.last())
        .then(2)
        .otherwise(3)
    )
    return single.select("at", looked_up="full", model_index="model_index", lookup=lookup.cast(pl.UInt8))


def _settle_several(looked_up: pl.DataFrame, catalogue: pl.DataFrame) -> pl.DataFrame:
    several = looked_up.filter(pl.col("candidates") > 1).drop("model_index", "candidates", "found")
    if several.is_empty():
        return pl.DataFrame(schema=_SETTLED_SCHEMA)
    among = catalogue.join(several, on=WEAKEST, how="semi")
    settled = []
    for index, lookup in enumerate(LOOKUPS):
        found = among.group_by(lookup.key).agg(n=pl.len(), model_index=pl.col("model_index").first())
        several = several.join(found, on=lookup.key, how="left", maintain_order="left")
        settled.append(
            several.filter(pl.col("n").is_not_null()).select(
                "at",
                looked_up="full",
                model_index=pl.when(pl.col("n") == 1).then("model_index"),
                lookup=pl.lit(index, pl.UInt8),
            )
        )
        several = several.filter(pl.col("n").is_null()).drop("n", "model_index")
    return pl.concat(settled)


def _take_one_ending_off(pending: pl.DataFrame, rules: NameRules) -> pl.DataFrame:
    if not rules.endings:
        return pending.clear()
    ending = _pattern(rf"[{SEPARATORS.strip()}](?:{alternatives(rules.endings)})$")
    shorter = pending.select("at", before="full", full=pl.col("full").str.replace(ending, ""))
    return shorter.filter(pl.col("full") != pl.col("before")).drop("before")


def ambiguous_candidates(
    names: pl.DataFrame, model_names: pl.Series, rules: NameRules, most: int = 10
) -> dict[str, list[str]]:
    """Return for each ambiguous name of an attribution the models it could be, at most ``most``, by name."""
    ambiguous = (
        names.filter(pl.col("outcome") == AMBIGUOUS)
        .select("api_name", "lookup", full="looked_up")
        .with_columns(_keys(rules))
    )
    catalogue = model_names.alias("full").to_frame().with_columns(_keys(rules)).with_columns(model=pl.col("full"))
    found: dict[str, list[str]] = {}
    for (index,), group in ambiguous.group_by("lookup"):
        key = LOOKUPS[index].key
        models = catalogue.join(group, on=key, how="semi").group_by(key).agg(pl.col("model").sort().head(most))
        found |= dict(group.join(models, on=key).select("api_name", "model").iter_rows())
    return found
