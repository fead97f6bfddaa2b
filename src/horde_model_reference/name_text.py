"""Names as text: one Unicode form, and comparison that ignores case (rule 2a).

Polars has no casefold, and normalises every name although most are ASCII, for which neither matters. So Python changes
the other names, and only where there are any.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import polars as pl

FOLDED = "_folded"
"""The suffix of the column with casefolded names."""

_IS_UNICODE = "is_unicode"


def spelled(names: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Strip the outer blanks of a column of names, and add the columns that :func:`with_unicode` takes.

    Args:
        names: A frame with ``column``; the lower case goes into the column with ``FOLDED`` behind its name.
        column: The column of names.
    """
    name = pl.col(column)
    is_unicode = name.str.len_bytes().sum() != name.str.len_chars().sum()
    bare = names.with_columns(name.str.strip_chars())
    return bare.with_columns(name.str.to_lowercase().alias(column + FOLDED), is_unicode.alias(_IS_UNICODE))


def with_unicode(names: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the columns of :func:`spelled` with all names in NFC, and casefolded."""
    if not names.drop_in_place(_IS_UNICODE).any():
        return names
    return names.with_columns(
        _changed(names[column], composed).alias(column),
        _changed(names[column], folded).alias(column + FOLDED),
    )


def composed(name: str) -> str:
    """Return a name in NFC, without the blanks around it."""
    return unicodedata.normalize("NFC", name.strip())


def folded(name: str) -> str:
    """Return a name that equals those that differ from it in case, form or outer blanks only."""
    return composed(name).casefold()


def folded_names(names: pl.Series) -> pl.Series:
    """Return names as :func:`folded` does."""
    is_unicode = names.str.len_bytes().sum() != names.str.len_chars().sum()
    return _changed(names, folded) if is_unicode else names.str.strip_chars().str.to_lowercase()


def _changed(names: pl.Series, change: Callable[[str], str]) -> pl.Series:
    return pl.Series([None if name is None else change(name) for name in names], dtype=pl.String)
