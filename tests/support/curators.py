"""A curator's desk for the command line: models a year old and of one kind, with styles, over a Horde on loopback."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from horde_model_reference.settings import ENV_PREFIX
from tests.support.builders import record, stats_of, status_of
from tests.support.command_line import World
from tests.support.misbehaving_horde import Route

FIGURES = {f"popular {at}": 10_000 + at for at in range(12)} | {"one": 20, "two": 1, "three": 2}
"""Uses in a month: under the default policy one of the last three may go, by the limit of ten percent."""


class Curators(World):
    """The folder of the catalogues has the styles and the history as well."""

    def has(self, figures: Mapping[str, int], styles: Mapping[str, str] | None = None, **layout: Any) -> bytes:
        """Have these models with these uses, and these styles; return the catalogue."""
        models = {name: record(style="generalist") for name in figures}
        content = json.dumps(models, **({"indent": 4} | layout)).encode()
        self.image_catalogue().write_bytes(content)
        self.uses(figures)
        added = time.time() - 400 * 86400
        self._source("image_history", {name: {"date_added": added} for name in figures})
        self._source("styles", {style: {"model": model} for style, model in (styles or {}).items()})
        self._source("style_categories", {"all": list(styles or {})})
        return content

    def uses(self, figures: Mapping[str, int]) -> None:
        """Have these uses."""
        self.horde.payloads[Route.IMAGE_STATS] = stats_of(figures)
        self.horde.payloads[Route.IMAGE_STATUS] = status_of({"elsewhere": 1})

    def _source(self, name: str, said: object) -> None:
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(said), encoding="utf-8")
        os.environ[f"{ENV_PREFIX}SOURCES__{name.upper()}"] = str(file)


SOURCES = ("IMAGE_HISTORY", "STYLES", "STYLE_CATEGORIES")
"""The settings that a desk changes."""
