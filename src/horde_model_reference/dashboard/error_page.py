"""The page for a request that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, usage_traits
from horde_model_reference.dashboard.rendering import render
from horde_model_reference.dashboard.shell import bare_shell


@dataclass(frozen=True, slots=True)
class Missing:
    """A model that there is none of.

    Attributes:
        category: Its category.
        name: Its name, as it was asked for.
        closest: The names of models that are closest to it.
    """

    category: MODEL_REFERENCE_CATEGORY
    name: str
    closest: tuple[str, ...]

    @property
    def noun(self) -> str:
        """The kind of thing that is missing: ``image model``."""
        return f"{usage_traits(self.category).model_type.value} model"


def error_page(problem: Mapping[str, Any], retry_after: str | None = None, missing: Missing | None = None) -> str:
    """Return the page for a problem of the API.

    Args:
        problem: The body of the API's answer.
        retry_after: Seconds after which asking again makes sense.
        missing: The model that was asked for and is not there.
    """
    return render(
        "error.html",
        shell=bare_shell() if missing is None else bare_shell(missing.category),
        problem=problem,
        retry_after=retry_after,
        missing=missing,
    )
