"""``sync``: fetch all catalogues, so that a good copy of each is held."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import CATEGORIES, Categories, Demo, new_app

app = new_app()

Accept = Annotated[
    bool, typer.Option("--accept", help="Keep a copy also of a catalogue that lost more than a tenth of its models.")
]


@app.command()
def sync(categories: Categories = None, *, accept: Accept = False, demo: Demo = False) -> None:
    """Fetch the catalogues and keep a good copy of each. Interrupted, the copies held before stay whole."""
    from horde_model_reference.cli.actions import sync as actions

    actions.sync([CATEGORIES[name] for name in categories or ()], accept=accept, demo=demo)
