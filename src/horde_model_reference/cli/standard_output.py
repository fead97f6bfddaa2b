"""Standard output, and the handling of its failures."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from horde_model_reference.errors import OutputError


def escape_what_the_encoding_lacks() -> None:
    """Have characters that standard output's encoding lacks written as escapes, instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def standard_output() -> Iterator[None]:
    """Write to standard output within the block, which ends when all of it is written.

    Raises:
        OutputError: Standard output is closed, or cannot be written.
        BrokenPipeError: The reader has seen enough; Typer ends the run without a word.
    """
    if sys.stdout is None:
        raise OutputError("Standard output is closed.", hint="Give the command a standard output.")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: OSError) -> OutputError:
    """Return the error for a failed standard output, and drop its buffer.

    Python would write the rest at its exit, fail once more, and change the exit code.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OutputError(f"Standard output: {error.strerror or error}.", hint="Send the output to another place.")
