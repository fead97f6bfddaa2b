"""The documentation as tests read it: pages, fenced blocks, headings, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from docs.generator.pages import pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages(ROOT)}
"""Every page's text, by its path in the project."""

ADDRESS = re.compile(r"http://127\.0\.0\.1:19800(/[^'\s)`]*)")

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<content>.*?)^```$", re.DOTALL | re.MULTILINE)
_CODE_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block, and the block right after it, if nothing stands between them."""

    page: str
    line: int
    language: str
    content: str
    follower: Block | None = None

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.page}:{self.line}"


@lru_cache
def blocks(language: str) -> list[Block]:
    """Return all blocks of a language."""
    return [block for page, text in PAGES.items() for block in _blocks(page, text) if block.language == language]


def _blocks(page: str, text: str) -> Iterator[Block]:
    follower: Block | None = None
    begins = len(text)
    for found in reversed(list(_FENCE.finditer(text))):
        near = follower if not text[found.end() : begins].strip() else None
        line = text.count("\n", 0, found.start()) + 1
        block = Block(page, line, found["language"], found["content"], near)
        yield block
        follower, begins = block, found.start()


def prose(page: str) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", PAGES[page])


def headings(page: str) -> list[str]:
    """Return a page's headings, as they are written."""
    return re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)


def section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its rank or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", PAGES[page], re.MULTILINE)
    assert found, f"{page} has no heading {heading!r}"
    rest = PAGES[page][found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """Return the cells of all tables in a text, without headings."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    tables = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rules = {at for at, cells in enumerate(tables) if set("".join(cells)) <= set("-: ")}
    return [cells for at, cells in enumerate(tables) if at not in rules and at + 1 not in rules]


def code_spans(text: str) -> list[str]:
    """Return what is written as code."""
    return _CODE_SPAN.findall(text)
