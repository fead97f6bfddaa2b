"""How queries on columns are run."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


def is_one_of(column: pl.Expr, values: Iterable[str]) -> pl.Expr:
    """Return whether a text is one of some values, of which there may be none."""
    return column.is_in(pl.Series(list(values), dtype=pl.String).implode())


def collected(query: pl.LazyFrame) -> pl.DataFrame:
    """Run a query, all of it, on Polars' own threads, by the engine that does each step for the whole column.

    Handed over step by step, or cut up, a query on a thousand rows takes longer than its work
    (``docs/decisions/0008``).
    """
    return collected_together(query)[0]


def collected_together(*queries: pl.LazyFrame) -> list[pl.DataFrame]:
    """Run queries as :func:`collected` does, side by side."""
    return pl.collect_all(queries, optimizations=_OPTIMIZATIONS, engine="in-memory")


_OPTIMIZATIONS = pl.QueryOptFlags.none(simplify_expression=True)
"""Polars' rewriting of queries. Ours name the columns that they need, and filter before they join; on a thousand rows,
looking for more takes as long as the work."""


def collected_by_row(query: pl.LazyFrame) -> pl.DataFrame:
    """Run a query in which no row depends on another: the engine that cuts columns up keeps all cores busy."""
    return query.collect(engine="streaming").rechunk()
