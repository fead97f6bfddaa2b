"""Entries of a file of marks."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from horde_model_reference.marks.mark import Mark

ENTRY: dict[str, Any] = {
    "category": "image_generation",
    "since": date(2026, 3, 2),
    "remove_after": date(2026, 5, 1),
    "because": "low_use",
}


def entry(name: str) -> str:
    """The text of an entry of six lines."""
    quoted = f"'{name}'" if name.isprintable() and "'" not in name else _basic(name)
    return (
        f"[[marks]]\ncategory = 'image_generation'\nname = {quoted}\n"
        "since = 2026-03-02\nremove_after = 2026-05-01\nbecause = 'low_use'\n"
    )


def _basic(text: str) -> str:
    return "".join(
        char if char.isprintable() else f"\\U{ord(char):08x}" for char in json.dumps(text, ensure_ascii=False)
    )


def mark_of(name: str, **keys: Any) -> Mark:
    """A mark of an image model."""
    return Mark.model_validate(ENTRY | {"name": name} | keys)
