"""Folders of the current user, on every platform, even if the system knows neither home nor name."""

from __future__ import annotations

import getpass
import os
import re
import tempfile
from pathlib import Path

from platformdirs import user_data_path

APPLICATION = "horde-model-reference"


def data_folder() -> Path:
    """Return where the platform keeps a user's data; a temporary folder where the user has no home."""
    found = user_data_path(APPLICATION)
    return found if found.is_absolute() else temporary_folder("data")


def temporary_folder(purpose: str) -> Path:
    """Return a folder for temporary files that no two users share."""
    return Path(tempfile.gettempdir()) / f"{APPLICATION}-{purpose}-{_user()}"


def _user() -> str:
    """Return the user's name in letters that a folder may have; a container's user may only have a number."""
    try:
        return re.sub(r"[^\w.-]", "_", getpass.getuser())
    except (ImportError, KeyError, OSError):  # Windows without USERNAME has nothing else to ask.
        return str(os.getuid()) if hasattr(os, "getuid") else "user"
