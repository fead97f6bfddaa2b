"""Links from one page to the next."""

from __future__ import annotations

import pytest
from fastapi import Request, Response

from horde_model_reference.service.pagination import linked, next_page


def request(query: bytes) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/api/x", "query_string": query, "headers": [], "server": ("a", 80)}
    )


@pytest.mark.parametrize(
    ("query", "offset", "shown", "total", "following"),
    [
        (b"limit=2", 0, 2, 3, "/api/x?limit=2&offset=2"),
        (b"offset=2&limit=2&tag=a%26b&tag=c", 2, 2, 5, "/api/x?limit=2&tag=a%26b&tag=c&offset=4"),
        (b"limit=2&offset=2", 2, 1, 3, None),
        (b"limit=2&offset=9", 9, 0, 3, None),
        (b"", 0, 3, 3, None),
        (b"q=%E2%80%AE%0D%0A", 0, 1, 2, "/api/x?q=%E2%80%AE%0D%0A&offset=1"),
    ],
)
def test_the_next_page_keeps_the_question(
    query: bytes, offset: int, shown: int, total: int, following: str | None
) -> None:
    assert next_page(request(query), offset, shown, total) == following


def test_the_link_header_names_the_next_page() -> None:
    assert linked(Response(), "/api/x?offset=2").headers["link"] == '</api/x?offset=2>; rel="next"'
    assert "link" not in linked(Response(), None).headers
