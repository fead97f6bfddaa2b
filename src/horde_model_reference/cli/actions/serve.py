"""Run the HTTP service."""

from __future__ import annotations

import json
import os
from functools import partial
from importlib.metadata import distributions

import typer

from horde_model_reference.cli.actions.installation import conflicts
from horde_model_reference.cli.actions.session import clock_for, settings_for
from horde_model_reference.curation.service_policy import service_policy
from horde_model_reference.escaping import visible
from horde_model_reference.integrations.sharing import make_sharing
from horde_model_reference.proxies import environment_transport
from horde_model_reference.service.allowed_hosts import hosts_of
from horde_model_reference.service.processes import serve_until_ended
from horde_model_reference.service.server import listen, make_config
from horde_model_reference.settings import Settings, environment_name

APP = "horde_model_reference.service.app:create_service_from_environment"
DEMO_APP = "horde_model_reference.service.app:create_demo_service"


def serve(host: str, port: int, workers: int, *, demo: bool) -> None:
    """Serve the web page and the HTTP API until interrupted."""
    settings = _sound_settings(demo=demo)
    for conflict in conflicts(distributions()):
        typer.echo(f"warning: {visible(conflict)}", err=True)
    with listen(host, port) as listener:
        bound_host, bound_port = listener.getsockname()[:2]
        shown_host = f"[{bound_host}]" if ":" in bound_host else bound_host
        config = make_config(DEMO_APP if demo else APP, settings, workers)
        if not settings.allowed_hosts:
            # The workers read their settings from the environment.
            os.environ[environment_name(("allowed_hosts",))] = json.dumps(hosts_of(host))
        address = f"http://{shown_host}:{bound_port}/"
        message = f"Serving on {address} (its API: {address}api/docs; Ctrl-C ends it)"
        serve_until_ended(config, listener, partial(typer.echo, message, err=True))


def _sound_settings(*, demo: bool) -> Settings:
    """Return the settings; report errors here, once, instead of in every worker or at the first request.

    Raises:
        SettingsError: A value is invalid, or names a package that is not installed or a file that is no policy.
    """
    settings = settings_for(demo=demo)
    make_sharing(settings, clock_for(demo=demo))
    service_policy(settings)
    if not demo:
        environment_transport()
    if settings.history.enabled and settings.history.url and not demo:
        from horde_model_reference.history.database import address  # noqa: PLC0415 - large, and else never needed here

        address(settings)
    return settings
