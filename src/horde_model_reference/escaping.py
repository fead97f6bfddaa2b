"""Names are hostile (rule 13): text that a terminal, a spreadsheet or a log may be shown."""

from __future__ import annotations

import json
import re

# Control characters (ANSI codes start with one), line separators, and the marks that reverse the reading direction.
_ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

MOST_SHOWN = 200
"""Characters of a name that a message repeats; in a request, a name is as long as its sender likes."""


def visible(text: str) -> str:
    """Return the text with every character that acts instead of being seen written as its escape."""
    return _ACTIVE.sub(lambda found: found.group().encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def shortened(text: str) -> str:
    """Return the text, its end left out where it has more than ``MOST_SHOWN`` characters."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def quoted(text: str) -> str:
    """Return the text as messages show names: visible, in quotes, and shortened."""
    return repr(visible(shortened(text)))


def toml_string(text: str) -> str:
    """Return a text as a TOML string; characters that cannot be seen are written as escapes."""
    quoted_text = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted_text)
