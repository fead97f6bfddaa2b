"""Families of text models: their names without size, version, date, variant and endings (rule 9)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from horde_model_reference.name_parts import FAMILY_PARTS, SEPARATORS, NamePart, alternatives
from horde_model_reference.name_text import folded, folded_names
from horde_model_reference.polars_queries import collected, collected_by_row

_SEPARATOR = rf"[{SEPARATORS}]"


def _run_of(parts: tuple[NamePart, ...]) -> str:
    """Return a pattern for a whole run of parts, since neighbouring parts share one separator."""
    part = f"(?:{alternatives(parts)})"
    return rf"(?is)(^|{_SEPARATOR}){part}(?:{_SEPARATOR}+{part})*($|{_SEPARATOR})"


# Sizes go first, as a later kind could begin with what is the start of one (2024-08.5B). Among the other kinds none
# can begin inside another, so that one pass takes off what one pass a kind would.
_SIZES, *_OTHERS = FAMILY_PARTS
_RUNS_OF_PARTS = (_run_of((_SIZES,)), _run_of(tuple(_OTHERS)))
# The only underscore of a name, before a size: Qwen-1_8B has 1.8 billion weights, LLAMA-3_8B_Unaligned 8 billion.
_POINT_AS_UNDERSCORE = r"(?is)^([^_]*\d)_(\d+B(?:$|[-. ][^_]*$))"
_RUN_OF_SEPARATORS = rf"(?s)({_SEPARATOR}){_SEPARATOR}+"


def base_names(names: pl.Series, families: Mapping[str, str] = MappingProxyType({})) -> pl.Series:
    """Return the base names of text models, author taken off; the whole name where nothing would be left.

    Args:
        names: The models' names.
        families: The families of curators by casefolded base name, which win (rule 2b).
    """
    bare = pl.col("name").str.split("/").list.last().str.replace(_POINT_AS_UNDERSCORE, "${1}.${2}")
    for run in _RUNS_OF_PARTS:
        bare = bare.str.replace_all(run, "${1}${2}")
    bare = bare.str.replace_all(_RUN_OF_SEPARATORS, "${1}").str.strip_chars(SEPARATORS)
    query = names.alias("name").to_frame().lazy().select("name", base=bare)
    query = query.select(base=pl.when(pl.col("base") != "").then("base").otherwise("name"))
    found = collected_by_row(query)["base"]
    if not families:
        return found
    curated = pl.Series([families.get(folded(base)) for base in found], dtype=pl.String)
    return curated.zip_with(curated.is_not_null(), found)


def base_name(name: str) -> str:
    """Return the base name of one text model, as :func:`base_names` does.

    >>> base_name("Qwen/Qwen2.5-Coder-14B-Instruct")
    'Qwen2.5-Coder'
    """
    found: str = base_names(pl.Series([name])).item()
    return found


def family_names(names: pl.Series, families: Mapping[str, str] = MappingProxyType({})) -> pl.Series:
    """Return the name of each text model's family: its base name in the spelling that most members use.

    Base names that differ in case only are one family's; of spellings that as many use, the first by code points.
    Parameters as for :func:`base_names`.
    """
    base = base_names(names, families)
    named = pl.LazyFrame({"base": base, "family": folded_names(base)})
    spellings = (
        named.group_by("family", "base")
        .agg(members=pl.len())
        .sort(["family", "members", "base"], descending=[False, True, False])
        .unique("family", keep="first", maintain_order=True)
        .select("family", name="base")
    )
    found = named.join(spellings, on="family", how="left", maintain_order="left")
    return collected(found.select(family="name"))["family"]
