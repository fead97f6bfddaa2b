"""The commands, each imported when it is used, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer

from horde_model_reference.cli.common import HelpfulGroup, new_app
from horde_model_reference.cli.standard_output import escape_what_the_encoding_lacks, unwritable
from horde_model_reference.errors import HordeModelReferenceError
from horde_model_reference.escaping import visible

PROGRAM = "horde-model-reference"

COMMANDS: tuple[str, ...] = (
    "deletion-risk",
    "explain",
    "aliases",
    "policy",
    "mark",
    "unmark",
    "marks",
    "changes",
    "plan",
    "apply",
    "undo",
    "review",
    "review-comment",
    "links",
    "history",
    "sync",
    "serve",
)
"""The commands in the order of the help; each has its module in :mod:`horde_model_reference.cli.commands`."""

INTERRUPTED = 130

NEW_OBJECTS = 50_000
"""Objects made between two looks for garbage. Imports make many and leave none: the interpreter's own number costs a
tenth of the time to the first answer."""


def command_named(name: str) -> Any:
    """Return a command, or a group of commands, as Typer runs it; only its own module is imported."""
    module = import_module(f"horde_model_reference.cli.commands.{name.replace('-', '_')}")
    command = typer.main.get_command(module.app)
    command.name = name  # A group does not know its name.
    return command


class LazyGroup(HelpfulGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Return a command, or None where there is none of this name."""
        return command_named(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> tuple[str | None, Any, list[str]]:  # type: ignore[override]
        """Return the command that arguments begin with; an unknown one is told with its likeliest spelling."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            likely = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"No such command {args[0]!r}.{''.join(f' Did you mean {name!r}?' for name in likely)}")
        return super().resolve_command(ctx, args)


app = new_app(
    cls=LazyGroup,
    add_completion=True,
    help="Which AI Horde models are at risk of deletion, why, and on what evidence.",
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        from importlib import metadata  # noqa: PLC0415 - large, and needed here alone

        typer.echo(f"{PROGRAM} {metadata.version(PROGRAM)}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of the program itself."""


def main() -> NoReturn:
    """Run the command line and exit: 0 done, 1 a failure said in one line, 2 wrong usage, 3 a check found something."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    escape_what_the_encoding_lacks()
    try:
        status = app(prog_name=PROGRAM, standalone_mode=False)
    except HordeModelReferenceError as error:
        _fail(error.message, error.hint, error.exit_code)
    except typer.TyperException as error:
        _fail(_message_of(error), f"{_command_of(error)} --help shows the usage.", 2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("Interrupted.", "", INTERRUPTED)
    except OSError as error:  # Of Typer's own output, such as the help: ours has become an OutputError.
        failure = unwritable(error)
        _fail(failure.message, failure.hint, failure.exit_code)
    sys.exit(status if isinstance(status, int) else 0)


def _message_of(error: typer.TyperException) -> str:
    """Describe a usage error in one line, with the help text of a missing argument."""
    # Typer lists choices over several lines, and its checker puts these words before some.
    message = " ".join(error.format_message().split()).replace("Value error, ", "")
    missing = getattr(error, "param", None) if message.startswith("Missing argument") else None
    return message if missing is None else f"{message} {missing.help}"


def _command_of(error: typer.TyperException) -> str:
    """Return the command that was used wrongly, as it is typed."""
    context = getattr(error, "ctx", None)
    return PROGRAM if context is None else context.command_path


def _fail(message: str, hint: str, exit_code: int) -> NoReturn:
    print(f"error: {visible(message)}", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"hint: {visible(hint)}", file=sys.stderr)  # noqa: T201
    sys.exit(exit_code)
