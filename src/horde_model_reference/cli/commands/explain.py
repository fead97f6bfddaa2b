"""``explain``: one model's verdict, with the evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Demo, RiskCategory, new_app

app = new_app()


@app.command()
def explain(
    category: RiskCategory,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The model's name; case matters only where two names differ in it.")
    ],
    *,
    demo: Demo = False,
) -> None:
    """Explain why a model is at risk or not: every reason, its evidence, and the API names that count for the model."""
    from horde_model_reference.cli.actions import explain as actions

    actions.explain(CATEGORIES[category], name, demo=demo)
