"""Translation of older formats into v2 records (rule 11)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.json_text import loads
from horde_model_reference.name_parts import BACKENDS

BASELINES: dict[str, str] = {
    "stable diffusion 1": "stable_diffusion_1",
    "stable diffusion 2": "stable_diffusion_2_768",
}
"""Legacy baselines and their v2 names; any other baseline is already spelled as in v2."""

LEGACY_KEYS = frozenset({"type", "available", "download_all"})
"""Keys by which a legacy record is told from a v2 record; v2 has no use for them."""

LEGACY_DOWNLOAD_KEYS = frozenset({"file_path"})

RECORD_KEYS = LEGACY_KEYS | frozenset(ModelRecord.model_fields)

CSV_DEFAULTS: dict[str, str] = {"version": "1", "style": "generalist", "baseline": "", "description": ""}


def json_entry_to_v2(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a v2 entry for a JSON record of either format.

    Raises:
        ValueError: The object is no record.
    """
    if not RECORD_KEYS & raw.keys():
        raise ValueError(f"none of the keys of a record ({', '.join(sorted(RECORD_KEYS))})")
    entry = dict(raw)
    if isinstance(entry.get("baseline"), str):
        entry["baseline"] = BASELINES.get(entry["baseline"], entry["baseline"])
    if not LEGACY_KEYS & raw.keys():
        return entry
    for key in LEGACY_KEYS:
        entry.pop(key, None)
    if isinstance(entry.get("config"), dict):
        entry["config"] = _legacy_config(entry["config"])
    return entry


def _legacy_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Join ``files`` (checksums) and ``download`` (addresses) by file name."""
    files = {file.get("path"): file for file in _objects(config, "files")}
    return {key: value for key, value in config.items() if key != "files"} | {
        "download": [_legacy_download(download, files) for download in _objects(config, "download")]
    }


def _objects(config: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = config.get(key) or []
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise TypeError(f"config.{key}: expected a list of objects")
    return found


def _legacy_download(download: Mapping[str, Any], files: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    entry = {key: value for key, value in download.items() if key not in LEGACY_DOWNLOAD_KEYS}
    file = files.get(download.get("file_name"), {})
    return entry | {key: file[key] for key in ("sha256sum", "md5sum", "size_bytes") if file.get(key) is not None}


def csv_row_to_entry(header: list[str], row: list[str]) -> dict[str, Any]:
    """Return the v2 entry of a row of ``models.csv``, with the defaults that ``db.json`` is made with.

    Raises:
        ValueError: The row has another number of columns, or a value of the wrong kind.
    """
    if len(row) != len(header):
        raise ValueError(f"{len(row)} columns, expected {len(header)}")
    cells = {column: value.strip() for column, value in zip(header, row, strict=True)}
    name = cells["name"]
    model_name = name.rpartition("/")[2]
    billions = _number(cells["parameters_bn"])
    style = cells.get("style") or CSV_DEFAULTS["style"]
    entry: dict[str, Any] = {
        "name": name,
        "model_name": model_name,
        "baseline": cells.get("baseline") or CSV_DEFAULTS["baseline"],
        "parameters": round(billions * 1e9),
        "description": cells.get("description") or CSV_DEFAULTS["description"],
        "version": CSV_DEFAULTS["version"],
        "style": style,
        "nsfw": False,
        "display_name": cells.get("display_name") or model_name.replace("-", " ").replace("_", " "),
        "tags": _tags(cells, billions),
    }
    written = dict(zip(header, row, strict=True))  # ``db.json`` keeps the blanks around an instruct format.
    entry |= {key: written[key] for key in ("url", "instruct_format") if cells.get(key)}
    if cells.get("settings"):
        entry["settings"] = _settings(cells["settings"])
    return entry


def _tags(cells: Mapping[str, str], billions: float) -> list[str]:
    tags = {tag.strip() for tag in cells.get("tags", "").split(",")} | {cells.get("style", "")}
    return sorted(tags - {""} | {f"{round(billions)}B"})


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1e9:
        raise ValueError(f"parameters_bn: {text!r} is no number of billions")
    return number


def _settings(text: str) -> dict[str, Any]:
    try:
        settings = loads(text)
    except ValueError as error:
        raise ValueError(f"settings: no JSON ({error})") from error
    if not isinstance(settings, dict):
        raise TypeError("settings: expected a JSON object")
    return settings


def fold_backend_duplicates(records: dict[str, ModelRecord]) -> dict[str, ModelRecord]:
    """Drop the backend-prefixed records of ``db.json`` whose plain record is there."""
    plain = {name for name in records if not _is_prefixed(name)}
    known = plain | {generated_short_name(name) for name in plain}
    return {name: record for name, record in records.items() if name in plain or name.partition("/")[2] not in known}


def generated_short_name(name: str) -> str:
    """Return the short name that ``db.json`` lists a model under: the part between the first and the second slash."""
    author, slash, rest = name.partition("/")
    return rest.partition("/")[0] if slash else author


def _is_prefixed(name: str) -> bool:
    prefix, slash, _ = name.partition("/")
    return bool(slash) and prefix.lower() in BACKENDS
