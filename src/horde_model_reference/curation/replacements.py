"""Replacements of a model: models of the same kind with more use (design section 8).

The one model of a kind that is used more than all others is the last of its kind; models with equal use are not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families

MOST = 3
"""How many replacements are named."""

SIZE_CLASSES: tuple[tuple[float, str], ...] = (
    (4e9, "up to 4B"),
    (9e9, "up to 9B"),
    (15e9, "up to 15B"),
    (36e9, "up to 36B"),
    (80e9, "up to 80B"),
    (math.inf, "above 80B"),
)
"""Classes of text models by number of weights; models of a class run on the same kind of machine."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A model that could take another's place."""

    name: str
    usage_month: int
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A model among those of its kind.

    Attributes:
        kind: Its kind, in words; None where its record does not tell.
        replacements: Models of the kind with more month usage, at most ``MOST``, best first: text models of the same
            family, then of the same baseline, then others; each group by month usage. None where unknown.
        last_of_its_kind: It has more use than each other model of its kind; None where unknown.
    """

    kind: str | None
    replacements: tuple[Replacement, ...] | None
    last_of_its_kind: bool | None


def kinds(rows: pl.DataFrame, category: MODEL_REFERENCE_CATEGORY) -> pl.DataFrame:
    """Return ``name``, ``usage_month``, ``last_of_its_kind``, ``kind`` and, for text, ``family`` and ``baseline``.

    Args:
        rows: The rows of a risk table.
        category: Their category.
    """
    nearness = _text_nearness(rows) if has_families(category) else _image_nearness(rows)
    return rows.select("name", "usage_month", *nearness).select(
        "name", "usage_month", _LAST_OF_ITS_KIND.alias("last_of_its_kind"), *(column.name for column in nearness)
    )


_MONTH = pl.col("usage_month")
_KNOWN = pl.col("kind").is_not_null() & _MONTH.is_not_null()
_LAST_OF_ITS_KIND = pl.when(_KNOWN).then(
    (_MONTH.max().over("kind") == _MONTH) & (pl.len().over("kind", "usage_month") == 1)
)


def standings(rows: pl.DataFrame, category: MODEL_REFERENCE_CATEGORY) -> dict[str, Standing]:
    """Return the standing of every model of a risk table's rows; arguments as for :func:`kinds`."""
    ranked = kinds(rows, category).sort(["usage_month", "name"], descending=[True, False], nulls_last=True)
    used_more = _UsedMore()
    found: dict[str, Standing] = {}
    for name, month, last, kind, *nearer in ranked.iter_rows():
        if last is None:
            found[name] = Standing(kind, None, None)
            continue
        groups = [(reason, (kind, reason, value)) for reason, value in zip(_NEARER, nearer, strict=False) if value]
        groups.append((f"also {kind}", (kind, "", "")))
        found[name] = Standing(kind, used_more.than(month, groups), last)
        used_more.add(name, month, (group for _, group in groups))
    return found


_Group = tuple[str, str, str]
_NEARER = ("same family", "same baseline")


class _UsedMore:
    """The most used models of each group; models are added from the most used one down."""

    def __init__(self) -> None:
        self._most_used: dict[_Group, list[tuple[str, int]]] = {}

    def than(self, month: int, groups: Iterable[tuple[str, _Group]]) -> tuple[Replacement, ...]:
        """Return the most used models above a month usage, those of earlier groups first, each once."""
        found: dict[str, Replacement] = {}
        for reason, group in groups:
            for name, usage in self._most_used.get(group, ()):
                if usage > month:
                    found.setdefault(name, Replacement(name, usage, reason))
        return tuple(found.values())[:MOST]

    def add(self, name: str, month: int, groups: Iterable[_Group]) -> None:
        """Add the next model to its groups, which keep only as many as are named."""
        for group in groups:
            most_used = self._most_used.setdefault(group, [])
            if len(most_used) < MOST:
                most_used.append((name, month))


def _image_nearness(rows: pl.DataFrame) -> list[pl.Series]:
    inpainting = pl.when("inpainting").then(pl.lit(", inpainting")).otherwise(pl.lit(""))
    return rows.select(kind=pl.format("{}, {}{}", "baseline", "style", inpainting)).get_columns()


def _text_nearness(rows: pl.DataFrame) -> list[pl.Series]:
    """Return the kind, and the values of ``_NEARER``."""
    size = pl.lit(None, pl.String)
    for limit, label in reversed(SIZE_CLASSES):
        size = pl.when(pl.col("parameters") <= limit).then(pl.lit(label)).otherwise(size)
    style = pl.coalesce(pl.col("style").str.to_lowercase(), pl.lit("generalist"))
    kinds = rows.select(kind=pl.format("{}, {}", size, style))
    return [kinds["kind"], rows["family"], rows["baseline"]]
