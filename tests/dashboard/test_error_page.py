"""The page for a request that failed."""

from __future__ import annotations

import pytest

from horde_model_reference.dashboard.error_page import error_page
from tests.support.markup import Markup

PROBLEM = {"status": 502, "title": "Bad Gateway", "code": "horde_api", "detail": "<b>down</b>", "hint": "Try later."}


@pytest.mark.parametrize("retry_after", [None, "7"])
def test_the_page_shows_the_problem_as_text(retry_after: str | None) -> None:
    page = error_page(PROBLEM, retry_after)
    assert "b" not in [name for name, _ in Markup(page).elements]
    assert "&lt;b&gt;down&lt;/b&gt;" in page
    assert "Bad Gateway" in page
    assert ("7" in page.partition("It may work again in")[2]) is (retry_after is not None)
