"""The history under ``serve``: collected in the background, never in the way of answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.history.changes_schema import ChangeInfo
from horde_model_reference.history.history_schema import DayInfo
from horde_model_reference.service.collecting import collecting
from tests.support.builders import IMAGE, TEXT, stats_of
from tests.support.marks import entry
from tests.support.misbehaving_horde import NOT_FOUND, MisbehavingHorde, Route
from tests.support.service import IMAGE_RISK, BlockingClient, a_world, assert_problem, write_catalogues
from tests.support.waiting import eventually

HISTORY = f"{IMAGE_RISK}-history"


async def test_the_background_collects_without_asking_more(tmp_path: Path) -> None:
    async with MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Deliberate": 7})}) as horde:
        settings = horde.settings(sources=write_catalogues(tmp_path), data_dir=tmp_path / "data")
        async with open_engine(settings) as engine:
            await engine.table(IMAGE)
            asked = horde.count(Route.IMAGE_STATS)
            async with collecting(engine, start_delay=0):
                points = await eventually(partial(_points, engine))
            assert horde.count(Route.IMAGE_STATS) == asked
            assert points[0].usage_day == 7


async def _points(engine: Engine) -> list[DayInfo]:
    if engine.history.state == "off":
        return []
    return (await engine.model_history(IMAGE, "Deliberate", 30)).points


async def test_a_horde_that_fails_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The names that the catalogues list are recorded all the same."""
    async with MisbehavingHorde() as horde:
        horde.all_routes(NOT_FOUND)
        settings = horde.settings(sources=write_catalogues(tmp_path), data_dir=tmp_path / "data")
        async with open_engine(settings) as engine, collecting(engine, start_delay=0):
            assert "Deliberate" in await eventually(partial(_recorded, engine))
        assert len(caplog.messages) >= 2


async def _recorded(engine: Engine) -> Mapping[str, Listing]:
    found, _ = await engine.history.listings(await engine.manager.get_catalogue(IMAGE))
    return found


async def test_catalogues_that_fail_or_have_no_source_end_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Deliberate": 7})}) as horde:
        sources = write_catalogues(tmp_path) | {IMAGE.value: "", TEXT.value: str(tmp_path / "absent.csv")}
        settings = horde.settings(sources=sources, data_dir=tmp_path / "data")
        async with open_engine(settings) as engine, collecting(engine, start_delay=0):
            messages = await eventually(lambda: caplog.messages)
        assert messages[0].startswith("nothing of the names of text_generation was collected: ")


async def test_what_changes_is_kept(tmp_path: Path) -> None:
    """Design 10: also while several workers look; one of them tells it."""
    async with MisbehavingHorde({Route.IMAGE_STATS: stats_of({"Deliberate": 7})}) as horde:
        marks = tmp_path / "marks.toml"
        sources = write_catalogues(tmp_path) | {"marks": str(marks)}
        marks.write_text(entry("Deliberate"))
        settings = horde.settings(sources=sources, data_dir=tmp_path / "data")
        async with (
            open_engine(settings) as engine,
            open_engine(settings) as other,
            collecting(engine, start_delay=0),
            collecting(other, start_delay=0),
        ):
            changes = await eventually(partial(_changes, engine))
        assert "Deliberate" in {change.name for change in changes if change.kind == "marked"}
        assert len({change.id for change in changes}) == len(changes)


async def _changes(engine: Engine) -> list[ChangeInfo]:
    if engine.history.state == "off":
        return []
    return (await engine.history.changes(IMAGE, None, 100, 0)).changes


async def test_a_database_that_is_away_is_said_and_disturbs_nothing(tmp_path: Path) -> None:
    away: dict[str, Any] = {"history": {"url": "postgresql://u:secret-word@127.0.0.1:1/x"}}
    async with a_world(tmp_path, **away) as world:
        answer = await world.client.get(IMAGE_RISK)
        assert answer.status_code == 200
        assert "history_away" in [warning["code"] for warning in answer.json()["warnings"]]
        assert (await world.client.get("/api/heartbeat")).json()["history"] == "away"
        refused = await world.client.get(f"{HISTORY}/Deliberate")
        assert_problem(refused, 503, "history_unavailable")
        assert refused.headers["retry-after"]
        assert "secret-word" not in refused.text


async def test_without_a_history_its_route_says_so(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert (await world.client.get("/api/heartbeat")).json()["history"] == "off"
        assert_problem(await world.client.get(f"{HISTORY}/Deliberate"), 404, "history_off")
        assert_problem(await world.client.get(f"{HISTORY}/Deliberat"), 404, "model_unknown")


@pytest.mark.parametrize("days", ["0", "3651", "x"])
def test_days_have_bounds(demo: BlockingClient, days: str) -> None:
    assert_problem(demo.get(f"{HISTORY}/Umbra%20Noir?days={days}"), 422, "parameters_malformed")


def test_a_family_is_its_members_together(demo: BlockingClient) -> None:
    text = HISTORY.replace("image", "text")
    body = demo.get(f"{text}/sparrow?group_text_models=true&days=30").json()
    members = [demo.get(f"{text}/{name}?days=30").json() for name in body["members"]]
    assert len(members) > 2
    for at, point in enumerate(body["points"]):
        assert point["usage_day"] == sum(member["points"][at]["usage_day"] for member in members)
    assert_problem(demo.get(f"{text}/nobody?group_text_models=true"), 404, "model_unknown")


def test_names_with_slashes_have_a_history(demo: BlockingClient) -> None:
    body = demo.get(f"{HISTORY.replace('image', 'text')}/opencairn/Sparrow-1.4B?days=7").json()
    assert (body["name"], len(body["points"])) == ("opencairn/Sparrow-1.4B", 7)
