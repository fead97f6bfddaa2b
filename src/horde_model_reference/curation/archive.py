"""A plan's files as one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of every member, the earliest that the format knows: same files, same bytes."""
_UNIX = 3
_READABLE = 0o100644 << 16


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of files by name, in the order of their names, with fixed times and modes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, _EARLIEST)
            member.create_system, member.external_attr = _UNIX, _READABLE
            zip_file.writestr(member, content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
