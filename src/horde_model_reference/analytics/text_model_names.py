"""The base name of a text model: what is left when size, version, date, variant and endings are gone (rule 9)."""

from __future__ import annotations

import polars as pl

from horde_model_reference.name_parts import FAMILY_PARTS, SEPARATORS, alternatives

_SEPARATOR = rf"[{SEPARATORS}]"
_PART = f"(?:{alternatives(FAMILY_PARTS)})"

# A run of parts is taken off in one match, since each would need the separator that its neighbour has used up.
_RUN_OF_PARTS = rf"(?is)(^|{_SEPARATOR}){_PART}(?:{_SEPARATOR}+{_PART})*($|{_SEPARATOR})"
_RUN_OF_SEPARATORS = rf"(?s)({_SEPARATOR}){_SEPARATOR}+"


def base_names(names: pl.Expr) -> pl.Expr:
    """Return the base names of text models, author taken off; the whole name where nothing would be left."""
    without_author = names.str.split("/").list.last()
    bare = (
        without_author.str.replace_all(_RUN_OF_PARTS, "${1}${2}")
        .str.replace_all(_RUN_OF_SEPARATORS, "${1}")
        .str.strip_chars(SEPARATORS)
    )
    return pl.when(bare == "").then(names).otherwise(bare)


def base_name(name: str) -> str:
    """Return the base name of one text model, as :func:`base_names` does.

    >>> base_name("Qwen/Qwen2.5-Coder-14B-Instruct")
    'Qwen2.5-Coder'
    """
    found: str = pl.select(base_names(pl.lit(name))).item()
    return found
