"""The ways to look an API name up in the catalogue, strongest first (rules 2 and 2a)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from horde_model_reference.name_parts import AUTHOR_JOINTS, DROPPABLE_ENDINGS, PLACES
from horde_model_reference.name_text import FOLDED

Key = Callable[[pl.Expr], pl.Expr]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up of names by a key.

    Attributes:
        sentence: The comparison, for people.
        of_name: The key of an API name.
        of_model: The key of a model's name; null where it has none.
    """

    sentence: str
    of_name: Key
    of_model: Key


def whole(name: pl.Expr) -> pl.Expr:
    """Return the whole name."""
    return name


def placeless(name: pl.Expr) -> pl.Expr:
    """Return the name without the prefixes that say where its file lies."""
    return name.str.replace(_PLACED, "")


_PLACED = f"(?i)^(?:{'|'.join(map(re.escape, PLACES))})+"


def last_two(name: pl.Expr) -> pl.Expr:
    """Return author and name at the end of a path."""
    return name.str.split("/").list.tail(2).list.join("/")


def short(name: pl.Expr) -> pl.Expr:
    """Return the name without author: its last path segment."""
    return name.str.split("/").list.last()


def pointed(key: Key) -> Key:
    """Return a key: points for the underscores between digits (``qwen1_5-14b``)."""
    return lambda name: key(name).str.replace_all(r"(\d)_(\d)", "${1}.${2}")


def joined(joint: str) -> Key:
    """Return a key: author and name joined by a character."""
    return lambda name: name.str.replace_all("/", joint, literal=True)


DROPPED = f"(?i)(?:{'|'.join(map(re.escape, DROPPABLE_ENDINGS))})$"


def shortened(key: Key) -> Key:
    """Return a key without the ending that workers leave out; null where the name has no such ending."""
    return lambda name: pl.when(name.str.contains(DROPPED)).then(key(name).str.replace(DROPPED, ""))


_JOINED = "the author and the name, joined"
_SHORTENED = "the name without its ending '-hf'"

PLAIN_LOOKUPS: tuple[Lookup, ...] = (
    Lookup("the full name", placeless, whole),
    Lookup("the author and the name at the end of the path", last_two, whole),
    Lookup("the name without its author", short, short),
)
REWRITTEN_LOOKUPS: tuple[Lookup, ...] = (
    *(Lookup(_JOINED, short, joined(joint)) for joint in AUTHOR_JOINTS),
    Lookup(f"{_SHORTENED}, with author", last_two, shortened(whole)),
    *(Lookup(f"{_JOINED}, without the ending '-hf'", short, shortened(joined(joint))) for joint in AUTHOR_JOINTS),
    Lookup(_SHORTENED, short, shortened(short)),
)
WIDE_LOOKUPS: tuple[Lookup, ...] = (
    *REWRITTEN_LOOKUPS,
    *(
        Lookup(f"{lookup.sentence}, with points for underscores", pointed(lookup.of_name), pointed(lookup.of_model))
        for lookup in (PLAIN_LOOKUPS[-1], *REWRITTEN_LOOKUPS)
    ),
)


def _both_cases(lookups: tuple[Lookup, ...]) -> tuple[str, ...]:
    """Return the sentence of each look-up exactly, then ignoring case."""
    return tuple(f"{lookup.sentence}{case}" for lookup in lookups for case in ("", ", ignoring case"))


PLAIN_COUNT = 2 * len(PLAIN_LOOKUPS)
LOOKUPS: tuple[str, ...] = _both_cases((*PLAIN_LOOKUPS, *WIDE_LOOKUPS))
"""All look-ups, each exactly and then ignoring case, strongest first: the first that finds anything decides.

The first ``PLAIN_COUNT`` are plain.
"""

WIDE_KEYS: tuple[Key, ...] = tuple(map(pointed, (short, *(joined(joint) for joint in AUTHOR_JOINTS))))
"""The keys of a model, in full and without ``DROPPED``, of which a wide look-up compares one, ignoring case."""


@cache
def first_lookup(count: int = len(LOOKUPS)) -> pl.Expr:
    """Return the index of the first of ``count`` look-ups by which ``looked_up`` finds ``model``; null if none does.

    Both have a casefolded column beside them.
    """
    by = pl.lit(None, pl.UInt8)
    for index in reversed(range(count)):
        lookup, case = (*PLAIN_LOOKUPS, *WIDE_LOOKUPS)[index // 2], ("", FOLDED)[index % 2]
        same = lookup.of_name(pl.col(f"looked_up{case}")) == lookup.of_model(pl.col(f"model{case}"))
        by = pl.when(same.fill_null(value=False)).then(pl.lit(index, pl.UInt8)).otherwise(by)
    return by
