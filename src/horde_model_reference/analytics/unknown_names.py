"""Hints for unknown model names: the closest known names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import UnknownModelError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.polars_queries import collected

CLOSEST_NAMES = 5
"""How many names are proposed where one is not known."""

CANDIDATES = 200
"""Names that are compared by their edit distance, which takes long and holds up all other threads."""
PIECE = 3
"""Characters of the pieces by which candidates are found."""
COMPARED_LENGTH = 200
"""How much of an unknown name is compared with the known ones: more costs time and finds nothing."""


def closest_names(name: str, names: Collection[str]) -> str:
    """Return a hint that proposes the names closest to one that there is none of; empty where there are no names."""
    return _proposal(_closest(name, names))


def _proposal(closest: Sequence[str]) -> str:
    return f"The closest names are: {', '.join(map(visible, closest))}." if closest else ""


def _closest(name: str, names: Collection[str]) -> list[str]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - of use only where a name is not known

    name = name[:COMPARED_LENGTH]
    found = process.extract(name, _candidates(name, names), processor=str.lower, limit=None)
    # One common word, such as XL, makes all names that have it equal.
    found.sort(key=lambda close: (-close[1], -fuzz.ratio(name, close[0], processor=str.lower)))
    return [close for close, _, _ in found[:CLOSEST_NAMES]]


def _candidates(name: str, names: Collection[str]) -> Collection[str]:
    """Return the names that share most sequences of characters with one, for the slower comparison."""
    if len(names) <= CANDIDATES:
        return names
    lowered = name.lower().encode(errors="replace").decode()  # an argument may be no UTF-8
    pieces = sorted({lowered[at : at + PIECE] or " " for at in range(max(1, len(lowered) - PIECE + 1))})
    compared = pl.col("name").str.slice(0, COMPARED_LENGTH).str.to_lowercase()
    shared = compared.str.extract_many(pieces, overlapping=True).list.n_unique()
    known = pl.LazyFrame({"name": list(names)}, schema={"name": pl.String})
    nearest = pl.col("name").sort_by(shared, descending=True, maintain_order=True).head(CANDIDATES)
    best: list[str] = collected(known.select(nearest))["name"].to_list()
    return best


def unknown_model(
    category: MODEL_REFERENCE_CATEGORY, name: str, names: Iterable[str], skipped: Mapping[str, str]
) -> UnknownModelError:
    """Return the error that a category has no model of a name.

    Args:
        category: The category.
        name: The unknown name.
        names: The names that the category has; the closest of them are proposed.
        skipped: Why names that the catalogue's file seems to have are not among them (see :class:`Catalogue`).
    """
    message = f"Category {category.value} has no model {quoted(name)}."
    if name in skipped:
        return UnknownModelError(f"{message} {skipped[name]}", hint="Correct the catalogue's file.")
    closest = _closest(name, sorted(names))
    return UnknownModelError(message, hint=_proposal(closest), closest=closest)


def as_spelled(name: str, names: Collection[str]) -> str:
    """Return a name as the known ones spell it: itself, or the only one of them that differs from it in case alone."""
    if name in names:
        return name
    found = [known for known in names if known.casefold() == name.casefold()]
    return found[0] if len(found) == 1 else name
