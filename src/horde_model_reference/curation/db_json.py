"""``db.json`` of the text models, generated whole from ``models.csv``."""

from __future__ import annotations

import json
from typing import Any

from horde_model_reference.catalogue.formats import Malformed, raw_catalogue
from horde_model_reference.catalogue.legacy import generated_short_name
from horde_model_reference.errors import CatalogueCutError, CatalogueFormatError
from horde_model_reference.escaping import visible

FIELDS = (
    "name",
    "model_name",
    "baseline",
    "parameters",
    "description",
    "version",
    "style",
    "nsfw",
    "display_name",
    "url",
    "tags",
    "instruct_format",
    "settings",
)
"""The fields of a record, in the order in which the file has them."""


def generated_db_json(content: bytes, place: str) -> bytes:
    """Return the ``db.json`` of a ``models.csv``; errors as for :func:`generated_records`."""
    try:
        return (json.dumps(generated_records(content, place), indent=4) + "\n").encode()
    except RecursionError as error:
        raise CatalogueCutError(
            f"{place}: settings with brackets nested too deeply.", hint="Correct the row."
        ) from error


def generated_records(content: bytes, place: str) -> dict[str, dict[str, Any]]:
    """Return the records of the ``db.json`` of a ``models.csv``.

    Each row gives three records: under its name, under ``aphrodite/`` and its name, and under ``koboldcpp/`` and its
    short name. Where two rows give the same key, the later row's record stands in the earlier one's place.

    Raises:
        CatalogueFormatError: The file is no catalogue in CSV.
        CatalogueCutError: A row is malformed; the message names its line.
    """
    raw = raw_catalogue(content, place)
    if not raw.rows:
        raise CatalogueFormatError(f"{place}: JSON; expected a CSV file, which db.json is generated from.")
    records: dict[str, dict[str, Any]] = {}
    for row in raw.records:
        if row.entry is None:
            continue
        try:
            entry = _entry(row.entry())
        except Malformed as error:
            raise CatalogueCutError(
                f"{place}, {row}: {visible(str(error))}; db.json cannot be generated from it.", hint="Correct the row."
            ) from error
        for key in _keys(entry["name"]):
            records[key] = entry | {"name": key}
    return records


def _keys(name: str) -> tuple[str, str, str]:
    return name, f"aphrodite/{name}", f"koboldcpp/{generated_short_name(name)}"


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a row's record; a name of two slashes has the short name of its keys as its model name."""
    short = generated_short_name(entry["name"])
    if short != entry["model_name"]:
        given = entry["display_name"] != _displayed(entry["model_name"])
        entry = entry | {"model_name": short, "display_name": entry["display_name"] if given else _displayed(short)}
    return {field: entry[field] for field in FIELDS if field in entry and (entry[field] or field != "display_name")}


def _displayed(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")
