"""The prose of the source: a concrete subject in each docstring, and the numbered rules where the code cites them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/horde_model_reference"
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
VAGUE = frozenset({"what", "who", "whom", "whoever", "whatever"})
MOST_VAGUE = 1 / 1000
"""The share of vague words that is allowed in docstrings; well-kept libraries stay between 0 and 0.2 per 1,000."""


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each docstring of a module with its line, attribute docstrings included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text
            case _:
                pass


def test_docstrings_name_their_subject_instead_of_what_and_who() -> None:
    words, vague = 0, []
    for path in sorted(SOURCE.rglob("*.py")):
        for line, text in docstrings(path):
            found = WORD.findall(text)
            words += len(found)
            vague += [f"{path.relative_to(ROOT)}:{line}: {word}" for word in found if word.lower() in VAGUE]
    assert words > 10_000
    assert len(vague) < MOST_VAGUE * words, "\n".join(vague)


CITED = re.compile(r"\b[Rr]ules?\s+(\d+[a-z]?(?:(?:,| and| to)\s+\d+[a-z]?)*)")
NUMBER = re.compile(r"\d+[a-z]?")
RULE_ROW = re.compile(r"^\| (\d+[a-z]?) \|", re.MULTILINE)


def cited_rules(path: Path) -> set[str]:
    """Return the numbers of the rules that a file cites."""
    return {number for cited in CITED.findall(path.read_text(encoding="utf-8")) for number in NUMBER.findall(cited)}


def test_each_rule_that_code_or_tests_cite_stands_in_the_documentation_of_the_figures() -> None:
    section = (ROOT / "docs/figures.md").read_text(encoding="utf-8").partition("\n## Rules\n")[2].partition("\n## ")[0]
    explained = RULE_ROW.findall(section)
    assert len(explained) == len(set(explained))
    unexplained = {
        f"{path.relative_to(ROOT)}: {number}"
        for folder in (SOURCE, ROOT / "tests", ROOT / "docs")
        for path in folder.rglob("*")
        if path.suffix in {".py", ".md", ".html", ".j2"}
        for number in cited_rules(path) - set(explained)
    }
    assert not unexplained
    assert cited_rules(SOURCE / "integrations/attribution.py") >= {"2", "2a"}
