"""The bundled sample as the documentation shows it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.main import app
from horde_model_reference.demo import DATA
from horde_model_reference.demo.engine import open_demo_engine
from horde_model_reference.settings import ENV_PREFIX

COMMAND = "horde-model-reference"
CATALOGUE = "stable_diffusion.json"
WIDTH = 100
ENVIRONMENT = {"COLUMNS": str(WIDTH), f"{ENV_PREFIX}REQUEST_DEADLINE_SECONDS": "600"}
"""The width of the screen; and on a busy machine nothing is left out for lack of time."""

_LOOKS = ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TERM")
"""Variables that change what a command's output looks like."""


@lru_cache
def table(category: MODEL_REFERENCE_CATEGORY) -> RiskTable:
    """Return a category's risk table."""

    async def make() -> RiskTable:
        async with open_demo_engine() as engine:
            return await engine.table(category)

    with patch.dict(os.environ, ENVIRONMENT):
        return asyncio.run(make())


def output_of(arguments: list[str]) -> str:
    """Run a command in this process and return what it prints."""
    with _captured() as printed, patch.dict(os.environ, ENVIRONMENT):
        for name in _LOOKS:
            os.environ.pop(name, None)
        app(arguments, standalone_mode=False)
        printed.flush()
    text = printed.buffer.getvalue().decode()
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Work in a new folder that holds a copy of the sample's catalogue, and keep data beside it."""
    with tempfile.TemporaryDirectory() as folder, patch.object(tempfile, "tempdir", folder):
        work = Path(folder) / "work"
        work.mkdir()
        shutil.copy(DATA / CATALOGUE, work / CATALOGUE)
        with contextlib.chdir(work):
            yield work


class _Printed(io.TextIOWrapper):
    """A screen that keeps what it is given."""

    buffer: io.BytesIO

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")


@contextlib.contextmanager
def _captured() -> Iterator[_Printed]:
    printed = _Printed()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed
