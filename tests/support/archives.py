"""Archives of a plan's files."""

from __future__ import annotations

import io
import zipfile


def unzipped(archive: bytes) -> dict[str, bytes]:
    """The files of an archive by name, in its order."""
    with zipfile.ZipFile(io.BytesIO(archive)) as zip_file:
        return {name: zip_file.read(name) for name in zip_file.namelist()}
