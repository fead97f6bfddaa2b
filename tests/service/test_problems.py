"""Errors as problems, apart from any route."""

from __future__ import annotations

import json

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from horde_model_reference.errors import (
    CatalogueFormatError,
    CatalogueSourceError,
    EmptyCategoryError,
    HordeAPIDegradedError,
    HordeAPIError,
    HordeModelReferenceError,
    OutputError,
    SettingsError,
    UnknownModelError,
    UnknownPresetError,
    UnsupportedCategoryError,
)
from horde_model_reference.escaping import shortened
from horde_model_reference.service import problems
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.service import assert_problem, serving

SECRET = "/home/me/secret \x1b[31m"


def app_raising(error: Exception) -> FastAPI:
    """An app whose one route fails."""
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (UnsupportedCategoryError, 400, True),
        (UnknownPresetError, 400, True),
        (EmptyCategoryError, 404, True),
        (UnknownModelError, 404, True),
        (HordeAPIError, 502, True),
        (HordeAPIDegradedError, 502, True),
        (CatalogueSourceError, 500, False),
        (CatalogueFormatError, 500, False),
        (SettingsError, 500, False),
        (OutputError, 500, False),
        (HordeModelReferenceError, 500, False),
    ],
)
async def test_each_of_our_errors_has_its_status_and_code(
    kind: type[HordeModelReferenceError], status: int, told: bool
) -> None:
    """A message is told where it is about the request, and kept back where it is about the machine."""
    async with serving(app_raising(kind("What went wrong.", hint="What to do."))) as client:
        answer = await client.get("/")
    body = assert_problem(answer, status, kind.code)
    assert (body["detail"] == "What went wrong. What to do.") is told
    assert ("What" in body["detail"]) is told
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("error", [CatalogueSourceError(SECRET), RuntimeError(SECRET), KeyError(SECRET)])
async def test_nothing_internal_is_told(error: Exception) -> None:
    async with serving(app_raising(error)) as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_what_is_kept_back_is_logged_inert(caplog: pytest.LogCaptureFixture) -> None:
    """Rule 13: the operator reads the message, and the terminal does not obey it."""
    async with serving(app_raising(CatalogueSourceError(SECRET))) as client:
        await client.get("/")
    assert "/home/me/secret" in caplog.text
    assert "\x1b" not in caplog.text


@pytest.mark.parametrize(
    ("wait", "header"), [(None, "5"), (0.0, "5"), (0.2, "1"), (7.0, "7"), (7.1, "8"), (120, "120")]
)
async def test_retry_after_is_whole_seconds(wait: float | None, header: str) -> None:
    async with serving(app_raising(HordeAPIDegradedError("x", retry_after=wait))) as client:
        assert (await client.get("/")).headers["retry-after"] == header


async def test_frameworks_errors_keep_their_headers() -> None:
    async with serving(app_raising(RuntimeError())) as client:
        answer = await client.post("/")
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET"
        assert_problem(await client.get("/nowhere"), 404, "route_unknown")


@pytest.mark.parametrize("status", [400, 404, 422, 500, 502])
def test_a_problem_is_told_as_rfc_9457_says(status: int) -> None:
    answer = problems.problem(status, "some_code", "What went wrong.", retry_after=3)
    body = json.loads(bytes(answer.body))
    assert answer.media_type == "application/problem+json"
    assert body == {
        "type": "about:blank",
        "title": httpx.codes.get_reason_phrase(status),
        "status": status,
        "detail": "What went wrong.",
        "code": "some_code",
    } | ({"title": body["title"]} if status == 422 else {})


@pytest.mark.parametrize("told", ["Missing boundary in multipart.", "Missing boundary in multipart"])
async def test_a_sentence_ends_once(told: str) -> None:
    async with serving(app_raising(HTTPException(400, told))) as client:
        body = assert_problem(await client.get("/"), 400, "http_error")
    assert body["detail"] == "Missing boundary in multipart."


def faulty(*parameters: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", name), "msg": "No such key"} for name in parameters])


async def test_of_what_a_client_sent_no_more_than_a_little_is_sent_back() -> None:
    async with serving(app_raising(faulty("x" * 10_000, *map(str, range(1000))))) as client:
        answer = await client.get("/")
    body = assert_problem(answer, 422, "parameters_malformed")
    assert len(answer.content) < 5000
    assert [fault["parameter"] for fault in body["errors"][:2]] == [shortened("x" * 1000), "0"]
    assert len(body["errors"]) == problems.MOST_FAULTS
    assert body["detail"].endswith("; and 981 more.")


async def test_a_body_that_is_malformed_as_a_whole_is_named_so() -> None:
    async with serving(app_raising(RequestValidationError([{"loc": ("body",), "msg": "No text"}]))) as client:
        body = assert_problem(await client.get("/"), 422, "parameters_malformed")
    assert body["detail"] == "Malformed parameters: body: No text."


@pytest.mark.parametrize("name", [*HOSTILE_NAMES.values(), "\ud800"])
async def test_what_is_sent_back_is_inert(name: str) -> None:
    """Rule 13."""
    async with serving(app_raising(faulty(name))) as client:
        answer = await client.get("/")
    assert_problem(answer, 422, "parameters_malformed")
    assert not ACTIVE.search(answer.text)


async def test_a_message_with_a_name_in_it_is_inert_and_reads_back() -> None:
    """Rule 13."""
    async with serving(app_raising(UnknownModelError("No model 'a\u202eb\x9bc'."))) as client:
        answer = await client.get("/")
    assert not ACTIVE.search(answer.text)
    assert answer.json()["detail"] == "No model 'a\u202eb\x9bc'."


@pytest.mark.parametrize(
    ("status", "title"),
    [(404, "Not Found"), (413, "Content Too Large"), (414, "URI Too Long"), (422, "Unprocessable Content")],
)
async def test_titles_are_those_of_rfc_9110_on_every_python(status: int, title: str) -> None:
    """Python 3.13 renamed three."""
    async with serving(app_raising(HTTPException(status, "No."))) as client:
        assert (await client.get("/")).json()["title"] == title
    assert problems.responses(status)[status]["description"] == title
