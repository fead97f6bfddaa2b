"""The answer about a model's past, of which a test says only what it is about."""

from __future__ import annotations

from typing import Any

from horde_model_reference.history.history_schema import ModelHistoryResponse
from tests.support.builders import IMAGE


def a_history(**said: Any) -> ModelHistoryResponse:
    """An answer that says this, and of all else nothing."""
    nothing = dict.fromkeys(ModelHistoryResponse.model_fields)
    lists: dict[str, Any] = {"api_names": [], "use_per_day": [], "points": [], "months": []}
    return ModelHistoryResponse.model_validate(
        {**nothing, "category": IMAGE, "name": "a model", "days": 365, **lists, **said}
    )
