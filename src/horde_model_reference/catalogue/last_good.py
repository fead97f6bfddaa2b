"""The last good copy of each source, on disk, for the day the source fails."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from horde_model_reference.catalogue.sources import SourceCopy, file_path
from horde_model_reference.safe_files import write_atomically

FOLDER = "catalogue"
LEFT_BEHIND = 3600
"""Seconds between a copy and an older hidden file after which nobody is still writing that file."""


class LastGoodStore:
    """Copies under ``DATA_DIR``, one file a source, written whole or not at all.

    A copy is one file: a line of JSON (where it came from, its validators, a checksum) and then the content. So a
    copy and its description can never belong to different moments, and a damaged copy counts as none.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def load(self, location: str) -> SourceCopy | None:
        """Return the copy of a source, or None where there is none that can be read."""
        try:
            header, _, content = self._path(location).read_bytes().partition(b"\n")
            meta = json.loads(header)
            modified_at = datetime.fromisoformat(meta["modified_at"]) if meta["modified_at"] else None
            intact = meta["sha256"] == hashlib.sha256(content).hexdigest()
            return SourceCopy(content, modified_at, dict(meta["validators"])) if intact else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, location: str, copy: SourceCopy) -> None:
        """Write a copy atomically; concurrent readers, and readers after an interruption, see a whole copy.

        Raises:
            OSError: The folder cannot be written.
        """
        meta = {
            "location": location,
            "modified_at": copy.modified_at.isoformat() if copy.modified_at else None,
            "validators": dict(copy.validators),
            "sha256": hashlib.sha256(copy.content).hexdigest(),
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(location)
        # Private, since a location may hold a token.
        write_atomically(path, json.dumps(meta).encode() + b"\n" + copy.content, mode=0o600)
        self._sweep(path)

    def _sweep(self, newest: Path) -> None:
        """Delete temporary files of killed processes; all times are the file system's own."""
        for hidden in self._folder.glob(".*"):
            with suppress(FileNotFoundError):  # Another process may sweep as well.
                if newest.stat().st_mtime - hidden.stat().st_mtime > LEFT_BEHIND:
                    hidden.unlink()

    def _path(self, location: str) -> Path:
        path = file_path(location)
        # A relative path means another file in another working folder.
        source = location if path is None else str(Path(path).absolute())
        return self._folder / f"{hashlib.sha256(os.fsencode(source)).hexdigest()[:32]}.copy"
