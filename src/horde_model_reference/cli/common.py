"""What the commands share: the engine of a run, its options, and where results go."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import stamina
import typer
from rich.console import Console, RenderableType

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.demo import SimulatedHorde, demo_clock, demo_settings
from horde_model_reference.demo.past import make_demo_history
from horde_model_reference.engine import Engine, open_engine
from horde_model_reference.errors import OutputError
from horde_model_reference.history.history import make_history
from horde_model_reference.settings import Settings, load_settings

T = TypeVar("T")

Category = Annotated[MODEL_REFERENCE_CATEGORY, typer.Argument(help="The category.", show_choices=True)]
Demo = Annotated[bool, typer.Option("--demo", help="Use the bundled sample and a simulated Horde; no network.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of the screen.")]


def settings_for(*, demo: bool) -> Settings:
    """Return the environment's settings, or the demo's."""
    return demo_settings() if demo else load_settings()


def clock_for(*, demo: bool) -> Clock:
    """Return the system's clock, or the demo's."""
    return demo_clock() if demo else Clock()


def with_engine(
    work: Callable[[Engine], Awaitable[T]],
    *,
    demo: bool,
    settings: Settings | None = None,
    clock: Clock | None = None,
) -> T:
    """Run a piece of work with an engine built from the environment, or from the demo.

    Args:
        work: What to do with the engine.
        demo: Use the bundled sample and its past, with no network.
        settings: Other settings than the environment's or the demo's.
        clock: The command's clock, where it has one.
    """
    settings, clock = settings or settings_for(demo=demo), clock or clock_for(demo=demo)
    transport, make_past = (SimulatedHorde(), make_demo_history) if demo else (None, make_history)

    async def run() -> T:
        async with open_engine(settings, transport, make_history=make_past, clock=clock) as engine:
            return await work(engine)

    with _retries_unsaid():
        return asyncio.run(run())


@contextmanager
def _retries_unsaid() -> Iterator[None]:
    """Keep retries from being logged, which would go to standard output of all places."""
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        yield
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)  # The default ones, found anew when they are needed.


def show(report: RenderableType) -> None:
    """Print a report for people: in colour, and as wide as the terminal, where standard output is one.

    Raises:
        OutputError: Standard output cannot be written.
    """
    with _standard_output():
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # It may be of an encoding that lacks some characters.
        Console().print(report)


def write(content: bytes, output: Path | None) -> None:
    """Write a result to a file, or byte for byte to standard output.

    Raises:
        OutputError: It cannot be written.
    """
    if output is None:
        with _standard_output():
            sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{output}: {error.strerror or error}.", hint="Choose another --output.") from error


def keep_from_terminal(what: str, output: Path | None) -> None:
    """Refuse to write binary content onto a terminal, before anything is asked for it.

    Raises:
        OutputError: It would go to standard output, which is a terminal.
    """
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise OutputError(
            f"{what} is binary and nothing for a terminal.", hint="Give --output FILE, or redirect standard output."
        )


@contextmanager
def _standard_output() -> Iterator[None]:
    if sys.stdout is None:
        raise OutputError("Standard output is closed.", hint="Give the command a standard output.")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # Who reads has seen enough: Typer ends the run without a word.
    except OSError as error:
        # What is left in the buffer would fail once more at Python's exit, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(
            f"Standard output: {error.strerror or error}.", hint="Send the output to another place."
        ) from error
