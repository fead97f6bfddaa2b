"""``serve``: the HTTP service."""

from __future__ import annotations

import os
import tempfile
from typing import Annotated

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from horde_model_reference.cli.common import Demo, clock_for, settings_for
from horde_model_reference.engine import make_sharing
from horde_model_reference.service.server import listen, make_config
from horde_model_reference.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

APP = "horde_model_reference.service.app:create_service_from_environment"
MULTIPROCESS_DIR = "PROMETHEUS_MULTIPROC_DIR"
DEMO_APP = "horde_model_reference.service.app:create_demo_service"


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 19800,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
    demo: Demo = False,
) -> None:
    """Serve the HTTP API until interrupted; its documentation is at /api/docs."""
    settings = _sound_settings(demo=demo)
    with listen(host, port) as listener:
        bound_host, bound_port = listener.getsockname()[:2]
        shown_host = f"[{bound_host}]" if ":" in bound_host else bound_host
        config = make_config(DEMO_APP if demo else APP, settings, workers)
        typer.echo(f"Serving on http://{shown_host}:{bound_port}/api/docs (Ctrl-C ends it)", err=True)
        if workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            with tempfile.TemporaryDirectory(prefix="horde-model-reference-") as figures:
                os.environ[MULTIPROCESS_DIR] = figures  # The workers count there, so that one scrape adds them up.
                Multiprocess(config, [listener]).run()


def _sound_settings(*, demo: bool) -> Settings:
    """Return the settings; say here what is wrong, once, and not in every worker, nor at the first request.

    Raises:
        SettingsError: A value has no sense, or names what is not installed.
    """
    settings = settings_for(demo=demo)
    make_sharing(settings, clock_for(demo=demo))
    if settings.history.enabled and settings.history.url and not demo:
        from horde_model_reference.history.database import address  # noqa: PLC0415 - large, and else never needed here

        address(settings)
    return settings
