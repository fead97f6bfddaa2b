"""What processes tell each other, and doing without."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, HordeModelType
from horde_model_reference.clock import Clock
from horde_model_reference.errors import HordeAPIError, SettingsError
from horde_model_reference.integrations.horde_api_models import MAX_FIGURE
from horde_model_reference.integrations.horde_api_routes import HeldPayload, PayloadKind, stats_kind, status_kind
from horde_model_reference.integrations.sharing import NoSharing, make_sharing
from horde_model_reference.settings import load_settings
from tests.support.builders import FETCHED, IMAGE, stats_of

TEXT_STATS, TEXT_STATUS = stats_kind(HordeModelType.TEXT), status_kind(HordeModelType.TEXT)
KINDS = [make(model_type) for make in (stats_kind, status_kind) for model_type in HordeModelType]

NAMES = st.text(min_size=1, max_size=12)
FIGURES = st.one_of(st.none(), st.integers(min_value=-1, max_value=MAX_FIGURE), st.floats(allow_nan=False))
STATS_ANSWERS = st.fixed_dictionaries(dict.fromkeys(("day", "month", "total"), st.dictionaries(NAMES, FIGURES)))
STATUS_ANSWERS = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional=dict.fromkeys(("count", "jobs", "performance"), FIGURES))
)
TIMES = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.route))
async def test_alone_nobody_has_anything(kind: PayloadKind) -> None:
    sharing = NoSharing()
    held = HeldPayload(TEXT_STATS.parse(stats_of({"a": 1})), FETCHED)
    async with sharing.turn(kind), sharing.turn(kind):
        await sharing.save(kind, held)
        await sharing.save_failure(kind, HordeAPIError("It failed."))
        assert await sharing.load(kind) is None
        assert await sharing.load_failure(kind) is None
    assert sharing.state == "off"
    await sharing.aclose()


async def test_alone_nobody_announces_anything() -> None:
    sharing = NoSharing()

    async def listen() -> list[MODEL_REFERENCE_CATEGORY]:
        return [category async for category in sharing.announcements()]

    listening = asyncio.create_task(listen())
    await sharing.announce(IMAGE, "revision")
    for _ in range(10):
        await asyncio.sleep(0)
    assert not listening.done()
    listening.cancel()
    await asyncio.wait([listening])


def test_without_redis_nothing_is_shared() -> None:
    assert isinstance(make_sharing(load_settings(), Clock()), NoSharing)


def test_who_asks_for_redis_without_its_client_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "horde_model_reference.integrations.redis_sharing", raising=False)
    for module in [name for name in sys.modules if name.partition(".")[0] == "redis"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SettingsError, match="USE_REDIS") as caught:
        make_sharing(load_settings(redis={"use_redis": True}), Clock())
    assert "pip install" in caught.value.hint


@given(answer=STATS_ANSWERS, at=TIMES)
def test_a_process_reads_statistics_as_another_saved_them(answer: object, at: datetime) -> None:
    held = HeldPayload(TEXT_STATS.parse(answer), at)
    read = HeldPayload.from_json(held.to_json(), TEXT_STATS)
    assert read.report.frame.equals(held.report.frame)
    assert read.report.frame.schema == held.report.frame.schema
    assert (read.report.known, read.report.faults, read.fetched_at) == (held.report.known, held.report.faults, at)
    assert read.report.digest == held.report.digest


@given(answer=STATUS_ANSWERS, at=TIMES)
def test_a_process_reads_a_status_as_another_saved_it(answer: object, at: datetime) -> None:
    held = HeldPayload(TEXT_STATUS.parse(answer), at)
    read = HeldPayload.from_json(held.to_json(), TEXT_STATUS)
    assert read.report.frame.equals(held.report.frame)
    assert read.report.digest == held.report.digest
    assert read.fetched_at == at


def test_what_a_process_saves_is_json_with_the_time_zone() -> None:
    """So that hosts in other zones read the same moment."""
    held = HeldPayload(TEXT_STATS.parse(stats_of({"a": 1})), FETCHED.astimezone())
    saved = json.loads(held.to_json())
    assert datetime.fromisoformat(saved["fetched_at"]) == FETCHED
    assert datetime.fromisoformat(saved["fetched_at"]).utcoffset() is not None
    assert HeldPayload.from_json(held.to_json(), TEXT_STATS).fetched_at - FETCHED == timedelta(0)
