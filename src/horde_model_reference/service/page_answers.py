"""How pages are sent: with their content policy, their encodings, their assets, and errors that people can read."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.dashboard.error_page import Missing, error_page
from horde_model_reference.dashboard.rendering import ASSETS, CONTENT_POLICY, SHEETS, asset_content, asset_version
from horde_model_reference.errors import HordeModelReferenceError, UnknownModelError
from horde_model_reference.service.encodings import ENCODERS, IDENTITY, negotiate
from horde_model_reference.thread_pool import run_in_thread


def html(page: str) -> HTMLResponse:
    """Return a page that may load nothing from elsewhere."""
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_POLICY})


async def fresh(request: Request, content: str) -> HTMLResponse:
    """Return a page that rests on more than a table, so that nobody keeps it: neither we nor a browser."""
    page = html(content)
    page.headers["Cache-Control"] = "no-cache"
    await _encode(page, request.headers.get("accept-encoding", ""))
    return page


async def _encode(answer: Response, accept_encoding: str) -> None:
    """Encode an answer as its request asks."""
    encoding = negotiate(accept_encoding.encode("latin-1"))
    answer.headers["Vary"] = "Accept-Encoding"
    if encoding != IDENTITY:
        answer.body = await run_in_thread(ENCODERS[encoding], bytes(answer.body))
        answer.headers["Content-Encoding"] = encoding
        answer.headers["Content-Length"] = str(len(answer.body))


PACKED = frozenset({".css", ".js", ".svg", ".txt"})
"""Endings of assets that compress; fonts are compressed already."""
FONT, FONT_SECONDS = ".woff2", 7 * 24 * 3600
"""The ending of fonts, and for how long they are kept: styles name them without a version."""


@cache
def _packed(name: str, encoding: str) -> bytes:
    """Return an asset in an encoding; there are few, so all are kept."""
    return ENCODERS[encoding](asset_content(name))


class Assets(StaticFiles):
    """Assets of the pages, compressed; a request for the present version may be cached for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        answer = self._joined(path, scope) if path in SHEETS else await super().get_response(path, scope)
        if answer.status_code == HTTPStatus.OK and Path(path).suffix in PACKED:
            answer = await self._encoded(path, answer, Headers(scope=scope).get("accept-encoding", ""))
        if answer.status_code < 400 and scope["query_string"] == f"v={asset_version(path)}".encode():
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif answer.status_code < 400 and Path(path).suffix == FONT:
            answer.headers["Cache-Control"] = f"public, max-age={FONT_SECONDS}"
        return answer

    def _joined(self, path: str, scope: Scope) -> Response:
        """Return style sheets in one, or the answer that the browser has them already."""
        headers = {"ETag": f'"{asset_version(path)}"', "Content-Type": "text/css; charset=utf-8"}
        known = f"W/{headers['ETag']}" in Headers(scope=scope).get("if-none-match", "")
        return Response(status_code=304 if known else 200, headers=headers)

    async def _encoded(self, path: str, plain: Response, accept_encoding: str) -> Response:
        encoding = negotiate(accept_encoding.encode("latin-1"))
        body = await run_in_thread(_packed, path, encoding)
        answer = Response(body, media_type=plain.headers["content-type"], headers={"Vary": "Accept-Encoding"})
        answer.headers["ETag"] = f"W/{plain.headers['etag']}"
        if encoding != IDENTITY:
            answer.headers["Content-Encoding"] = encoding
        return answer


def _missing(request: Request, error: Exception) -> Missing | None:
    """Return the model that the page of a model was asked for, where there is none of its name."""
    asked = request.path_params
    if not isinstance(error, UnknownModelError) or "category" not in asked:
        return None
    name = asked.get("name") or request.query_params.get("name", "")
    return Missing(MODEL_REFERENCE_CATEGORY(asked["category"]), name, error.closest)


def _for_people(answer: Callable[..., Any]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return the handler that answers an error with a page where a browser asked for one."""

    async def answer_for_people(request: Request, error: Exception) -> Response:
        problem: Response = await answer(request, error)
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            return problem
        body: dict[str, Any] = json.loads(bytes(problem.body))
        kept = {name: value for name, value in problem.headers.items() if not name.startswith("content-")}
        page = html(error_page(body, kept.get("retry-after"), _missing(request, error)))
        page.status_code = problem.status_code
        page.headers.update(kept)
        return page

    return answer_for_people


def install(app: FastAPI) -> None:
    """Add the assets of the pages, and make errors readable in a browser."""
    app.mount("/assets", Assets(directory=ASSETS), name="assets")
    for kind in (HordeModelReferenceError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _for_people(app.exception_handlers[kind]))
