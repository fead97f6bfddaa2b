"""How queries on columns are run."""

from __future__ import annotations

import polars as pl


def collected(query: pl.LazyFrame) -> pl.DataFrame:
    """Run a query, all of it, on Polars' own threads.

    A query that starts on the calling thread is handed over and back at each join, group and sort; on a thousand rows
    those switches take longer than the work (``benchmarks/scale.py``). Started over there, it is handed over once.
    """
    return query.collect(background=True).fetch_blocking()


def collected_by_row(query: pl.LazyFrame) -> pl.DataFrame:
    """Run a query in which no row depends on another: the engine that cuts columns up keeps all cores busy."""
    return query.collect(engine="streaming").rechunk()
