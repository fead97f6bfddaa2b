"""The API names that curators' aliases decide (rule 2b)."""

from __future__ import annotations

import re

import polars as pl

from horde_model_reference.catalogue.aliases import Aliases
from horde_model_reference.name_text import composed
from horde_model_reference.polars_queries import collected


def aliased_names(names: pl.DataFrame, models: pl.DataFrame, aliases: Aliases) -> pl.DataFrame:
    """Return the finds of aliases whose target is in the catalogue, with the ``alias``."""
    known = _names_with_alias(names, aliases) if aliases.models else []
    targets = {target for _, _, target, _ in known}
    indices = dict(models.filter(pl.col("model").is_in(targets)).select("model", "models").iter_rows()) if known else {}
    rows = [(at, rest, [indices[target]], place) for at, rest, target, place in known if target in indices]
    return pl.DataFrame(rows, schema=_ALIASED, orient="row")


_ALIASED: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.UInt32,
    "looked_up": pl.String,
    "models": pl.List(pl.UInt32),
    "alias": pl.String,
}


def _names_with_alias(names: pl.DataFrame, aliases: Aliases) -> list[tuple[int, str, str, str]]:
    """Return for each name that has an alias: where it is, its rest, the target and the alias's place."""
    name = pl.col("api_name").str.strip_chars()
    globs = [pattern_of(composed(alias.written)) for alias in aliases.globs]
    chunks = (f"^(?:{'|'.join(globs[at : at + GLOBS_AT_ONCE])})$" for at in range(0, len(globs), GLOBS_AT_ONCE))
    has_alias = pl.any_horizontal(name.is_in(aliases.spellings), *(name.str.contains(chunk) for chunk in chunks))
    likely = collected(names.lazy().filter(has_alias).select("at", "api_name", "rest"))
    found = ((at, rest, aliases.of_name(composed(api_name))) for at, api_name, rest in likely.iter_rows())
    return [(at, rest, composed(alias.target), alias.place) for at, rest, alias in found if alias is not None]


GLOBS_AT_ONCE = 50
"""Globs in one pattern: a pattern of a thousand is too large for the engine."""


def pattern_of(glob: str) -> str:
    """Return a pattern that matches a superset of a glob; ``fnmatch`` decides afterwards."""
    return "(?s)" + re.sub(r"\\\*|\\\?|\\\[.*\\\]", lambda mark: "." if mark[0] == r"\?" else ".*", re.escape(glob))
