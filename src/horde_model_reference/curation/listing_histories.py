"""The git histories of catalogue files, read once per head commit and kept in ``DATA_DIR``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.catalogue.sources import file_path
from horde_model_reference.curation.listing_history import ListingHistory, head_commit, read_listing_history
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import CatalogueSourceError
from horde_model_reference.escaping import visible
from horde_model_reference.reports.words import counted
from horde_model_reference.safe_files import write_atomically
from horde_model_reference.single_flight import SingleFlight
from horde_model_reference.thread_pool import run_in_thread

FOLDER = "listing-history"


class ListingHistories:
    """Reads and keeps the listing histories of files.

    Args:
        data_dir: The folder that keeps them; where it cannot be written, they are read again by each process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._held: dict[Path, ListingHistory] = {}
        self._reads: SingleFlight[Path, ListingHistory | None] = SingleFlight()

    async def read(
        self, location: str, patience: float | None = None
    ) -> tuple[Mapping[str, Listing], tuple[DataWarning, ...]]:
        """Return since when models are listed, by the git history of a catalogue's file.

        Args:
            location: The file's path; a URL, or a file in no clone, has no history.
            patience: Seconds to wait at most; None waits for the end.
        """
        path = file_path(location)
        if path is None:
            return {}, ()
        file = Path(path)
        try:
            history = await self._reads.run(file, partial(run_in_thread, self._read, file), patience)
        except CatalogueSourceError as error:
            return {}, (DataWarning("age_unknown", visible(error.message)),)
        except TimeoutError:
            return {}, (DataWarning("age_unknown", f"The git history of {visible(file.name)} is still being read."),)
        return ({}, ()) if history is None else (history.listings, _skipped(history, file))

    async def aclose(self) -> None:
        """Stop waiting for the histories that are being read."""
        await self._reads.aclose()

    def _read(self, file: Path) -> ListingHistory | None:
        file = file.absolute()
        head = head_commit(file)
        if head is None:
            return None
        history = self._held.get(file) or self._load(file)
        if history is None or history.head != head:
            history = read_listing_history(file, head)
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path(file), history.to_json())
        self._held[file] = history
        return history

    def _load(self, file: Path) -> ListingHistory | None:
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            return ListingHistory.from_json(self._path(file).read_bytes())
        return None

    def _path(self, file: Path) -> Path:
        return self._folder / f"{hashlib.sha256(bytes(file)).hexdigest()[:32]}.json"


def _skipped(history: ListingHistory, file: Path) -> tuple[DataWarning, ...]:
    if not history.skipped:
        return ()
    versions = counted(history.skipped, "version")
    message = f"{versions} of {visible(file.name)} in its git history cannot be read; ages are told without them."
    return (DataWarning("versions_skipped", message),)
