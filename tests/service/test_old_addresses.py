"""Addresses of earlier versions lead to their successors, with their query."""

from __future__ import annotations

import pytest

from tests.support.service import BlockingClient


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/category/text_generation", "/models/text_generation"),
        ("/category/image_generation?search=a%26b&limit=20", "/models/image_generation?search=a%26b&limit=20"),
        ("/pictures/image_generation", "/charts/image_generation"),
        ("/pictures/text_generation/over-time", "/charts/text_generation#over-time"),
        ("/?preset=critical&sort=name", "/models/image_generation?preset=critical&sort=name"),
    ],
)
def test_old_addresses_redirect(demo: BlockingClient, old: str, new: str) -> None:
    answer = demo.get(old)
    assert answer.status_code == 308
    assert answer.headers["location"] == new
    assert demo.get(new.partition("#")[0]).status_code == 200


def test_a_category_that_never_was_has_no_successor(demo: BlockingClient) -> None:
    assert demo.get("/category/nothing").status_code == 422
