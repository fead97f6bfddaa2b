"""A bundled sample catalogue and a simulated Horde, so that everything runs with no network."""

from __future__ import annotations

import getpass
import os
import tempfile
from pathlib import Path

import httpx

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.settings import Settings, Sources, load_settings

DATA = Path(__file__).parent / "data"

FILES: dict[MODEL_REFERENCE_CATEGORY, str] = dict.fromkeys(MODEL_REFERENCE_CATEGORY, "empty.json") | {
    MODEL_REFERENCE_CATEGORY.image_generation: "stable_diffusion.json",
    MODEL_REFERENCE_CATEGORY.text_generation: "models.csv",
    MODEL_REFERENCE_CATEGORY.controlnet: "controlnet.json",
    MODEL_REFERENCE_CATEGORY.esrgan: "esrgan.json",
}

ANSWERS: dict[tuple[str, str | None], str] = {
    ("status/models", "image"): "status_image.json",
    ("status/models", "text"): "status_text.json",
    ("stats/img/models", None): "stats_image.json",
    ("stats/text/models", None): "stats_text.json",
}


def demo_settings() -> Settings:
    """Return the environment's settings with the bundled catalogues as sources and no data of the user's touched."""
    sources = Sources.model_validate({category.value: str(DATA / name) for category, name in FILES.items()})
    data_dir = Path(tempfile.gettempdir()) / f"horde-model-reference-demo-{_user()}"
    return load_settings(sources=sources, data_dir=data_dir, ai_horde_url="http://horde.invalid/api/")


def _user() -> str:
    """Who runs this, so that no two users share a folder; a container's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


class SimulatedHorde(httpx.AsyncBaseTransport):
    """Answers like the Horde, headers included, from the bundled sample; no socket is opened."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; anything but the four routes is a 404 in HTML, as at the Horde."""
        path = request.url.path.partition("/v2/")[2]
        name = ANSWERS.get((path, request.url.params.get("type")))
        headers = {"Retry-After": "60", "X-Ratelimit-Limit": "90", "Server": "simulated"}
        if name is None:
            return httpx.Response(404, headers=headers, html="<!doctype html><title>404 Not Found</title>")
        headers["Content-Type"] = "application/json; charset=utf-8"
        return httpx.Response(200, headers=headers, content=(DATA / name).read_bytes())
