"""``links``: the check of download addresses, and its results."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Demo, Output, RiskCategory, new_app

app = new_app(help="Check download addresses, and write the results out.")


@app.command()
def check(
    category: RiskCategory,
    *,
    older_than: Annotated[
        str, typer.Option(help="Ask for addresses that were not checked for so long: 7d, 12h, or 0d for all.")
    ] = "7d",
    limit: Annotated[int | None, typer.Option(min=1, help="Ask for at most so many addresses.")] = None,
    demo: Demo = False,
) -> None:
    """Ask for every download address of a catalogue, politely, and keep the results; interrupted, it goes on later."""
    from horde_model_reference.cli.actions import links as actions

    actions.check(CATEGORIES[category], older_than, limit, demo=demo)


@app.command()
def export(category: RiskCategory, *, output: Output = None, demo: Demo = False) -> None:
    """Write the last result for every download address of a catalogue as CSV."""
    from horde_model_reference.cli.actions import links as actions

    actions.export(CATEGORIES[category], output, demo=demo)
