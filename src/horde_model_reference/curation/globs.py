"""Patterns of names (``*``, ``?``, ``[...]``), matched in time that grows with the names alone.

The rules are those of :func:`fnmatch.fnmatchcase`. The patterns become regular expressions of Polars, which knows no
backtracking and leaves the interpreter to others meanwhile.
"""

from __future__ import annotations

import re

import polars as pl

_PARTS = re.compile(r"(?P<many>\*+)|(?P<one>\?)|\[(?P<no>!?+)(?P<set>\]?+[^\]]*+)\]|(?P<other>.)", re.DOTALL)
_RANGES = re.compile(r"(.)-(.)|(.)", re.DOTALL)
ANY, NONE = r"(?s:.)", r"[^\s\S]"


def matching(names: pl.Series, glob: str) -> pl.Series:
    """Return the names that match a pattern; case counts."""
    return names.filter(names.str.contains(rf"\A{_PARTS.sub(_translated, glob)}\z"))


def _translated(part: re.Match[str]) -> str:
    if part["many"]:
        return f"{ANY}*"
    if part["one"]:
        return ANY
    if part["other"]:
        return _escaped(part["other"])
    ranges = "".join(_range(*found) for found in _RANGES.findall(part["set"]))
    if not ranges:
        return ANY if part["no"] else NONE
    return f"[{'^' if part['no'] else ''}{ranges}]"


def _range(first: str, last: str, single: str) -> str:
    """Return a part of a set; nothing for a range that ends before it begins."""
    if single:
        return _escaped(single)
    return f"{_escaped(first)}-{_escaped(last)}" if first <= last else ""


def _escaped(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"
