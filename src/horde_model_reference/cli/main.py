"""The commands, each imported when it is used, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.escaping import visible

COMMANDS: dict[str, str] = {
    "deletion-risk": "horde_model_reference.cli.deletion_risk",
    "explain": "horde_model_reference.cli.explain",
    "policy": "horde_model_reference.cli.policy",
    "plan": "horde_model_reference.cli.plan",
    "apply": "horde_model_reference.cli.apply",
    "undo": "horde_model_reference.cli.undo",
    "history": "horde_model_reference.cli.history",
    "sync": "horde_model_reference.cli.sync",
    "serve": "horde_model_reference.cli.serve",
}
"""The commands and the module of each, which holds a Typer ``app``."""

INTERRUPTED = 130

NEW_OBJECTS = 50_000
"""Objects made between two looks for garbage. Imports make many and leave none: the interpreter's own number costs a
tenth of the time to the first answer."""


class LazyGroup(TyperGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Return a command, or None where there is none of this name."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = typer.main.get_command(import_module(module).app)
        command.name = cmd_name  # One with commands of its own does not know its name.
        return command


app = typer.Typer(
    cls=LazyGroup,
    help="Which AI Horde models are at risk of deletion, why, and on what evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Which AI Horde models are at risk of deletion, why, and on what evidence."""


def main() -> NoReturn:
    """Run the command line and exit: 0 done, 1 a failure said in one line, 2 wrong usage."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    try:
        status = app(standalone_mode=False)
    except HordeModelReferenceError as error:
        _say(error.message, error.hint)
        sys.exit(error.exit_code)
    except typer.TyperException as error:
        # Typer lists choices over several lines; without any argument it has shown the help and says nothing.
        message = " ".join(error.format_message().split())
        if message:
            _say(message, "horde-model-reference --help shows the usage.")
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        _say("Interrupted.", "")
        sys.exit(INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _say(message: str, hint: str) -> None:
    print(f"error: {visible(message)}", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"hint: {visible(hint)}", file=sys.stderr)  # noqa: T201
