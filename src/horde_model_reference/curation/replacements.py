"""Replacements of a model: models of the same kind with more use. A model with none is the last of its kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from horde_model_reference.analytics.text_model_names import base_names
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.name_text import folded_names

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
        replacements: Models of the kind with more month usage, best first, at most ``MOST``; None where unknown.
    """

    kind: str | None
    replacements: tuple[Replacement, ...] | None

    @property
    def last_of_its_kind(self) -> bool | None:
        """Whether nothing could take its place; None where unknown."""
        return None if self.replacements is None else not self.replacements


def standings(
    rows: pl.DataFrame, category: MODEL_REFERENCE_CATEGORY, families: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Standing]:
    """Return the standing of every model of a risk table's rows.

    Args:
        rows: The rows.
        category: Their category.
        families: The families of curators by casefolded base name.
    """
    kinds = _text_kinds(rows, families) if has_families(category) else _image_kinds(rows)
    ranked = rows.select("name", "usage_month", kind=kinds).sort(
        ["usage_month", "name"], descending=[True, False], nulls_last=True
    )
    found: dict[str, Standing] = {}
    better: dict[str, list[tuple[str, int]]] = {}
    for name, month, kind in ranked.iter_rows():
        if kind is None or month is None:
            found[name] = Standing(kind, None)
            continue
        before = better.setdefault(kind, [])
        used_more = [(other, usage) for other, usage in before[: MOST + 1] if usage > month][:MOST]
        found[name] = Standing(kind, tuple(Replacement(other, usage, f"also {kind}") for other, usage in used_more))
        before.append((name, month))
    return found


def _image_kinds(rows: pl.DataFrame) -> pl.Series:
    inpainting = pl.when("inpainting").then(pl.lit(", inpainting")).otherwise(pl.lit(""))
    return rows.select(pl.format("{}, {}{}", "baseline", "style", inpainting)).to_series()


def _text_kinds(rows: pl.DataFrame, families: Mapping[str, str]) -> pl.Series:
    size = pl.lit(None, pl.String)
    for limit, label in reversed(SIZE_CLASSES):
        size = pl.when(pl.col("parameters") <= limit).then(pl.lit(label)).otherwise(size)
    family = folded_names(base_names(rows["name"], families))
    return rows.with_columns(family=family).select(pl.format("{} family, {}", "family", size)).to_series()
