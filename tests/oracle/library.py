"""The package, asked as HTTP asks it: bytes of the sources in, bytes of the answer out."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.aliases import parse_aliases
from horde_model_reference.catalogue.catalogue import read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, usage_traits
from horde_model_reference.clock import Clock
from horde_model_reference.engine import open_engine
from horde_model_reference.integrations.horde_api_integration import HordeAPIIntegration
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.settings import Settings, load_settings
from tests.oracle.oracle import Inputs
from tests.oracle.rows import Thresholds

CATALOGUE_URL = "http://catalogue.invalid/catalogue"
ALIASES_URL = "http://catalogue.invalid/aliases.toml"
NOWHERE = Path("/dev/null/data")
"""A folder that cannot be made, so that no case leaves a copy for the next."""


@cache
def settings_of(thresholds: Thresholds) -> Settings:
    """Return the settings under which the package judges like the oracle."""
    return load_settings(
        sources={
            "image_generation": CATALOGUE_URL,
            "text_generation": CATALOGUE_URL,
            "styles": "",
            "image_history": "",
            "aliases": ALIASES_URL,
        },
        bundled_aliases=False,
        data_dir=NOWHERE,
        history={"enabled": False},
        ai_horde_url="http://horde.invalid/api/",
        preferred_file_hosts=thresholds.preferred_hosts,
        low_usage_threshold_percentage=float(thresholds.image_low_usage),
        text_gen_low_usage_threshold_percentage=float(thresholds.text_low_usage),
        text_gen_ignore_download_hosts=thresholds.text_ignores_hosts,
        text_gen_critical_usage_threshold=thresholds.text_critical_usage,
        text_gen_critical_worker_threshold=thresholds.text_critical_workers,
    )


def category_of(inputs: Inputs) -> MODEL_REFERENCE_CATEGORY:
    """Return the category of the inputs."""
    return MODEL_REFERENCE_CATEGORY.text_generation if inputs.is_text else MODEL_REFERENCE_CATEGORY.image_generation


def transport_of(inputs: Inputs) -> httpx.MockTransport:
    """Return a network that consists of the inputs."""
    kind, other = ("text", "image") if inputs.is_text else ("image", "text")
    bodies = {
        ("/catalogue", None): inputs.catalogue,
        ("/aliases.toml", None): inputs.aliases,
        ("/api/v2/status/models", kind): inputs.status,
        ("/api/v2/status/models", other): inputs.other_status,
        (f"/api/v2/stats/{'text' if inputs.is_text else 'img'}/models", None): inputs.stats,
    }
    return httpx.MockTransport(
        lambda request: httpx.Response(200, content=bodies[request.url.path, request.url.params.get("type")])
    )


async def table_of(inputs: Inputs) -> RiskTable:
    """Return the risk table that an engine makes of inputs."""
    async with open_engine(settings_of(inputs.thresholds), transport_of(inputs)) as engine:
        return await engine.table(category_of(inputs))


async def quick_table_of(inputs: Inputs) -> RiskTable:
    """Return the risk table without an engine: the same parts, and no cache, history or copies on disk."""
    settings, category = settings_of(inputs.thresholds), category_of(inputs)
    async with httpx.AsyncClient(transport=transport_of(inputs), trust_env=False) as client:
        horde = HordeAPIIntegration(settings, client, Clock())
        observation = await horde.observe(usage_traits(category).model_type)
        await horde.aclose()
    catalogue = read_catalogue(inputs.catalogue, category, CATALOGUE_URL)
    catalogue = replace(catalogue, aliases=parse_aliases(inputs.aliases, ALIASES_URL))
    return ModelDeletionRiskInfoFactory.from_settings(settings).create_table(catalogue, observation)


def ask(table: RiskTable, **parameters: Any) -> dict[str, Any]:
    """Return the answer to a query, as a client reads it."""
    answer: dict[str, Any] = json.loads(to_json(respond(table, RiskQuery(**parameters))))
    return answer
