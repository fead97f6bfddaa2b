"""Bounds on TOML, checked before it is parsed: the parser recurses, and takes long keys apart in quadratic time."""

from __future__ import annotations

import re

TOML_BYTES = 2**20
"""The longest file: a thousand names and patterns of the greatest length, each with a reason."""
NESTING = 16
"""The most brackets within each other; a policy has three."""
KEY_PARTS = 16
"""The most parts of a dotted key; a policy has two."""

_TOKENS = re.compile(
    r"""
      \"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z) | '{3}.*?(?:'{3}|\Z) | "(?:\\.|[^"\\\n])*"? | '[^'\n]*'?   # texts
    | \#[^\n]*                                                                                    # comments
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<dot>\.) | (?P<end>[=,\n])
    """,
    re.DOTALL | re.VERBOSE,
)


def excess(text: str) -> str | None:
    """Return which bound a text exceeds, in words, with the line; None where it keeps to all of them."""
    if len(text.encode()) > TOML_BYTES:
        return f"longer than {TOML_BYTES:,} bytes"
    depth = dots = 0
    for token in _TOKENS.finditer(text):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        dots = 0 if kind == "end" else dots + (kind == "dot")
        if depth > NESTING:
            return f"more than {NESTING} brackets within each other (line {_line(text, token)})"
        if dots >= KEY_PARTS:
            return f"a key of more than {KEY_PARTS} parts (line {_line(text, token)})"
    return None


def _line(text: str, token: re.Match[str]) -> int:
    return text.count("\n", 0, token.start()) + 1
