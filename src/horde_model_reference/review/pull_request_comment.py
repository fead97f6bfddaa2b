"""The one comment of a pull request that holds its review, kept up to date through GitHub's API.

The review may come from a run that its author controls: it is drawn anew from checked JSON, and only a pull request
whose head is the commit of that run gets it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx

from horde_model_reference.bodies import read_body
from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimitError
from horde_model_reference.errors import OutputError, UsageError
from horde_model_reference.escaping import quoted
from horde_model_reference.json_text import loads
from horde_model_reference.review.review_markdown import review_markdown
from horde_model_reference.review.review_schema import Review

MARK = "<!-- horde-model-reference review: {} -->"
"""First line of the comment on a category's review, by which it is found again."""
PAGE = 100
"""Comments that one request lists."""
MOST_PAGES = 30
"""Pages that are looked through; a pull request with more comments gets another one."""


async def keep_comment(client: httpx.AsyncClient, number: int, head: str, review: Review) -> str:
    """Write or update the comment of a pull request, and return ``written``, ``updated`` or ``unchanged``.

    Args:
        client: Asks GitHub's API, with the repository as base URL and a token.
        number: The number of the pull request.
        head: The commit that the pull request must have.
        review: The review.

    Raises:
        UsageError: The pull request has another commit by now.
        OutputError: GitHub refuses, or cannot be reached.
    """
    found = await _request(client, "GET", f"pulls/{number}")
    if _at(found, "head", "sha") != head:
        raise UsageError(
            f"Pull request {number} is not at commit {quoted(head)}.", hint="Its newest run comments on it."
        )
    body = f"{MARK.format(review.category.value)}\n{review_markdown(review)}"
    async for comment in _own_comments(client, number):
        if str(comment.get("body", "")).startswith(MARK.format(review.category.value)):
            if comment["body"] == body:
                return "unchanged"
            await _request(client, "PATCH", f"issues/comments/{comment['id']}", {"body": body})
            return "updated"
    await _request(client, "POST", f"issues/{number}/comments", {"body": body})
    return "written"


async def _own_comments(client: httpx.AsyncClient, number: int) -> AsyncIterator[dict[str, Any]]:
    """Yield the comments that bots wrote: those of people may imitate ours, and are never changed."""
    for page in range(1, MOST_PAGES + 1):
        comments = await _request(client, "GET", f"issues/{number}/comments?per_page={PAGE}&page={page}")
        for comment in comments:
            if _at(comment, "user", "type") == "Bot":
                yield comment
        if len(comments) < PAGE:
            return


async def _request(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> Any:
    """Return the JSON of an answer of GitHub's."""
    try:
        async with client.stream(method, path, json=body) as answer:
            answer.raise_for_status()
            return loads(await read_body(answer, DEFAULT_LIMITS))
    except httpx.HTTPStatusError as error:
        raise OutputError(
            f"GitHub answered {error.response.status_code} to {method} {path}.",
            hint="Check the token's permissions: pull-requests write.",
        ) from error
    except (httpx.HTTPError, BodyLimitError, ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
        raise OutputError(f"GitHub, {method} {path}: {reason}.", hint="Run it again.") from error


def _at(found: object, *keys: str) -> object:
    """Return a value within objects; None where one of them is none."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found
