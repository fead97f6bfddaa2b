"""The showcase files of removed records, which go with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from horde_model_reference.catalogue.records import ModelRecord


@dataclass(frozen=True, slots=True)
class Showcases:
    """The showcase files of removed records, as paths relative to the repository, sorted.

    Attributes:
        deleted: Files that the clone has.
        missing: Files that it lacks.
        shared: Files in a folder that a kept record shows as well; they stay.
    """

    deleted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def showcases_of(
    records: Mapping[str, ModelRecord], removed: Iterable[str], folder: str, tracked: Collection[str] | None
) -> Showcases:
    """Return the showcase files of removed records.

    Args:
        records: All records by name.
        removed: The names of removed records.
        folder: The folder of the repository that showcases lie in; a file right in it is shared only by itself.
        tracked: The paths that the clone has; None without a clone: then it is taken to have all.
    """
    gone = set(removed)
    wanted = {path for name in gone for path in _paths(records[name], folder)}
    kept = {path for name, record in records.items() if name not in gone for path in _paths(record, folder)}
    kept_folders = {str(PurePosixPath(path).parent) for path in kept} - {folder}
    shared = {path for path in wanted if path in kept or str(PurePosixPath(path).parent) in kept_folders}
    going = wanted - shared
    there = going if tracked is None else going & set(tracked)
    return Showcases(
        deleted=tuple(sorted(there)),
        missing=tuple(sorted(going - there)),
        shared=tuple(sorted(shared)),
    )


def _paths(record: ModelRecord, folder: str) -> list[str]:
    addresses = record.as_json().get("showcases") or ()
    found = (_path(address, folder) for address in addresses if isinstance(address, str))
    return [path for path in found if path]


def _path(address: str, folder: str) -> str:
    """Return the path of an address from the showcase folder on; empty where it leads elsewhere."""
    parts = unquote(urlsplit(address).path).split("/")
    if folder not in parts or {"..", "."} & set(parts):
        return ""
    return "/".join(parts[parts.index(folder) :])
