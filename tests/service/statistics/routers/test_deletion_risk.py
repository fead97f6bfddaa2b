"""The deletion-risk routes: parameters, statuses in their order, and what every answer keeps to."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS
from tests.support.builders import IMAGE, MODIFIED, stats_of, status_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.misbehaving_horde import (
    GOOD,
    HTML,
    NO_HEADERS,
    NOT_FOUND,
    SECRET,
    SERVER_ERROR,
    TOO_MANY_WAIT,
    Behaviour,
    Route,
)
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
    V2,
    BlockingClient,
    a_world,
    assert_problem,
    catalogue_bytes,
    without_times,
)

Row = dict[str, Any]

ALWAYS_FETCH: dict[str, Any] = {"deletion_risk_cache_ttl": 0, "horde_api_cache_ttl": 0}
"""Settings under which every request asks the Horde anew."""

NAMES = [
    *HOSTILE_NAMES.values(),
    "ends with a line feed\n",
    "\n",
    "a/b/c",
    "a%2Fb",
    "50% off?#1",
    "x.csv",
    "attribution",
]


def codes(body: dict[str, Any]) -> set[str]:
    """The codes of an answer's warnings."""
    return {warning["code"] for warning in body["warnings"]}


# What the parameters do.


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        (f"{TEXT_RISK}?group_text_models=true", lambda row: row["members"]),
        (f"{TEXT_RISK}?include_backend_variations=true", lambda row: row["backend_variations"] is not None),
        (f"{IMAGE_RISK}?sort=removal&risk_level=medium", lambda row: row["risk_level"] not in {"none", "low"}),
        (f"{IMAGE_RISK}?search=XL", lambda row: "xl" in row["name"].lower()),
        (f"{IMAGE_RISK}?baseline=stable_diffusion_1", lambda row: row["baseline"] == "stable_diffusion_1"),
        (f"{IMAGE_RISK}?nsfw=true", lambda row: row["nsfw"]),
        (f"{IMAGE_RISK}?nsfw=false", lambda row: row["nsfw"] is False),
        (f"{IMAGE_RISK}?host=huggingface.co", lambda row: "huggingface.co" in row["download_hosts"]),
        *((f"{IMAGE_RISK}?preset={name}", lambda row: row["at_risk"]) for name in PRESETS),
        *((f"{TEXT_RISK}?preset={name}", lambda row: row["at_risk"]) for name in PRESETS if name != "host_issues"),
    ],
)
def test_every_row_is_one_that_was_asked_for(demo: BlockingClient, url: str, holds: Callable[[Row], object]) -> None:
    """Each parameter reaches the analysis: without it, rows come that it would have kept away."""
    asked, everything = demo.get(url).json(), demo.get(url.partition("?")[0]).json()
    assert asked["models"]
    assert all(holds(row) for row in asked["models"])
    assert not all(holds(row) for row in everything["models"])
    assert asked["total_count"] == asked["returned_count"] == asked["summary"]["total_models"]


@pytest.mark.parametrize("limit", [1, 7, 1000, 10**20])
def test_a_page_is_a_slice_and_the_summary_is_about_all_rows(demo: BlockingClient, limit: int) -> None:
    everything = demo.get(IMAGE_RISK).json()
    for offset in (0, 5, 48, 1000, 10**20):
        page = demo.get(IMAGE_RISK, params={"limit": limit, "offset": offset}).json()
        assert page["models"] == everything["models"][offset : offset + limit]
        assert (page["limit"], page["offset"]) == (limit, offset)
        assert page["returned_count"] == len(page["models"])
        for about_all in ("summary", "total_count", "attribution", "category_total_month_usage"):
            assert page[about_all] == everything[about_all]


def test_the_default_order_is_month_use_descending(demo: BlockingClient) -> None:
    usage = [row["usage_month"] for row in demo.get(IMAGE_RISK).json()["models"]]
    assert usage == sorted(usage, reverse=True)
    assert len(set(usage)) > 10


@pytest.mark.parametrize("column", SCALAR_COLUMNS)
def test_every_scalar_column_sorts_both_ways(demo: BlockingClient, column: str) -> None:
    """The same rows either way; unknown figures last in both."""
    for direction in ("", "-"):
        rows = demo.get(IMAGE_RISK, params={"sort": direction + column}).json()["models"]
        assert len(rows) == 48
        values = [row[column] for row in rows]
        known = [value for value in values if value is not None]
        assert values == known + [None] * (len(values) - len(known))
        rank = list(RiskLevel).index if column == "risk_level" else lambda value: value
        assert known == sorted(known, key=rank, reverse=direction == "-")


@pytest.mark.parametrize("parameter", ["preset", "search", "risk_level", "baseline", "host"])
def test_an_empty_text_asks_for_nothing(demo: BlockingClient, parameter: str) -> None:
    plain = demo.get(IMAGE_RISK)
    assert without_times(demo.get(f"{IMAGE_RISK}?{parameter}=").content) == without_times(plain.content)


def test_grouping_and_backends_change_nothing_for_image_models(demo: BlockingClient) -> None:
    plain = demo.get(IMAGE_RISK)
    asked = demo.get(f"{IMAGE_RISK}?group_text_models=true&include_backend_variations=true")
    assert without_times(asked.content) == without_times(plain.content)


def test_no_flag_of_a_request_changes_a_number(demo: BlockingClient) -> None:
    """Section 3: rows with backends, pages and filters are the same rows."""
    plain = {row["name"]: row for row in demo.get(TEXT_RISK).json()["models"]}
    for query in ("include_backend_variations=true", "preset=critical", "limit=5&sort=removal", "search=a"):
        for row in demo.get(f"{TEXT_RISK}?{query}").json()["models"]:
            assert row | {"backend_variations": None} == plain[row["name"]]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("nsfw=perhaps", "nsfw"),
        ("group_text_models=perhaps", "group_text_models"),
        ("include_backend_variations=2", "include_backend_variations"),
    ],
)
def test_a_malformed_parameter_is_422_and_named(demo: BlockingClient, query: str, parameter: str) -> None:
    for route in (IMAGE_RISK, f"{IMAGE_RISK}.csv", f"{V2}/image_generation/deletion-risk"):
        body = assert_problem(demo.get(f"{route}?{query}"), 422, "parameters_malformed")
        assert [fault["parameter"] for fault in body["errors"]] == [parameter]
        assert parameter in body["detail"]


def test_all_malformed_parameters_are_told_at_once(demo: BlockingClient) -> None:
    body = assert_problem(
        demo.get(f"{STATISTICS}/nonsense/deletion-risk?limit=0&offset=-1"), 422, "parameters_malformed"
    )
    assert {fault["parameter"] for fault in body["errors"]} == {"model_category_name", "limit", "offset"}
    assert isinstance(body["detail"], str)


@pytest.mark.parametrize(
    ("query", "code", "valid"),
    [
        ("preset=nonsense", "preset_unknown", PRESETS),
        ("sort=nonsense", "sort_unknown", SCALAR_COLUMNS),
        ("sort=-removal", "sort_unknown", SCALAR_COLUMNS),
        ("sort=--name", "sort_unknown", SCALAR_COLUMNS),
        ("sort=download_hosts", "sort_unknown", ["removal"]),
        ("risk_level=nonsense", "risk_level_unknown", RiskLevel),
        ("risk_level=HIGH", "risk_level_unknown", RiskLevel),
    ],
)
def test_an_unknown_name_is_400_and_the_valid_ones_are_listed(
    demo: BlockingClient, query: str, code: str, valid: list[str]
) -> None:
    for route in (IMAGE_RISK, f"{IMAGE_RISK}.csv", f"{V2}/image_generation/deletion-risk"):
        body = assert_problem(demo.get(f"{route}?{query}"), 400, code)
        assert all(name in body["detail"] for name in valid)


@pytest.mark.parametrize("rest", ["deletion-risk", "deletion-risk.csv", "deletion-risk/x", "attribution"])
def test_a_category_without_usage_is_400(demo: BlockingClient, rest: str) -> None:
    body = assert_problem(demo.get(f"{STATISTICS}/lora/{rest}"), 400, "category_not_supported")
    assert "image_generation" in body["detail"]


# The order of statuses.


WRONG_IN_ORDER = [
    ("lora", "?limit=0&preset=x", 422, "parameters_malformed"),
    ("lora", "?preset=x&sort=x&risk_level=x", 400, "category_not_supported"),
    ("text_generation", "?preset=x", 400, "preset_unknown"),
    ("text_generation", "?sort=x", 400, "sort_unknown"),
    ("text_generation", "?risk_level=x", 400, "risk_level_unknown"),
    ("text_generation", "", 404, "category_empty"),
    ("image_generation", "", 502, "horde_unavailable"),
]


@pytest.mark.parametrize("base", [STATISTICS, V2])
async def test_statuses_come_in_their_order(tmp_path: Path, base: str) -> None:
    """Section 4: of all that is wrong at once, the first in the order is told, before any work."""
    async with a_world(tmp_path, text=b"{}") as world:
        world.horde.all_routes(NOT_FOUND)
        for category, query, status, code in WRONG_IN_ORDER:
            answer = await world.client.get(f"{base}/{category}/deletion-risk{query}")
            assert_problem(answer, status, code)
            assert (world.horde.count() > 0) == ("retry-after" in answer.headers) == (status == 502)


@pytest.mark.parametrize("rest", ["deletion-risk/x", "attribution", "deletion-risk.csv"])
async def test_the_other_routes_keep_the_order(tmp_path: Path, rest: str) -> None:
    async with a_world(tmp_path, text=b"{}") as world:
        world.horde.all_routes(NOT_FOUND)
        assert_problem(await world.client.get(f"{STATISTICS}/text_generation/{rest}"), 404, "category_empty")
        assert_problem(await world.client.get(f"{STATISTICS}/image_generation/{rest}"), 502, "horde_unavailable")


# A Horde that fails.


@pytest.mark.parametrize("behaviour", [NOT_FOUND, HTML, TOO_MANY_WAIT, SERVER_ERROR], ids=str)
async def test_a_failing_horde_is_502_with_retry_after(tmp_path: Path, behaviour: Behaviour) -> None:
    async with a_world(tmp_path) as world:
        world.horde.always(Route.IMAGE_STATS, behaviour)
        answer = await world.client.get(IMAGE_RISK)
        assert_problem(answer, 502, "horde_unavailable")
        assert int(answer.headers["retry-after"]) == (30 if behaviour is TOO_MANY_WAIT else 5)
        assert SECRET not in answer.text


async def test_a_hanging_horde_is_502_within_the_deadline(tmp_path: Path) -> None:
    async with a_world(tmp_path, horde_api_timeout=600, request_deadline_seconds=60) as world:
        world.horde.always(Route.IMAGE_STATUS, NO_HEADERS)
        answer = await world.horde.outlast(world.client.get(IMAGE_RISK), 1, 60)
        assert_problem(answer, 502, "horde_unavailable")
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("behaviour", [NOT_FOUND, HTML], ids=str)
async def test_a_failed_refresh_is_stale_with_the_same_numbers(tmp_path: Path, behaviour: Behaviour) -> None:
    """Rule 12: stale from the first failed attempt on, until one succeeds; no figure changes meanwhile."""
    async with a_world(tmp_path, **ALWAYS_FETCH) as world:
        fresh = (await world.client.get(IMAGE_RISK)).json()
        assert fresh["data_as_of"]["stale"] is False
        assert fresh["models"][0]["usage_month"] == 20

        world.horde.always(Route.IMAGE_STATS, behaviour)
        for _ in range(2):
            stale = (await world.client.get(IMAGE_RISK)).json()
            assert stale["data_as_of"]["stale"] is True
            assert stale["data_as_of"]["stats_fetched_at"] == fresh["data_as_of"]["stats_fetched_at"]
            assert codes(stale) - codes(fresh) == {"horde_stale"}
            for unchanged in ("models", "summary", "attribution", "category_total_month_usage", "total_count"):
                assert stale[unchanged] == fresh[unchanged]

        world.horde.always(Route.IMAGE_STATS, GOOD)
        again = (await world.client.get(IMAGE_RISK)).json()
        assert (again["data_as_of"]["stale"], codes(again)) == (False, codes(fresh))
        assert again["data_as_of"]["stats_fetched_at"] > fresh["data_as_of"]["stats_fetched_at"]


async def test_an_observation_beyond_the_stale_limit_is_not_answered_from(tmp_path: Path) -> None:
    async with a_world(tmp_path, cache_hydration_stale_ttl_seconds=1e-6, **ALWAYS_FETCH) as world:
        assert (await world.client.get(IMAGE_RISK)).status_code == 200
        world.horde.all_routes(NOT_FOUND)
        assert_problem(await world.client.get(IMAGE_RISK), 502, "horde_unavailable")


async def test_a_young_observation_is_not_fetched_again(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        bodies = {(await world.client.get(IMAGE_RISK)).content for _ in range(3)}
        assert len(bodies) == 1
        assert [world.horde.count(route) for route in Route] == [1, 1, 1, 0]


async def test_new_data_is_never_answered_from_old_results(tmp_path: Path) -> None:
    async with a_world(tmp_path, cache_ttl_seconds=0, **ALWAYS_FETCH) as world:
        before = (await world.client.get(IMAGE_RISK)).json()
        world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": (1, 21, 300)})
        used = (await world.client.get(IMAGE_RISK)).json()
        world.write(IMAGE, catalogue_bytes(["Deliberate", "Another"]))
        grown = (await world.client.get(IMAGE_RISK)).json()
    assert [body["models"][0]["usage_month"] for body in (before, used, grown)] == [20, 21, 21]
    assert [body["total_count"] for body in (before, used, grown)] == [1, 1, 2]
    revisions = [body["data_as_of"]["catalogue_revision"] for body in (before, used, grown)]
    assert revisions[0] == revisions[1] != revisions[2]


# Unknown is not zero.


@pytest.mark.parametrize("stats", [stats_of({}), {"day": {"Deliberate": 1}}, {"day": {}, "month": {"Deliberate": 3}}])
async def test_unknown_usage_is_null_with_a_warning(tmp_path: Path, stats: Any) -> None:
    """Rule 3: statistics without figures set no usage flag, and nothing is critical."""
    async with a_world(tmp_path, payloads={Route.IMAGE_STATS: stats, Route.IMAGE_STATUS: status_of({"x": 1})}) as world:
        body = (await world.client.get(IMAGE_RISK)).json()
    row = body["models"][0]
    assert [row[key] for key in ("usage_day", "usage_month", "usage_total", "usage_known")] == [None, None, None, False]
    assert not row["is_critical"]
    assert not any(row["deletion_risk_flags"][flag] for flag in FLAG_NAMES if "usage" in flag)
    assert row["deletion_risk_flags"]["no_active_workers"]
    assert "usage_unknown" in codes(body)
    assert body["category_total_month_usage"] is None


# What every answer keeps to.


@pytest.mark.parametrize("route", [IMAGE_RISK, TEXT_RISK])
def test_rule_1_the_requests_add_up(demo: BlockingClient, route: str) -> None:
    body = demo.get(f"{route}?include_backend_variations=true").json()
    grouped = demo.get(f"{route}?group_text_models=true").json()
    names = demo.get(route.replace("deletion-risk", "attribution")).json()
    for period, sums in body["attribution"].items():
        figure = f"usage_{period}"
        assert sums["reported"] == sums["attributed"] + sums["ambiguous"] + sums["unattributed"]
        assert sums["reported"] == sum(name[figure] for name in names["api_names"])
        assert sums["attributed"] == sum(row[figure] for row in body["models"])
        assert sums["attributed"] == sum(row[figure] for row in grouped["models"])
        for row in body["models"]:
            if row["backend_variations"] is not None:
                assert row[figure] == sum(variation[figure] for variation in row["backend_variations"])
    assert body["category_total_month_usage"] == body["attribution"]["month"]["attributed"] > 0
    assert body["attribution"] == names["attribution"]


async def test_rule_12_the_order_of_lists_and_keys_changes_nothing(tmp_path: Path) -> None:
    models = [f"author{n % 3}/Model-{n}B" for n in range(12)]
    names = [
        f"{prefix}{model}{ending}" for model in models for prefix in ("", "aphrodite/") for ending in ("", "-Q4_K_M")
    ]
    names += [f"koboldcpp/{model.partition('/')[2]}" for model in models] + ["unheard/of", "Model-0B-gguf"]
    views = (
        "",
        "?include_backend_variations=true",
        "?group_text_models=true",
        "?sort=removal",
        "?search=b&limit=3",
        ".csv",
    )
    urls = [TEXT_RISK + view for view in views] + [
        f"{STATISTICS}/text_generation/attribution",
        f"{TEXT_RISK}/{models[0]}",
    ]

    async def answers(shuffle: Callable[[list[str]], object]) -> list[bytes]:
        shuffle(names)
        figures = {name: (len(name) % 4, len(name) % 7, len(name) * 3) for name in names}
        payloads = {
            Route.TEXT_STATS: {period: stats_of(figures)[period] for period in ("total", "day", "month")},
            Route.TEXT_STATUS: [dict(reversed(entry.items())) for entry in status_of({n: len(n) % 3 for n in names})],
        }
        async with a_world(tmp_path, text=catalogue_bytes(models), payloads=payloads) as world:
            return [without_times((await world.client.get(url)).content) for url in urls]

    told = await answers(lambda names: None)
    assert all(len(body) > 200 for body in told)
    for seed in range(3):
        assert await answers(random.Random(seed).shuffle) == told


async def test_times_are_those_of_the_data(tmp_path: Path) -> None:
    """Rule 12: asking again later gives the same bytes, times included."""
    before = datetime.now(UTC)
    async with a_world(tmp_path) as world:
        first = await world.client.get(IMAGE_RISK)
        after = datetime.now(UTC)
        again = await world.client.get(IMAGE_RISK)
    times = first.json()["data_as_of"]
    for part in ("status_fetched_at", "stats_fetched_at"):
        assert before <= datetime.fromisoformat(times[part]) <= after
    assert datetime.fromisoformat(times["catalogue_modified_at"]) == MODIFIED
    assert again.content == first.content


# The other routes.


def test_csv_has_the_scalar_columns_and_one_a_flag(demo: BlockingClient) -> None:
    answer = demo.get(f"{IMAGE_RISK}.csv?preset=critical&sort=name")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["content-type"].startswith("text/csv")
    assert ".csv" in answer.headers["content-disposition"]
    assert list(rows[0]) == [*SCALAR_COLUMNS, *FLAG_NAMES]
    listed = demo.get(f"{IMAGE_RISK}?preset=critical&sort=name").json()["models"]
    assert [row["name"] for row in rows] == [row["name"] for row in listed]
    assert [row["usage_month"] for row in rows] == [str(row["usage_month"]) for row in listed]
    assert {row["is_critical"] for row in rows} == {"true"}


async def test_rule_13_a_model_of_any_name_has_its_detail_and_its_record(tmp_path: Path) -> None:
    async with a_world(tmp_path, image=catalogue_bytes(NAMES)) as world:
        for name in NAMES:
            answer = await world.client.get(f"{IMAGE_RISK}/{quote(name, safe='')}")
            assert (answer.status_code, answer.json()["name"]) == (200, name)
            assert not ACTIVE.search(answer.text)
            record = await world.client.get(f"{V2}/image_generation/{quote(name, safe='')}")
            assert (record.status_code, record.json()["name"]) == (200, name)
        listed = await world.client.get(IMAGE_RISK)
    assert {row["name"] for row in listed.json()["models"]} == set(NAMES)
    assert not ACTIVE.search(listed.text)


async def test_slashes_of_a_name_may_stand_as_they_are(tmp_path: Path) -> None:
    async with a_world(tmp_path, text=catalogue_bytes(["a/b/c", "b/c"])) as world:
        for name in ("a/b/c", "b/c"):
            assert (await world.client.get(f"{TEXT_RISK}/{name}")).json()["name"] == name
            assert (await world.client.get(f"{V2}/text_generation/{name}")).json()["name"] == name


async def test_rule_13_csv_cells_are_inert(tmp_path: Path) -> None:
    async with a_world(tmp_path, image=catalogue_bytes(list(HOSTILE_NAMES.values()))) as world:
        answer = await world.client.get(f"{IMAGE_RISK}.csv?sort=name")
    cells = [row["name"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))]
    assert len(cells) == len(HOSTILE_NAMES)
    assert not ACTIVE.search("".join(cells))
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)


def test_detail_is_the_row_with_evidence_and_api_names(demo: BlockingClient) -> None:
    rows = demo.get(f"{TEXT_RISK}?include_backend_variations=true").json()["models"]
    names = demo.get(f"{STATISTICS}/text_generation/attribution").json()["api_names"]
    for row in rows[:5] + rows[-5:]:
        detail = demo.get(f"{TEXT_RISK}/{row['name']}").json()
        assert row.items() <= detail.items()
        flagged = [flag for flag in FLAG_NAMES if row["deletion_risk_flags"][flag]]
        assert [entry["flag"] for entry in detail["evidence"]] == flagged
        assert detail["api_names"] == [name for name in names if name["model"] == row["name"]]
        assert sum(name["usage_month"] for name in detail["api_names"]) == row["usage_month"]


async def test_evidence_says_what_was_observed(tmp_path: Path) -> None:
    async with a_world(tmp_path, image=catalogue_bytes(["Used", "Rare"])) as world:
        world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Used": (1, 999_999, 2), "Rare": (1, 1, 1)})
        evidence = (await world.client.get(f"{IMAGE_RISK}/Rare")).json()["evidence"]
    observed = {entry["flag"]: entry for entry in evidence}
    assert set(observed) == {"low_usage", "no_active_workers"}
    assert observed["low_usage"]["observed"] == pytest.approx(0.0001)
    assert observed["low_usage"]["threshold"] == 0.0065
    assert (observed["no_active_workers"]["observed"], observed["no_active_workers"]["threshold"]) == (0, 1)
    assert {entry["severity"] for entry in evidence} == {"medium"}
    assert all(entry["sentence"] and entry["unit"] and entry["source"] for entry in evidence)


async def test_an_unknown_model_is_404_with_the_closest_names(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for asked in ("deliberate", "Deliberate ", "Delibrate", "Deliberate/", "\x1b[31mDeliberate", "", "x" * 5000):
            body = assert_problem(await world.client.get(f"{IMAGE_RISK}/{quote(asked, safe='')}"), 404, "model_unknown")
            assert "Deliberate" in body["detail"].partition("closest")[2]
            assert "\x1b" not in body["detail"]


async def test_attribution_says_where_every_api_name_went(tmp_path: Path) -> None:
    figures = {"koboldcpp/stheno-Q4_K_M": (1, 2, 3), "twin": (4, 5, 6), "of nobody": (7, 8, 9)}
    catalogue = catalogue_bytes(["Sao10K/Stheno", "a/Twin", "b/Twin"])
    async with a_world(tmp_path, text=catalogue, payloads={Route.TEXT_STATS: stats_of(figures)}) as world:
        body = (await world.client.get(f"{STATISTICS}/text_generation/attribution")).json()
    went = {name["api_name"]: (name["outcome"], name["model"], name["candidates"]) for name in body["api_names"]}
    assert went == {
        "koboldcpp/Stheno": ("attributed", "Sao10K/Stheno", []),
        "koboldcpp/stheno-Q4_K_M": ("attributed", "Sao10K/Stheno", []),
        "twin": ("ambiguous", None, ["a/Twin", "b/Twin"]),
        "of nobody": ("unattributed", None, []),
    }
    assert all(name["reason"] for name in body["api_names"])
    assert body["attribution"]["month"] == {"reported": 15, "attributed": 2, "ambiguous": 5, "unattributed": 8}
    assert next(n for n in body["api_names"] if n["api_name"] == "koboldcpp/Stheno")["worker_count"] == 3


async def test_rule_7_a_name_clash_hides_the_workers(tmp_path: Path) -> None:
    async with a_world(tmp_path, payloads={Route.TEXT_STATUS: status_of({"Deliberate": 1})}) as world:
        body = (await world.client.get(IMAGE_RISK)).json()
    row = body["models"][0]
    assert (row["workers_known"], row["worker_count"], row["usage_known"]) == (False, None, True)
    assert not row["deletion_risk_flags"]["no_active_workers"]
    assert "name_clash" in codes(body)
