"""The page for a request that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.shell import bare_shell


def error_page(problem: Mapping[str, Any], retry_after: str | None = None) -> str:
    """Return the page for a problem of the API.

    Args:
        problem: The body of the API's answer.
        retry_after: Seconds after which asking again makes sense.
    """
    return render("error.html", shell=bare_shell(), problem=problem, retry_after=retry_after)
