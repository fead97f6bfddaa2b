"""The OpenAPI document: FastAPI's, with the parts of responses added that it cannot declare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from horde_model_reference.service import problems

Part = dict[str, Any]
"""An object of the document."""

EXAMPLES = Path(__file__).parent / "examples.json"
"""Bodies by operation, of the bundled sample; ``make docs`` writes them."""

SERVERS: list[Part] = [
    {"url": "/", "description": "The host that serves this document."},
    {
        "url": "http://{host}:{port}",
        "description": "The address of `serve`, by default.",
        "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "19800"}},
    },
]

HEADERS: dict[str, str] = {
    "ETag": "The identity of the body in its encoding; send it back in `If-None-Match`.",
    "Cache-Control": "How long the answer is good for.",
    "Vary": "The request headers on which the answer depends.",
    "Link": 'The next page, with `rel="next"`; absent on the last.',
    "Retry-After": "Seconds after which asking again makes sense.",
    "X-Request-ID": "The identity of the request in the service's log; absent from answers held in memory.",
}
"""Response headers with their descriptions."""


def headers(*names: str) -> Part:
    """Return the headers of a response, for the ``responses`` of a route."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


CHOICES: dict[str, str] = {"model_category_name": "UsageCategory"}
"""Names of the schemas of parameters that take one of some words; others are named after their parameter."""

CACHED: dict[int | str, Part] = {
    200: {"headers": headers("ETag", "Cache-Control", "Vary")},
    304: {
        "description": "The client has this answer.",
        "headers": headers("ETag", "Cache-Control", "Vary"),
    },
}
"""The responses of a route whose answers are kept."""
PAGED: dict[int | str, Part] = CACHED | {200: {"headers": headers("ETag", "Cache-Control", "Vary", "Link")}}
"""The responses of a route whose answers are kept and come in pages."""


def install(app: FastAPI) -> None:
    """Make an app finish its document once, when it is first asked for."""
    generate = app.openapi

    def openapi() -> Part:
        if app.openapi_schema is None:
            _finish(generate())
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]


@cache
def examples() -> dict[str, Part]:
    """Return the media type and body of an answer of each operation."""
    found: dict[str, Part] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def operations(document: Part) -> Iterator[Part]:
    """Yield the operations of a document."""
    for path in document["paths"].values():
        yield from path.values()


def _finish(document: Part) -> None:
    document["components"]["headers"] = {
        name: {"description": sentence, "schema": {"type": "string"}} for name, sentence in HEADERS.items()
    }
    for operation in operations(document):
        for response in operation["responses"].values():
            response.setdefault("headers", {}).update(headers("X-Request-ID"))
            _rename_media_type(response)
        for parameter in operation.get("parameters", ()):
            _share_choices(parameter, document["components"]["schemas"])
        _add_example(operation)


def _share_choices(parameter: Part, schemas: Part) -> None:
    """Give a list of words one schema, to which all operations refer that take the parameter."""
    written = parameter["schema"]
    if "enum" not in written:
        return
    words = "".join(word.capitalize() for word in parameter["name"].split("_"))
    name = CHOICES.get(parameter["name"], f"{words}Choice")
    sentence = f"The choices of `{parameter['name']}`."
    schemas[name] = {"type": "string", "enum": written["enum"], "title": name, "description": sentence}
    default = {"default": written["default"]} if written.get("default") is not None else {}
    parameter["schema"] = {"$ref": f"#/components/schemas/{name}", **default}


def _rename_media_type(response: Part) -> None:
    """Say that errors are ``application/problem+json``."""
    for media_type, content in list(response.get("content", {}).items()):
        if content.get("schema", {}).get("$ref", "").endswith("/Problem"):
            del response["content"][media_type]
            response["content"][problems.MEDIA_TYPE] = content


def _add_example(operation: Part) -> None:
    example = examples().get(operation["operationId"])
    if example is not None:
        operation["responses"]["200"]["content"][example["media_type"]]["example"] = example["body"]
