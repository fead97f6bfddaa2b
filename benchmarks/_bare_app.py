"""The least that an ASGI app can do: send one answer, made beforehand, whatever is asked."""

from __future__ import annotations

import json
import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

_FOLDER = Path(os.environ["BENCHMARK_ANSWER"])
_HEAD = json.loads((_FOLDER / "head.json").read_text("utf-8"))
_START = {
    "type": "http.response.start",
    "status": _HEAD["status"],
    "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in _HEAD["headers"]],
}
_BODY = {"type": "http.response.body", "body": (_FOLDER / "body").read_bytes()}


async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer a request (ASGI)."""
    await send(_START)
    await send(_BODY)
