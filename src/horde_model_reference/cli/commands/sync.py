"""``sync``: fetch all catalogues, so that a good copy of each is held."""

from __future__ import annotations

from horde_model_reference.cli.common import CATEGORIES, Categories, Demo, new_app

app = new_app()


@app.command()
def sync(categories: Categories = None, *, demo: Demo = False) -> None:
    """Fetch the catalogues and keep a good copy of each. Interrupted, the copies held before stay whole."""
    from horde_model_reference.cli.actions import sync as actions

    actions.sync([CATEGORIES[name] for name in categories or ()], demo=demo)
