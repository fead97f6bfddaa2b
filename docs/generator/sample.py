"""The bundled sample as the documentation shows it: always of the same moment."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from unittest.mock import patch

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.main import app
from horde_model_reference.demo import SimulatedHorde, demo_settings
from horde_model_reference.engine import open_engine

COMMAND = "horde-model-reference"
WIDTH = 100

MODIFIED = datetime(2026, 5, 30, 18, 0, tzinfo=UTC)
OBSERVED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
NOW = OBSERVED + timedelta(seconds=30)

_LOOKS = ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TERM")
"""Variables that change what a command's output looks like."""

_AGE = re.compile(r"^Horde asked .*?; catalogue of .*? UTC,", re.MULTILINE)


@lru_cache
def table(category: MODEL_REFERENCE_CATEGORY) -> RiskTable:
    """Return a category's risk table, with the data's times set to the ones above."""

    async def make() -> RiskTable:
        async with open_engine(demo_settings(), SimulatedHorde()) as engine:
            return await engine.table(category)

    made = asyncio.run(make())
    data_as_of = replace(
        made.data_as_of, catalogue_modified_at=MODIFIED, status_fetched_at=OBSERVED, stats_fetched_at=OBSERVED
    )
    return replace(made, data_as_of=data_as_of)


def output_of(arguments: list[str]) -> str:
    """Run a command in this process and return what it prints, with the data's times set to the ones above."""
    with _captured() as printed, patch.dict(os.environ, {"COLUMNS": str(WIDTH)}):
        for name in _LOOKS:
            os.environ.pop(name, None)
        app(arguments, standalone_mode=False)
        printed.flush()
    text = printed.buffer.getvalue().decode()
    lines = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    return _AGE.sub(f"Horde asked 30 seconds ago; catalogue of {MODIFIED:%Y-%m-%d %H:%M} UTC,", lines)


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
