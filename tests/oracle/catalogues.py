"""The formats of catalogues: rule 11."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.names import BACKENDS, short
from tests.oracle.reports import Pairs, is_count, read_json

LEGACY_BASELINES = {"stable diffusion 1": "stable_diffusion_1", "stable diffusion 2": "stable_diffusion_2_768"}
SIZE_KEYS = ("size_bytes", "file_size_bytes", "size_on_disk_bytes")


@dataclass(frozen=True)
class Model:
    """The facts of a record that the analysis uses.

    Attributes:
        size: Bytes on disk; None if unknown.
        parameters: Number of weights; None if unknown.
        addresses: One per download, as the record gives it.
    """

    name: str
    baseline: str | None = None
    nsfw: bool | None = None
    has_description: bool = False
    addresses: tuple[str, ...] = ()
    size: int | None = None
    parameters: int | None = None


@dataclass
class Catalogue:
    """The models of a catalogue by name, and the codes of what is to be said of it."""

    models: dict[str, Model] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_catalogue(content: bytes, is_text: bool) -> Catalogue:
    """Read a catalogue in any of its formats."""
    text = content.decode("utf-8-sig")
    catalogue = _read_json(text) if text.lstrip().startswith("{") else _read_csv(text)
    if is_text:
        catalogue.models = _folded(catalogue.models)
    return catalogue


def _folded(models: dict[str, Model]) -> dict[str, Model]:
    """Fold backend-prefixed duplicates into their plain record."""
    plain = [name for name in models if name.split("/")[0].lower() not in BACKENDS or "/" not in name]
    known = {*plain, *map(short, plain)}
    return {name: model for name, model in models.items() if name in plain or name.split("/", 1)[1] not in known}


def _repeated(names: Iterable[str]) -> list[str]:
    return ["name_repeated" for count in Counter(names).values() for _ in range(count - 1)]


def _read_json(text: str) -> Catalogue:
    catalogue = Catalogue()
    for name, record in read_json(text.encode("utf-8", "surrogatepass")):
        if isinstance(record, Pairs):
            if name in catalogue.models:
                catalogue.warnings.append("name_repeated")
            catalogue.models[name] = _model(name, dict(record))
        else:
            catalogue.warnings.append("record_skipped")
    return catalogue


def _model(name: str, record: dict[str, Any]) -> Model:
    baseline = str(record.get("baseline") or "")
    baseline = LEGACY_BASELINES.get(baseline, baseline).strip()
    downloads, files = _downloads(record)
    sizes = [_size(download, files.get(str(download.get("file_name")), {})) for download in downloads]
    known = [size for size in sizes if size is not None]
    whole = record.get("size_on_disk_bytes")
    return Model(
        name=name,
        baseline=baseline or None,
        nsfw=record.get("nsfw"),
        has_description=bool(str(record.get("description") or "").strip()),
        addresses=tuple(str(download.get("file_url") or "") for download in downloads),
        size=sum(known) if sizes and len(known) == len(sizes) else whole if is_count(whole) else None,
        parameters=(record.get("parameters") or None) if is_count(record.get("parameters")) else None,
    )


def _downloads(record: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    config = dict(record.get("config") or [])
    files = [dict(file) for file in config.get("files") or []]
    return [dict(download) for download in config.get("download") or []], {str(f.get("path")): f for f in files}


def _size(download: dict[str, Any], file: dict[str, Any]) -> int | None:
    found = [part[key] for part in (file, download) for key in SIZE_KEYS if is_count(part.get(key))]
    return found[0] if found else None


def _is_broken(cell: str) -> bool:
    """Tell whether an unclosed quote swallowed lines."""
    return "\n" in cell or "\r" in cell


def _is_sound(cells: dict[str, str]) -> bool:
    try:
        return bool(cells["name"]) and float(cells["parameters_bn"]) >= 0
    except ValueError:
        return False


def _read_csv(text: str) -> Catalogue:
    catalogue = Catalogue()
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip() for column in next(rows)]
    for row in filter(None, rows):
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if len(row) != len(header) or any(map(_is_broken, row)) or not _is_sound(cells):
            catalogue.warnings.append("record_skipped")
            continue
        name = cells["name"]
        if name in catalogue.models:
            catalogue.warnings.append("name_repeated")
        catalogue.models[name] = Model(
            name=name,
            baseline=cells.get("baseline") or None,
            nsfw=False,
            has_description=bool(cells.get("description")),
            parameters=round(float(cells["parameters_bn"]) * 10**9) or None,
        )
    return catalogue
