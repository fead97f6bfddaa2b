"""What the commands share: the engine of a run, its options, and where results go."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import SimulatedHorde, demo_settings
from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.errors import OutputError
from horde_model_reference.settings import load_settings

T = TypeVar("T")

Category = Annotated[MODEL_REFERENCE_CATEGORY, typer.Argument(help="The category.", show_choices=True)]
Demo = Annotated[bool, typer.Option("--demo", help="Use the bundled sample and a simulated Horde; no network.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of the screen.")]


def with_engine(work: Callable[[Engine], Awaitable[T]], *, demo: bool) -> T:
    """Run a piece of work with an engine built from the environment, or from the demo."""
    settings = demo_settings() if demo else load_settings()
    transport = SimulatedHorde() if demo else None

    async def run() -> T:
        async with open_engine(settings, transport) as engine:
            return await work(engine)

    return asyncio.run(run())


def write(content: bytes, output: Path | None) -> None:
    """Write a result to a file, or byte for byte to standard output.

    Raises:
        OutputError: The file cannot be written.
    """
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{output}: {error.strerror or error}.", hint="Choose another --output.") from error
