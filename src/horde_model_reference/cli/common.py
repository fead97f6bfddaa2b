"""Arguments and options that commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.escaping import quoted
from horde_model_reference.reports.formats import ShownFormat

SHORT_FORMS: dict[str, MODEL_REFERENCE_CATEGORY] = {
    traits.model_type.value: category for category, traits in USAGE.items()
}
"""Other names of the categories that the Horde reports usage for."""

CATEGORIES = {category.value: category for category in MODEL_REFERENCE_CATEGORY} | SHORT_FORMS
"""Every category by the names that arguments accept."""

RISK_CATEGORIES = [name for name, category in CATEGORIES.items() if category in USAGE]


class HelpfulGroup(TyperGroup):
    """A group of commands that shows its help where no command is given; that is wrong usage all the same."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse the arguments, or show the help and exit."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            ctx.exit(2)
        return super().parse_args(ctx, args)


APP: dict[str, Any] = {
    "cls": HelpfulGroup,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,  # Rich's help doubles the time that a start takes, for frames that no pipe needs.
}


def new_app(**settings: Any) -> typer.Typer:
    """Return the Typer app of a command, or of a group of commands; settings of its own win over the common ones."""
    return typer.Typer(**APP | settings)


def completing(words: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a completion that proposes the words with the typed prefix."""

    def complete(incomplete: str) -> list[str]:
        return [str(word) for word in words if word.startswith(incomplete)]

    return complete


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    """Return a callback that refuses a value which is none of the words."""

    def check(value: str) -> str:
        if value not in words:
            raise typer.BadParameter(f"{quoted(value)} is none of: {', '.join(words)}.")
        return value

    return check


def _all_of(words: Collection[str]) -> Callable[[list[str] | None], list[str]]:
    """Return a callback as :func:`_one_of` does, for an argument that takes several values."""
    check = _one_of(words)
    return lambda values: [check(value) for value in values or ()]


RiskCategory = Annotated[
    str,
    typer.Argument(
        metavar="CATEGORY",
        callback=_one_of(RISK_CATEGORIES),
        autocompletion=completing(RISK_CATEGORIES),
        help=f"One of: {', '.join(RISK_CATEGORIES)}.",
    ),
]
"""A name in :data:`CATEGORIES` of a category that the Horde reports usage for."""


def _any_of(names: Collection[str]) -> Any:
    """Return the argument that takes any of the names, by default all."""
    return typer.Argument(
        metavar="CATEGORY",
        callback=_all_of(names),
        autocompletion=completing(names),
        help=f"Any of: {', '.join(names)}. Without one: all.",
    )


Categories = Annotated[list[str] | None, _any_of(CATEGORIES)]
"""Names in :data:`CATEGORIES`."""

MarkedCategories = Annotated[list[str] | None, _any_of(RISK_CATEGORIES)]
"""Names in :data:`RISK_CATEGORIES`."""

FOUND = 3
"""Exit code of a check that found what it was asked to look for."""

Demo = Annotated[bool, typer.Option("--demo", help="Use the bundled sample and a simulated Horde; no network.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of the screen.")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="A policy file (TOML); the defaults without one.")]
MarksFile = Annotated[
    Path | None, typer.Option("--file", help="The file of marks (TOML); by default that of the settings.")
]
Shown = Annotated[ShownFormat, typer.Option("--format", help="For people, or for programs.")]
DbJson = Annotated[Path | None, typer.Option("--db-json", help="Text models: the db.json generated from models.csv.")]
