"""Markdown: tables, fences, and the markers that generated parts stand between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

BEGIN = "<!-- generated: {} -->"
END = "<!-- end -->"
_PART = re.compile(r"<!-- generated: (?P<name>\S+) -->\n.*?<!-- end -->", re.DOTALL)


def fill(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Return a page with every generated part as it should be now.

    Raises:
        KeyError: The page asks for a part that there is none of.
    """
    return _PART.sub(lambda found: f"{BEGIN.format(found['name'])}\n{parts[found['name']]()}\n{END}", text)


def parts_of(text: str) -> list[str]:
    """Return the names of the parts that a page asks for."""
    return [found["name"] for found in _PART.finditer(text)]


def table(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    heading = list(heading)
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def code(value: object) -> str:
    """Return a value as a code span; nothing where there is no value."""
    return f"`{value}`" if str(value) else ""


def fenced(language: str, content: str) -> str:
    """Return a code block."""
    return f"```{language}\n{content.rstrip()}\n```"
