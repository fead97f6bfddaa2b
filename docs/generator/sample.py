"""The bundled sample as the documentation shows it: always of the same moment."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.main import app
from horde_model_reference.demo import DATA, SimulatedHorde, demo_settings, past
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.engine import open_engine

COMMAND = "horde-model-reference"
CATALOGUE = "stable_diffusion.json"
WIDTH = 100

MODIFIED = datetime(2026, 5, 30, 18, 0, tzinfo=UTC)
OBSERVED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
NOW = OBSERVED + timedelta(seconds=30)

_LOOKS = ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TERM")
"""Variables that change what a command's output looks like."""

_AGE = re.compile(r"^Horde asked .*?; catalogue of .*? UTC,", re.MULTILINE)


_RUN = re.compile(r"\b\d{8}T\d{6}Z-")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_MINUTE = re.compile(r"\b\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC")


@lru_cache
def table(category: MODEL_REFERENCE_CATEGORY) -> RiskTable:
    """Return a category's risk table, with the data's times set to the ones above."""

    async def make() -> RiskTable:
        async with open_engine(demo_settings(), SimulatedHorde(), make_history=make_demo_history) as engine:
            return await engine.table(category)

    with then():
        made = asyncio.run(make())
    data_as_of = replace(
        made.data_as_of, catalogue_modified_at=MODIFIED, status_fetched_at=OBSERVED, stats_fetched_at=OBSERVED
    )
    return replace(made, data_as_of=data_as_of)


def output_of(arguments: list[str]) -> str:
    """Run a command in this process and return what it prints, with the data's times set to the ones above."""
    with then(), _captured() as printed, patch.dict(os.environ, {"COLUMNS": str(WIDTH)}):
        for name in _LOOKS:
            os.environ.pop(name, None)
        app(arguments, standalone_mode=False)
        printed.flush()
    text = printed.buffer.getvalue().decode()
    text = _RUN.sub(f"{NOW:%Y%m%dT%H%M%SZ}-", text)
    lines = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    return _AGE.sub(f"Horde asked 30 seconds ago; catalogue of {MODIFIED:%Y-%m-%d %H:%M} UTC,", lines)


def with_times(text: str, today: date) -> str:
    """Return a text with the minutes in it set to the one above, and its days as far before that as they are now."""
    moved = _DAY.sub(lambda found: str(OBSERVED.date() - (today - date.fromisoformat(found[0]))), text)
    return _MINUTE.sub(f"{OBSERVED:%Y-%m-%d %H:%M} UTC", moved)


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """Work in a new folder that holds a copy of the sample's catalogue, and keep data beside it."""
    with tempfile.TemporaryDirectory() as folder, patch.object(tempfile, "tempdir", folder):
        work = Path(folder) / "work"
        work.mkdir()
        shutil.copy(DATA / CATALOGUE, work / CATALOGUE)
        with contextlib.chdir(work):
            yield work


def then() -> contextlib.AbstractContextManager[object]:
    """Have the simulated past end with the data's times above while the block runs."""
    return patch.object(past, "now", lambda: OBSERVED)


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
