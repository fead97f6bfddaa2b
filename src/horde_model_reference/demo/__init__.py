"""A bundled sample catalogue and a simulated Horde, so that everything runs with no network."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.clock import Clock, FixedClock
from horde_model_reference.setting_groups import Sources
from horde_model_reference.settings import Settings, load_settings
from horde_model_reference.user_folders import temporary_folder

DATA = Path(__file__).parent / "data"

MOMENT = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When the sample is of: the Horde answers at it, the simulated year ends with it, ages are counted from it."""
MODIFIED = MOMENT - timedelta(hours=42)
"""When the sample's catalogues were changed last."""

FILES: dict[MODEL_REFERENCE_CATEGORY, str] = dict.fromkeys(MODEL_REFERENCE_CATEGORY, "empty.json") | {
    MODEL_REFERENCE_CATEGORY.image_generation: "stable_diffusion.json",
    MODEL_REFERENCE_CATEGORY.text_generation: "models.csv",
    MODEL_REFERENCE_CATEGORY.controlnet: "controlnet.json",
    MODEL_REFERENCE_CATEGORY.esrgan: "esrgan.json",
}

ANSWERS: dict[tuple[str, str | None], str] = {
    route: f"{kind}_{traits.model_type.value}.json"
    for traits in USAGE.values()
    for kind, route in (
        ("status", ("status/models", traits.model_type.value)),
        ("stats", (traits.stats_path, None)),
        ("workers", ("workers", traits.model_type.value)),
    )
}


CATALOGUES_URL = "http://horde.invalid/catalogues/"
HISTORY_URL = "http://horde.invalid/image_history.json"
DAY = 86400


def demo_clock() -> Clock:
    """Return the clock of the sample, which stands still at ``MOMENT``."""
    return FixedClock(MOMENT)


PATIENCE = 60
"""Seconds that a request of the demo may take: the first one makes a year of history, slowly on a busy machine."""


def demo_settings() -> Settings:
    """Return the environment's settings with the bundled catalogues as sources and no data of the user's touched."""
    sources = Sources.model_validate({category.value: CATALOGUES_URL + name for category, name in FILES.items()})
    sources = sources.model_copy(
        update={
            "styles": CATALOGUES_URL + "styles.json",
            "image_history": HISTORY_URL,
            "marks": CATALOGUES_URL + "marks.toml",
        }
    )
    return load_settings(
        sources=sources,
        data_dir=temporary_folder("demo"),
        ai_horde_url="http://horde.invalid/api/",
        request_deadline_seconds=PATIENCE,
    ).without_link_checks()


class SimulatedHorde(httpx.AsyncBaseTransport):
    """Answers like the Horde, headers included, from the bundled sample; no socket is opened.

    It also serves the catalogues and the image models' history, as the repositories' hosts do.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; anything but the routes it knows is a 404 in HTML, as at the Horde."""
        url = str(request.url)
        if url == HISTORY_URL:
            return httpx.Response(200, json=_history())
        if url.startswith(CATALOGUES_URL):
            return _catalogue(url.removeprefix(CATALOGUES_URL), request.headers.get("If-None-Match"))
        path = request.url.path.partition("/v2/")[2]
        name = ANSWERS.get((path, request.url.params.get("type")))
        headers = {"Retry-After": "60", "X-Ratelimit-Limit": "90", "Server": "simulated"}
        if name is None:
            return httpx.Response(404, headers=headers, html="<!doctype html><title>404 Not Found</title>")
        headers["Content-Type"] = "application/json; charset=utf-8"
        return httpx.Response(200, headers=headers, content=(DATA / name).read_bytes())


def _catalogue(name: str, held: str | None) -> httpx.Response:
    content = (DATA / name).read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    if held == tag:
        return httpx.Response(304)
    headers = {"ETag": tag, "Last-Modified": format_datetime(MODIFIED, usegmt=True)}
    return httpx.Response(200, headers=headers, content=content)


def _history() -> dict[str, dict[str, int]]:
    days = json.loads((DATA / "days_in_catalogue.json").read_text(encoding="utf-8"))
    return {name: {"date_added": int(MOMENT.timestamp() - age * DAY)} for name, age in days.items()}
