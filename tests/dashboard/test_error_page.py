"""The page for a request that failed."""

from __future__ import annotations

import pytest

from horde_model_reference.dashboard.error_page import Missing, error_page
from tests.support.builders import IMAGE
from tests.support.markup import Markup

PROBLEM = {"status": 502, "title": "Bad Gateway", "code": "horde_api", "detail": "<b>down</b>", "hint": "Try later."}


@pytest.mark.parametrize("retry_after", [None, "7"])
def test_the_page_shows_the_problem_as_text(retry_after: str | None) -> None:
    page = error_page(PROBLEM, retry_after)
    assert "b" not in [name for name, _ in Markup(page).elements]
    assert "&lt;b&gt;down&lt;/b&gt;" in page
    assert "Bad Gateway" in page
    assert ("7" in page.partition("It may work again in")[2]) is (retry_after is not None)


def test_the_closest_models_are_a_click_away() -> None:
    page = error_page(PROBLEM, missing=Missing(IMAGE, "Umbra & <b>", ("Umbra Noir", "a/b")))
    links = [attributes["href"] for attributes in Markup(page).all("a") if "button" in attributes.get("class", "")]
    assert links == [
        "/model/image_generation/Umbra%20Noir",
        "/model/image_generation/a/b",
        "/models/image_generation?search=Umbra%20%26%20%3Cb%3E",
    ]
    assert "There is no image model “Umbra &amp; &lt;b&gt;”" in page
