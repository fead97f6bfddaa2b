"""The app as a whole: its schema, its errors, and that what it sends is what its schema says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from structlog.testing import capture_logs

from horde_model_reference.service.app import create_app, create_service
from horde_model_reference.service.problems import MEDIA_TYPE
from horde_model_reference.settings import load_settings
from tests.support.builders import stats_of
from tests.support.misbehaving_horde import NOT_FOUND, Route
from tests.support.service import (
    IMAGE_RISK,
    STATISTICS,
    TEXT_RISK,
    V2,
    BlockingClient,
    a_world,
    assert_problem,
    serving,
    write_catalogues,
)

RISK_PATH = f"{STATISTICS}/{{model_category_name}}/deletion-risk"
HIDDEN_ROUTES = [f"{V2}/{{model_category_name}}/deletion-risk"]
CATEGORY_ROUTES = [
    RISK_PATH,
    f"{RISK_PATH}.csv",
    f"{RISK_PATH}/{{model_name}}",
    f"{STATISTICS}/{{model_category_name}}/attribution",
    f"{V2}/{{model_category_name}}",
    f"{V2}/{{model_category_name}}/{{model_name}}",
    f"{V2}/{{model_category_name}}/model/{{model_name}}",
    f"{V2}/{{model_category_name}}/search",
    f"{V2}/{{model_category_name}}/popular",
    f"{STATISTICS}/{{model_category_name}}",
    f"{STATISTICS}/{{model_category_name}}/with-stats",
    *HIDDEN_ROUTES,
]
"""The routes of section 4 that are about a category."""

READINESS = "/api/readiness"
EXAMINED_ELSEWHERE = {READINESS}
"""JSON routes whose bytes are held against their schema in a test of their own."""


def filled_in(path: str, category: str) -> str:
    """A route's path as a client would ask it."""
    return path.replace("{model_category_name}", category).replace("{model_name}", "x")


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """The schema."""
    return create_app(load_settings()).openapi()


def test_the_schema_is_served(demo: BlockingClient, openapi: dict[str, Any]) -> None:
    answer = demo.get("/api/openapi.json")
    assert answer.json() == openapi
    assert demo.get("/api/docs").status_code == 200


def test_the_main_operation_is_named_as_its_clients_know_it(openapi: dict[str, Any]) -> None:
    operation = openapi["paths"][RISK_PATH]["get"]
    assert operation["operationId"] == "read_v2_category_deletion_risk"
    assert operation["summary"] == "Get deletion risk analysis for a model category"
    assert {"v2", "deletion-risk"} <= set(operation["tags"])
    assert {"404", "400", "422", "502", "500"} <= operation["responses"].keys()
    assert {parameter["name"] for parameter in operation["parameters"]} == {
        "model_category_name",
        "group_text_models",
        "include_backend_variations",
        "preset",
        "limit",
        "offset",
        "sort",
        "search",
        "risk_level",
        "exact_level",
        "verdict",
        "reason",
        "size",
        "backend",
        "baseline",
        "nsfw",
        "host",
        "strict",
    }


def test_every_route_is_documented(openapi: dict[str, Any]) -> None:
    routes = {
        (path, method): operation for path, item in openapi["paths"].items() for method, operation in item.items()
    }
    assert {path for path, _ in routes} >= {"/api/heartbeat", f"{V2}/model_categories", *CATEGORY_ROUTES} - {
        *HIDDEN_ROUTES
    }
    assert not {path for path, _ in routes} & set(HIDDEN_ROUTES)
    identifiers = [operation["operationId"] for operation in routes.values()]
    assert len(set(identifiers)) == len(identifiers)
    for (path, _), operation in routes.items():
        assert operation["summary"]
        assert operation["description"]
        for status, response in operation["responses"].items():
            if int(status) >= 400 and path != READINESS:  # whose 503 is no error, but its answer
                assert list(response["content"]) == [MEDIA_TYPE]
                assert response["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}
        for parameter in operation.get("parameters", []):
            assert parameter["description"]


def _answer_schema(openapi: dict[str, Any], path: str) -> dict[str, Any]:
    schema: dict[str, Any] = openapi["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return schema | {"components": openapi["components"]}


ANSWERS = [
    *((RISK_PATH, route + query) for route in (IMAGE_RISK, TEXT_RISK) for query in ("", "?offset=1000", "?limit=3")),
    (RISK_PATH, f"{TEXT_RISK}?group_text_models=true"),
    (RISK_PATH, f"{TEXT_RISK}?include_backend_variations=true"),
    *((f"{RISK_PATH}/{{model_name}}", f"{route}/") for route in (IMAGE_RISK, TEXT_RISK)),
    *((f"{RISK_PATH}-history/{{model_name}}", f"{route}-history/") for route in (IMAGE_RISK, TEXT_RISK)),
    *(
        (f"{STATISTICS}/{{model_category_name}}/attribution", f"{STATISTICS}/{category}/attribution")
        for category in ("image_generation", "text_generation")
    ),
    *(
        (f"{STATISTICS}/{{model_category_name}}/changes", f"{STATISTICS}/{category}/changes")
        for category in ("image_generation", "text_generation")
    ),
    (f"{V2}/model_categories", f"{V2}/model_categories"),
    *((f"{V2}/{{model_category_name}}", f"{V2}/{category}") for category in ("image_generation", "esrgan", "lora")),
    (f"{V2}/{{model_category_name}}/{{model_name}}", f"{V2}/image_generation/"),
    (f"{V2}/{{model_category_name}}/{{model_name}}", f"{V2}/text_generation/"),
    *((f"{V2}/{{model_category_name}}/search", f"{V2}/{category}/search") for category in ("text_generation", "lora")),
    (f"{V2}/search", f"{V2}/search?limit=3"),
    (f"{V2}/{{model_category_name}}/model/{{model_name}}", f"{V2}/text_generation/model/"),
    *(
        (f"{V2}/{{model_category_name}}/popular", f"{V2}/{category}/popular?include_workers=true")
        for category in ("image_generation", "text_generation")
    ),
    *(
        (f"{STATISTICS}/{{model_category_name}}", f"{STATISTICS}/{category}?group_text_models=true")
        for category in ("image_generation", "text_generation", "esrgan", "lora")
    ),
    *(
        (
            f"{STATISTICS}/{{model_category_name}}/with-stats",
            f"{STATISTICS}/{category}/with-stats?include_workers=true&include_backend_variations=true",
        )
        for category in ("image_generation", "text_generation")
    ),
    ("/api/replicate_mode", "/api/replicate_mode"),
    ("/api/heartbeat", "/api/heartbeat"),
]


def test_every_json_route_is_held_against_its_schema(openapi: dict[str, Any]) -> None:
    answers = {
        path: item["get"]["responses"]["200"].get("content", {})
        for path, item in openapi["paths"].items()
        if "get" in item
    }
    json_routes = {path for path, content in answers.items() if content.get("application/json", {}).get("schema")}
    assert json_routes - EXAMINED_ELSEWHERE == {path for path, _ in ANSWERS}


@pytest.mark.parametrize(("path", "url"), ANSWERS, ids=[url for _, url in ANSWERS])
def test_the_bytes_sent_fit_the_schema(demo: BlockingClient, openapi: dict[str, Any], path: str, url: str) -> None:
    """Every JSON route; of the routes of one model, every third model."""
    validator = Draft202012Validator(_answer_schema(openapi, path))
    urls = [url]
    if url.endswith("/"):
        category = "image_generation" if "image_generation" in url else "text_generation"
        urls = [url + row["name"] for row in demo.get(f"{STATISTICS}/{category}/deletion-risk").json()["models"][::3]]
        assert len(urls) > 10
    for each in urls:
        answer = demo.get(each)
        assert answer.status_code == 200
        assert [error.message for error in validator.iter_errors(answer.json())] == []


async def test_unknown_figures_fit_the_schema(tmp_path: Path, openapi: dict[str, Any]) -> None:
    """Rule 3: every figure that can be null is null here."""
    payloads: dict[Route, Any] = {Route.IMAGE_STATS: stats_of({}), Route.IMAGE_STATUS: [], Route.TEXT_STATUS: []}
    async with a_world(tmp_path, payloads=payloads) as world:
        body = (await world.client.get(IMAGE_RISK)).json()
        detail = (await world.client.get(f"{IMAGE_RISK}/Deliberate")).json()
    assert body["models"][0]["usage_month"] is body["summary"]["models_with_low_usage"] is None
    assert body["models"][0]["worker_count"] is None
    assert list(Draft202012Validator(_answer_schema(openapi, RISK_PATH)).iter_errors(body)) == []
    assert list(Draft202012Validator(_answer_schema(openapi, f"{RISK_PATH}/{{model_name}}")).iter_errors(detail)) == []


def test_answers_are_closed_and_complete(demo: BlockingClient, openapi: dict[str, Any]) -> None:
    """The schema names every key: one more, or one less, does not fit."""
    validator = Draft202012Validator(_answer_schema(openapi, RISK_PATH))
    body = demo.get(f"{TEXT_RISK}?include_backend_variations=true&limit=2").json()
    assert validator.is_valid(body)
    variation = next(row for row in body["models"] if row["backend_variations"])["backend_variations"][0]
    row = body["models"][0]
    for part in (body, row, row["deletion_risk_flags"], row["usage_trend"], variation, body["summary"], *body.values()):
        if not isinstance(part, dict):
            continue
        part["more"] = 1
        assert not validator.is_valid(body)
        del part["more"]
        key = next(iter(part))
        value = part.pop(key)
        assert not validator.is_valid(body)
        part[key] = value
    assert validator.is_valid(body)


# Errors.


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_wrong_method_is_a_problem_on_every_route(
    demo: BlockingClient, openapi: dict[str, Any], method: str
) -> None:
    asked = 0
    for path, item in (*openapi["paths"].items(), *((hidden, {"get": {}}) for hidden in HIDDEN_ROUTES)):
        if method.lower() not in item:
            answer = demo.request(method, filled_in(path, "image_generation"))
            assert_problem(answer, 405, "method_not_allowed")
            assert answer.headers["allow"]
            asked += 1
    assert asked >= 9


def test_an_unknown_category_is_a_problem_on_every_route(demo: BlockingClient) -> None:
    for path in CATEGORY_ROUTES:
        body = assert_problem(demo.get(filled_in(path, "nonsense")), 422, "parameters_malformed")
        assert [fault["parameter"] for fault in body["errors"]] == ["model_category_name"]
        assert "image_generation" in body["detail"]


@pytest.mark.parametrize(
    "url", ["/nope", "/api", "/api/", "/api/nope", STATISTICS, f"{STATISTICS}/image_generation/", f"{V2}/", V2]
)
def test_an_unknown_route_is_a_problem(demo: BlockingClient, url: str) -> None:
    assert demo.get(url).status_code in {404, 422}
    assert demo.get(url).headers["content-type"].startswith(MEDIA_TYPE)


async def test_every_route_tells_a_failing_source_as_a_problem(tmp_path: Path) -> None:
    """Whatever a route needs is missing, and nothing of the machine is told."""
    async with a_world(tmp_path, cache_ttl_seconds=0) as world:
        world.horde.all_routes(NOT_FOUND)
        (tmp_path / "image_generation.json").unlink()
        for path in CATEGORY_ROUTES:
            answer = await world.client.get(filled_in(path, "image_generation"))
            assert_problem(answer, 500, "catalogue_unavailable")
            assert str(tmp_path) not in answer.text


async def test_what_nobody_foresaw_is_500_with_nothing_internal(tmp_path: Path) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("the secret is /etc/passwd")

    settings = load_settings(sources=write_catalogues(tmp_path))
    with capture_logs():
        async with serving(create_service(settings, httpx.MockTransport(broken), hydrate=False)) as client:
            for url in (IMAGE_RISK, f"{TEXT_RISK}.csv"):
                answer = await client.get(url)
                body = assert_problem(answer, 500, "internal_error")
                assert "secret" not in answer.text
                assert body["detail"]
            assert (await client.get("/api/heartbeat")).status_code == 200


# Settings reach the app.


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://a.example", "https://a.example"), ("https://evil.example", None)]
)
async def test_only_the_allowed_origins_may_read(tmp_path: Path, origin: str, allowed: str | None) -> None:
    async with a_world(tmp_path, cors_allowed_origins=("https://a.example",)) as world:
        for url in (IMAGE_RISK, "/api/heartbeat"):
            answer = await world.client.get(url, headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed


async def test_no_origin_may_read_by_default(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        answer = await world.client.get(IMAGE_RISK, headers={"Origin": "https://a.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_two_apps_share_nothing(tmp_path: Path) -> None:
    """No singletons: each app answers from its own settings."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with a_world(tmp_path / "one") as one, a_world(tmp_path / "two", low_usage_threshold_percentage=100) as two:
        two.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 1, "Deliberate 2": 1})
        first, second = (await one.client.get(IMAGE_RISK)).json(), (await two.client.get(IMAGE_RISK)).json()
    assert [body["models"][0]["usage_month"] for body in (first, second)] == [20, 1]
