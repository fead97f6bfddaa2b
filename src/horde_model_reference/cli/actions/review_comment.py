"""Keep the comment of a pull request up to date."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import typer
from pydantic import ValidationError

from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimitError, check_json
from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import visible
from horde_model_reference.http_client import make_client
from horde_model_reference.review.pull_request_comment import keep_comment
from horde_model_reference.review.review_schema import Review

API = "https://api.github.com"
TIMEOUT = 20.0
"""Seconds for each answer of GitHub's."""


def review_comment(path: Path, number: int, head: str) -> None:
    """Write or update the comment, and say which.

    Raises:
        UsageError: The file is no review, the environment is incomplete, or the pull request has another commit.
        OutputError: GitHub refuses, or cannot be reached.
    """
    review, repository, token = _review(path), _variable("GITHUB_REPOSITORY"), _variable("GITHUB_TOKEN")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
        raise UsageError("GITHUB_REPOSITORY: expected OWNER/NAME.", hint="Workflows have it set.")

    async def work() -> str:
        async with make_client(TIMEOUT) as client:
            client.base_url = f"{os.environ.get('GITHUB_API_URL') or API}/repos/{repository}/"
            client.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"})
            return await keep_comment(client, number, head, review)

    typer.echo(f"Comment of pull request {number}: {asyncio.run(work())}", err=True)


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise UsageError(f"{name} is not set.", hint="Give the step a token, as docs/review.md shows.")
    return value


def _review(path: Path) -> Review:
    """Return the review of a file, which others may have written."""
    try:
        with path.open("rb") as file:
            content = file.read(DEFAULT_LIMITS.max_bytes + 1)
        check_json(content, DEFAULT_LIMITS)
        return Review.model_validate_json(content)
    except (OSError, BodyLimitError, ValidationError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(
            f"{visible(str(path))}: no review ({reason}).", hint="Give the file of `review --json`."
        ) from error
