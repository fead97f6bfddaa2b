"""The plan's own words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.plan import age_in_days, by_verdict, removal_day
from tests.support.curation import CROWD, facts_of, plan_of, removed_from

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "days"),
    [
        (timedelta(0), 0),
        (timedelta(days=1, seconds=-1), 0),
        (timedelta(days=1), 1),
        (timedelta(days=89, hours=23), 89),
        (timedelta(days=-3), 0),
    ],
)
def test_ages_are_whole_days(ago: timedelta, days: int) -> None:
    assert age_in_days(Listing((NOW - ago).timestamp()), NOW) == days


def test_a_model_that_came_back_tells_the_day_of_its_removal() -> None:
    removed_at = datetime(2024, 5, 1, 23, 30, tzinfo=UTC).timestamp()
    assert removal_day(Listing(NOW.timestamp(), removed_at)) == date(2024, 5, 1)
    assert removal_day(Listing(NOW.timestamp())) is removal_day(None) is None


def test_an_unknown_age_is_unknown() -> None:
    assert age_in_days(None, NOW) is None


def test_models_by_verdict_hold_every_model_once() -> None:
    plan = plan_of(facts_of(CROWD | {"low": 3, "new": 4}, days={"new": None}))
    found = by_verdict(plan)
    assert list(found) == list(Verdict)
    assert sorted(model.name for models in found.values() for model in models) == sorted([*CROWD, "low", "new"])
    assert [model.name for model in found[Verdict.REMOVE]] == removed_from(plan) == ["low"]
    assert [model.name for model in found[Verdict.UNKNOWN]] == ["new"]
