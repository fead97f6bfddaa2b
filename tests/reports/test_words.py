"""Figures and verdicts in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from horde_model_reference.analytics.flags import FLAGS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_schema import DataAsOfInfo, PeriodAttribution
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.reports import words
from tests.support.rows import rows_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "?"), (0, "0"), (999, "999"), (1000, "1,000"), (123456789, "123,456,789")]
)
def test_count(value: int | None, text: str) -> None:
    """Rule 3: unknown is told apart from 0."""
    assert words.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "?"),
        (0.0, "0.0%"),
        (0.0001, "0.0001%"),
        (0.0065, "0.0065%"),
        (0.0123, "0.012%"),
        (0.1, "0.1%"),
        (12.3456, "12.3%"),
        (100.0, "100.0%"),
    ],
)
def test_share(value: float | None, text: str) -> None:
    assert words.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "?"), (0.0, "0.0"), (2.0, "2.0"), (6.46, "6.5"), (1234.5, "1,234.5")]
)
def test_size(value: float | None, text: str) -> None:
    assert words.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "?"),
        (1, "1"),
        (1000, "1K"),
        (350_000_000, "350M"),
        (1_500_000_000, "1.5B"),
        (7_240_000_000, "7.2B"),
        (70_000_000_000, "70B"),
        (671_000_000_000, "671B"),
        (1_040_000_000_000, "1T"),
        (10**18, "1,000,000T"),
    ],
)
def test_weights(value: int | None, text: str) -> None:
    """Section 8: the size of text models."""
    assert words.weights(value) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "none"), (1, "a"), (3, "a, b, c"), (5, "a, b, c, d, e"), (7, "a, b, c, d, e and 2 more")]
)
def test_first_names(number: int, text: str) -> None:
    assert words.first_names(list("abcdefg")[:number]) == text


@pytest.mark.parametrize(
    ("month", "total", "text"),
    [
        (0, 0, "never used"),
        (0, 583_676, "used 583,676 times, not in the last 30 days"),
        (0, 1, "used 1 time, not in the last 30 days"),
        (12, 3400, "used 3,400 times, 12 of them in the last 30 days"),
        (12, 7, "used 12 times, 12 of them in the last 30 days"),
        (None, 7, "its use is unknown"),
        (0, None, "its use is unknown"),
    ],
)
def test_use(month: int | None, total: int | None, text: str) -> None:
    """Design section 8: never used, or used so many times but not since; unknown is never 0."""
    assert words.use(month, total) == text


@pytest.mark.parametrize(
    ("day", "ever", "text"),
    [
        (date(2026, 1, 2), 7, "last used on 2026-01-02"),
        (date(2026, 1, 2), None, "last used on 2026-01-02"),
        (None, 0, "never seen in use"),
        (None, 1, "last used before its history begins, or in a gap of it (1 request ever)"),
        (None, None, ""),
    ],
)
def test_last_use(day: date | None, ever: int | None, text: str) -> None:
    """Rule 3: what no history saw is not what never was."""
    assert words.last_use(day, ever) == text


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (set(), ""),
        ({"low_usage"}, "low usage"),
        ({"zero_usage_day"}, "unused today"),
        ({"zero_usage_month", "zero_usage_day", "low_usage"}, "unused 30 days"),
        ({"zero_usage_total", "zero_usage_month", "zero_usage_day", "low_usage"}, "never used"),
        ({"zero_usage_month", "no_active_workers", "zero_usage_day"}, "unused 30 days, no workers"),
        ({"missing_description", "has_unknown_host"}, "unusable address, no description"),
    ],
)
def test_flags_go_without_what_they_imply(flags: set[str], text: str, tiny: RiskTable) -> None:
    row = rows_of(tiny)["Deliberate"]
    all_flags = row.deletion_risk_flags.model_copy(update={flag.name: flag.name in flags for flag in FLAGS})
    assert words.flags(row.model_copy(update={"deletion_risk_flags": all_flags})) == text


def test_every_flag_has_words_of_its_own(tiny: RiskTable) -> None:
    row = rows_of(tiny)["Deliberate"]
    found = set()
    for flag in FLAGS:
        one = row.deletion_risk_flags.model_copy(update={other.name: other is flag for other in FLAGS})
        found.add(words.flags(row.model_copy(update={"deletion_risk_flags": one})))
    assert len(found - {""}) == len(FLAGS)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, "3 of 3 models, 2 at risk (1 critical, 1 low, 1 none); month usage 12,347 of 12,347."),
        ({"search": "Poor"}, "1 of 3 models, 1 at risk (1 low); month usage 2 of 12,347."),
        ({"search": "no such"}, "0 of 3 models, 0 at risk; month usage 0 of 12,347."),
    ],
)
def test_summary(query: dict[str, Any], text: str, tiny: RiskTable) -> None:
    assert words.summary(respond(tiny, RiskQuery(**query))) == text


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        (
            (1_000, 900, 60, 40),
            "Of 1,000 requests reported this month, 900 belong to a model, 60 could belong to several, 40 to none.",
        ),
        ((None, None, None, None), "The Horde reports no usage figures just now."),
    ],
)
def test_attribution(figures: tuple[int | None, ...], text: str) -> None:
    """Rule 1 in words: where every request went."""
    reported, attributed, ambiguous, unattributed = figures
    period = PeriodAttribution(reported=reported, attributed=attributed, ambiguous=ambiguous, unattributed=unattributed)
    assert words.attribution(period) == text


def data_of(**fields: Any) -> DataAsOfInfo:
    return DataAsOfInfo.model_validate(
        {
            "catalogue_revision": "0123456789abcdef",
            "catalogue_modified_at": datetime(2026, 6, 1, 10, 30, tzinfo=timezone(timedelta(hours=2))),
            "status_fetched_at": NOW,
            "stats_fetched_at": NOW,
            "stale": False,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("is_critical", "critical", "text"),
    [(False, 0, "2"), (False, 1, "2, 1 critical"), (True, 2, "2")],
)
def test_members(is_critical: bool, critical: int, text: str, tiny: RiskTable) -> None:
    """A critical member is told of a family that is not critical itself."""
    row = next(iter(rows_of(tiny).values())).model_copy(
        update={
            "members": ["a", "b"],
            "members_by_level": {RiskLevel.CRITICAL: critical},
            "is_critical": is_critical,
        }
    )
    assert words.members(row) == text


@pytest.mark.parametrize(
    ("seconds", "ago"),
    [
        (-30, "just now"),
        (0, "just now"),
        (4, "just now"),
        (5, "5 seconds ago"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (200_000, "55 hours ago"),
    ],
)
def test_age_is_of_the_oldest_part(seconds: int, ago: str) -> None:
    """Rule 12: the age is told from the data's own times."""
    older = NOW - timedelta(seconds=seconds)
    for part in ("status_fetched_at", "stats_fetched_at"):
        expected = ago if seconds > 0 else "just now"
        text = words.age(data_of(**{part: older}), NOW)
        assert text == f"Horde asked {expected}; catalogue of 2026-06-01 08:30 UTC, revision 0123456789."


def test_age_of_stale_data_and_of_a_catalogue_without_date() -> None:
    text = words.age(data_of(stale=True, catalogue_modified_at=None), NOW)
    assert text == "Horde asked just now; the Horde has failed since; catalogue of unknown date, revision 0123456789."
