"""Links lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections import Counter

import pytest

from tests.support.pages import PAGES, ROOT, headings, prose

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def links(page: str) -> list[str]:
    return [link for link in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link)]


def target(page: str, link: str) -> str:
    path = link.partition("#")[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in headings(page):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_to_a_file_and_its_anchor(page: str) -> None:
    for link in links(page):
        path = target(page, link)
        assert (ROOT / path).is_file(), f"{link} leads nowhere"
        anchor = link.partition("#")[2]
        assert not anchor or anchor in anchors(path), f"{link}: no such heading"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        if page in PAGES and page not in reached:
            reached.add(page)
            ahead += [target(page, link) for link in links(page)]
    assert set(PAGES) - reached == set()


def test_anchors_are_made_as_github_makes_them() -> None:
    assert {"unknown-is-not-zero", "age-and-stale"} <= anchors("docs/figures.md")
    assert "modeldeletionriskinfo" in anchors("docs/api.md")
