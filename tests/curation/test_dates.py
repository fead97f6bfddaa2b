"""Dates of models that can be believed (rule 11)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from horde_model_reference.curation.dates import HORDE_BEGAN, believable

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "believed"),
    [
        (HORDE_BEGAN.timestamp(), True),
        (HORDE_BEGAN.timestamp() - 1, False),
        (NOW.timestamp(), True),
        (NOW.timestamp() + 1, False),
        (0.0, False),
        (True, False),
        (None, False),
    ],
)
def test_dates_lie_between_the_beginning_of_the_horde_and_now(seconds: float | None, believed: bool) -> None:
    assert believable({"a": seconds}, NOW) == ({"a": seconds} if believed else {})
