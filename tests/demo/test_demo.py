"""The bundled sample: it shows everything that there is to see, and needs nothing."""

from __future__ import annotations

import asyncio
import getpass
import socket
from pathlib import Path
from typing import Any, Never

import httpx
import pytest

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond, respond_with_attribution
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import CATALOGUES_URL, SimulatedHorde, demo_settings
from horde_model_reference.demo.engine import open_demo_engine
from horde_model_reference.name_parts import BACKENDS, CANONICAL_BACKEND
from horde_model_reference.settings import ENV_PREFIX, load_settings
from tests.support.builders import IMAGE, TEXT

Tables = dict[MODEL_REFERENCE_CATEGORY, RiskTable]


async def _tables() -> Tables:
    async with open_demo_engine() as engine:
        return {category: await engine.table(category) for category in (IMAGE, TEXT)}


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever uses a socket fails."""

    def refused(*_: object) -> Never:
        pytest.fail("a socket was used")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.fixture(scope="module")
def tables() -> Tables:
    """The sample's risk tables."""
    return asyncio.run(_tables())


async def test_it_needs_no_network(no_sockets: None) -> None:
    for table in (await _tables()).values():
        assert respond(table, RiskQuery()).models


def test_it_is_large_enough_to_look_real(tables: Tables) -> None:
    assert tables[IMAGE].model_count >= 40
    assert tables[TEXT].model_count >= 60


def test_every_flag_is_set_somewhere(tables: Tables) -> None:
    shown = {name for table in tables.values() for name in FLAG_NAMES if table.rows[name].any()}
    assert shown == set(FLAG_NAMES)


@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_every_level_is_reached(tables: Tables, category: MODEL_REFERENCE_CATEGORY) -> None:
    assert set(tables[category].rows["risk_level"]) == set(RiskLevel)


def test_there_are_families_and_loners(tables: Tables) -> None:
    families = respond(tables[TEXT], RiskQuery(group_text_models=True)).models
    sizes = {len(family.members or []) for family in families}
    assert {1, 2} < sizes
    assert len(families) < tables[TEXT].model_count


def test_every_backend_serves_something(tables: Tables) -> None:
    models = respond(tables[TEXT], RiskQuery(include_backend_variations=True)).models
    backends = [[variation.backend for variation in model.backend_variations or []] for model in models]
    assert {backend for found in backends for backend in found} == {*BACKENDS, CANONICAL_BACKEND}
    assert max(map(len, backends)) == len(BACKENDS) + 1


def test_names_go_everywhere_that_they_can_go(tables: Tables) -> None:
    outcomes = {name.outcome for name in respond_with_attribution(tables[TEXT]).api_names}
    assert outcomes == {"attributed", "ambiguous", "unattributed"}
    assert {"attributed", "unattributed"} == {
        name.outcome for name in respond_with_attribution(tables[IMAGE]).api_names
    }


def test_the_total_trails_somewhere(tables: Tables) -> None:
    """As at the real Horde, a new model has a month and no total; and one retired name has a total alone."""
    rows = tables[IMAGE].rows
    assert (rows["usage_total"] < rows["usage_month"]).any()
    assert any(name.usage_total and not name.usage_month for name in respond_with_attribution(tables[IMAGE]).api_names)


def test_nothing_is_unknown_but_what_the_clash_hides(tables: Tables) -> None:
    """Rule 7 is shown, and nothing else is wrong with the sample."""
    assert all(table.rows["usage_known"].all() for table in tables.values())
    hidden = tables[IMAGE].rows.filter(~tables[IMAGE].rows["workers_known"])["name"].to_list()
    assert len(hidden) == 1
    assert {warning.code for table in tables.values() for warning in table.warnings} == {"name_clash"}


async def test_the_other_categories_are_there_too() -> None:
    async with open_demo_engine() as engine:
        counts = {
            category: len(await engine.manager.get_model_names(category)) for category in MODEL_REFERENCE_CATEGORY
        }
    assert {category for category, count in counts.items() if count} >= {IMAGE, TEXT, "esrgan", "controlnet"}


async def ask(path: str, **params: str) -> httpx.Response:
    """Ask the simulated Horde."""
    async with httpx.AsyncClient(transport=SimulatedHorde(), base_url="http://horde.invalid/api/v2/") as client:
        return await client.get(path, params=params)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("status/models", {"type": "image", "model_state": "all"}),
        ("status/models", {"type": "text"}),
        ("stats/img/models", {"model_state": "all"}),
        ("stats/text/models", {}),
    ],
)
async def test_the_horde_answers_as_the_real_one_does(path: str, params: dict[str, str]) -> None:
    answer = await ask(path, **params)
    assert answer.status_code == 200
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["content-type"].startswith("application/json")
    body: Any = answer.json()
    if path.startswith("status"):
        assert all(entry.keys() == {"name", "count", "eta", "queued", "jobs", "performance", "type"} for entry in body)
        assert {entry["type"] for entry in body} == {params["type"]}
    else:
        assert body.keys() == {"day", "month", "total"}
        assert body["day"].keys() == body["month"].keys() == body["total"].keys()


@pytest.mark.parametrize("path", ["nonsense", "status/models/", "workers", "status/models"])
async def test_the_horde_says_404_in_html_as_the_real_one_does(path: str) -> None:
    answer = await ask(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_the_users_settings_are_kept_but_for_what_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HORDE_MODEL_REFERENCE_LOW_USAGE_THRESHOLD_PERCENTAGE", "7")
    monkeypatch.setenv("HORDE_MODEL_REFERENCE_SOURCES__LORA", "/home/me/lora.json")
    monkeypatch.setenv("HORDE_MODEL_REFERENCE_DATA_DIR", "/home/me/data")
    settings = demo_settings()
    assert settings.low_usage_threshold_percentage == 7
    assert all(settings.sources.location(category).startswith(CATALOGUES_URL) for category in MODEL_REFERENCE_CATEGORY)
    assert settings.data_dir != Path("/home/me/data")


def test_a_user_without_a_name_can_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container the user's number may belong to nobody."""
    named = demo_settings().data_dir

    def nobody() -> Never:
        raise KeyError("getpwuid(): uid not found: 4321")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert demo_settings().data_dir.parent == named.parent
    assert demo_settings().data_dir != named


def test_the_demo_checks_no_links_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its addresses are of no real host, and it opens no socket."""
    monkeypatch.setenv(f"{ENV_PREFIX}LINKS__CHECK_INTERVAL_HOURS", "1")
    assert load_settings().links.check_interval_hours == 1
    assert demo_settings().links.check_interval_hours == 0
