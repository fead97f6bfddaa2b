"""Where results go: the screen, standard output, or a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, RenderableType

from horde_model_reference.cli.standard_output import standard_output
from horde_model_reference.errors import OutputError
from horde_model_reference.escaping import visible
from horde_model_reference.safe_files import write_atomically


def show(report: RenderableType) -> None:
    """Print a report for people: in colour, and as wide as the terminal, where standard output is one.

    Raises:
        OutputError: Standard output cannot be written.
    """
    with standard_output():
        Console().print(report)


def show_lines(lines: Sequence[str]) -> None:
    """Print lines as they are, however long: commands are copied from the screen.

    Raises:
        OutputError: Standard output cannot be written.
    """
    with standard_output():
        print("".join(f"{line}\n" for line in lines), end="")  # noqa: T201


def write(content: bytes, output: Path | None) -> None:
    """Write a result to a file, or byte for byte to standard output.

    Raises:
        OutputError: It cannot be written.
    """
    if output is None:
        with standard_output():
            sys.stdout.buffer.write(content)
        return
    try:
        if output.exists() and not output.is_file():  # A pipe or a device is not to be replaced by a file.
            output.write_bytes(content)
        else:
            write_atomically(output, content)
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


def warn(message: str) -> None:
    """Print a warning to standard error; the result itself is as good as without it."""
    print(f"warning: {visible(message)}", file=sys.stderr)  # noqa: T201
