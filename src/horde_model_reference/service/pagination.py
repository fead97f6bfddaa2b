"""Links from one page of an answer to the next (RFC 8288)."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request, Response


def next_page(request: Request, offset: int, shown: int, total: int) -> str | None:
    """Return the path and query of the page after one; None where it is the last.

    Args:
        request: The request for the page.
        offset: Rows before the page.
        shown: Rows of the page.
        total: Rows of all pages.
    """
    following = offset + shown
    if not shown or following >= total:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]
    return f"{request.url.path}?{urlencode([*kept, ('offset', str(following))])}"


def linked(answer: Response, following: str | None) -> Response:
    """Return an answer with the ``Link`` to its next page, if there is one."""
    if following is not None:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer
