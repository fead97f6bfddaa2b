"""``serve``: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from horde_model_reference.cli.common import Demo, new_app

app = new_app()


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 19800,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
    demo: Demo = False,
) -> None:
    """Serve the web page and the HTTP API until interrupted; the API's documentation is at /api/docs."""
    from horde_model_reference.cli.actions import serve as actions

    actions.serve(host, port, workers, demo=demo)
