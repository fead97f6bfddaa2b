"""How long answers may be made from data."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from horde_model_reference.service.served import RENEW_PAUSE, Period, ServedTogether


def period(renewals: list[int] | None = None, due_at: float = 10, serve_until: float = 20) -> Period:
    found = renewals if renewals is not None else []
    return Period(due_at=due_at, serve_until=serve_until, renew=lambda: found.append(1), renew_at=due_at)


def test_data_serves_until_its_time_is_over() -> None:
    renewals: list[int] = []
    served = period(renewals)
    assert [served.serves(now) for now in (0, 9.9, 19.9, 20)] == [True, True, True, False]


def test_the_first_reader_after_it_is_due_starts_a_refresh() -> None:
    renewals: list[int] = []
    served = period(renewals)
    for now in (9.9, 10, 11, 10 + RENEW_PAUSE):
        served.serves(now)
    assert len(renewals) == 2


def test_retired_data_serves_nobody() -> None:
    served = period()
    served.retired = True
    assert not served.serves(0)


def test_the_same_data_found_again_stays_in_service() -> None:
    served = period()
    served.extend(period(due_at=50, serve_until=60))
    assert (served.due_at, served.renew_at) == (50, 50)
    assert [served.serves(now) for now in (49, 55, 60)] == [True, True, False]


@dataclass(kw_only=True)
class Part(Period):
    """Data that may be stale."""

    stale: bool = False


def part(due_at: float = 10, serve_until: float = 20, *, stale: bool = False, retired: bool = False) -> Part:
    return Part(
        due_at=due_at, serve_until=serve_until, renew=lambda: None, renew_at=due_at, stale=stale, retired=retired
    )


@pytest.mark.parametrize(
    ("other", "serves", "stale"),
    [
        (part(30, 40), True, False),
        (part(5, 6), False, False),
        (part(30, 40, stale=True), True, True),
        (part(30, 40, retired=True), False, False),
    ],
)
def test_data_of_several_sources_is_as_good_as_the_worst(other: Part, serves: bool, stale: bool) -> None:
    together = ServedTogether([part(), other])
    assert together.due_at == min(10, other.due_at)
    assert (together.serves(9), together.stale, together.retired) == (serves, stale, other.retired)
