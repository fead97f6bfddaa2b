"""``explain``: one model's verdict, with the evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Demo, PolicyFile, RiskCategory, Shown, new_app
from horde_model_reference.reports.formats import ShownFormat

app = new_app()


@app.command()
def explain(
    category: RiskCategory,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The model's name; case matters only where two names differ in it.")
    ],
    *,
    policy: PolicyFile = None,
    format: Shown = ShownFormat.table,  # noqa: A002
    demo: Demo = False,
) -> None:
    """Explain one model: why it is at risk or not, on which evidence, and the verdict of a plan with every reason."""
    from horde_model_reference.cli.actions import explain as actions

    actions.explain(CATEGORIES[category], name, policy, format, demo=demo)
