"""The parts of API names, taken off one at a time at the right (rules 2 and 2a), for all names at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import polars as pl

from horde_model_reference.categories import HordeModelType, traits_of_type
from horde_model_reference.integrations.name_lookups import short
from horde_model_reference.name_parts import (
    BACKENDS,
    BEFORE_ENDINGS,
    BEFORE_TAGS,
    ENDINGS,
    LEADING_WORDS,
    NamePart,
    alternatives,
)
from horde_model_reference.polars_queries import collected

MOST_PARTS = 12
"""Parts that come off one name at most: no worker stacks more, and a hostile name costs no more."""


@dataclass(frozen=True, slots=True)
class NameRules:
    """The parts of the names of one type of model."""

    backends: tuple[str, ...] = ()
    authors: bool = False
    endings: tuple[NamePart, ...] = ()


WHOLE_NAMES = NameRules()
NAMES_OF_PARTS = NameRules(backends=BACKENDS, authors=True, endings=ENDINGS)


def name_rules(model_type: HordeModelType) -> NameRules:
    """Return the parts of the names of a type of model."""
    return NAMES_OF_PARTS if traits_of_type(model_type).families else WHOLE_NAMES


@cache
def lookup_key(column: str, rules: NameRules) -> pl.Expr:
    """Return the ``key`` of a casefolded column: equal wherever any plain look-up finds a model."""
    name = pl.col(column)
    return (short(name) if rules.authors else name).alias("key")


def nothing_off(names: pl.DataFrame, rules: NameRules) -> pl.DataFrame:
    """Return each name's key before any part is taken off, as :func:`steps_of` does."""
    return collected(names.lazy().select("at", lookup_key("rest_folded", rules), *_NOTHING_OFF))


def steps_of(pending: pl.DataFrame, rules: NameRules) -> pl.DataFrame:
    """Return the steps given, then those with one more ending off, then with two, ...

    Returns:
        ``at``, ``key``, ``step`` (how many parts came off) and ``off`` (how many characters), by step.
    """
    steps = [pending]
    while rules.endings and not pending.is_empty():
        pending = collected(_without(_ENDING, pending.lazy()))
        steps.append(pending)
    return pl.concat(steps)


def _without(pattern: str, steps: pl.LazyFrame) -> pl.LazyFrame:
    """Return the steps after those that have a part at the end."""
    key, less = pl.col("key"), pl.col("less")
    shortened = steps.filter(pl.col("step") < MOST_PARTS).with_columns(less=key.str.replace(pattern, ""))
    return shortened.filter(less != key).select(
        "at", less.alias("key"), pl.col("step") + 1, pl.col("off") + key.str.len_chars() - less.str.len_chars()
    )


def without_leading_word(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the steps after the last ones of names that end in a word that leads the ending that came off last."""
    led = collected(steps.lazy().filter(pl.col("step") > 0).filter(pl.col("key").str.contains(_LEADING_WORD)))
    if led.is_empty():
        return led
    last = led.lazy().join(steps.lazy().select("at", pl.col("step") - 1), on=["at", "step"], how="anti")
    whole = steps.lazy().filter(pl.col("step") == 0).select("at", whole="key")
    cut = pl.concat_str("key", pl.lit(_CUT), pl.col("whole").str.tail(pl.col("off")))
    ends = last.join(whole, on="at").filter(cut.str.contains(_LED)).drop("whole")
    return collected(_without(_LEADING_WORD, ends))


def _at_the_end(parts: Iterable[NamePart]) -> str:
    """Return a pattern that matches one of the parts, and the separator before it, at the end of a name."""
    by_separators = groupby(sorted(parts, key=_separators), _separators)
    forms = (f"[{re.escape(after)}](?:{alternatives(same)})" for after, same in by_separators)
    return rf"(?is)(?:{'|'.join(forms)})$"


def _separators(part: NamePart) -> str:
    return part.after


SEPARATOR = rf"[{re.escape(BEFORE_ENDINGS + BEFORE_TAGS)}]"
_ENDING = _at_the_end(ENDINGS)
_LEADING_WORD = rf"(?is){SEPARATOR}(?:{alternatives(LEADING_WORDS)})$"

_CUT = "\0"
"""Stands between what is left of a name and what came off."""
_LEADS = "|".join(f"(?:{word.pattern}){_CUT}[-_.](?:{word.before})" for word in LEADING_WORDS)
_LED = rf"(?is){SEPARATOR}(?:{_LEADS})(?:{SEPARATOR}|$)"

_NOTHING_OFF = (pl.lit(0, pl.UInt8).alias("step"), pl.lit(0, pl.UInt32).alias("off"))
