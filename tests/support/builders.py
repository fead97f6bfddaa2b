"""Small catalogues and observations, told in as few words as a test needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.catalogue.catalogue import Catalogue, read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.integrations.horde_api_models import Observation, parse_stats, parse_status

IMAGE = MODEL_REFERENCE_CATEGORY.image_generation
TEXT = MODEL_REFERENCE_CATEGORY.text_generation

FETCHED = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MODIFIED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD_URL = "https://huggingface.co/some/model.safetensors"


def record(**fields: Any) -> dict[str, Any]:
    """A v2 record against which nothing speaks, but for what is given."""
    return {
        "description": "A model.",
        "baseline": "stable_diffusion_xl",
        "nsfw": False,
        "size_on_disk_bytes": 2 * 2**30,
        "config": {"download": [{"file_name": "model.safetensors", "file_url": GOOD_URL}]},
    } | fields


def weighing(parameters: int | None) -> dict[str, Any]:
    """The fields that make a record that of a text model: a number of weights, and no files."""
    return {"parameters": parameters, "size_on_disk_bytes": None, "config": {}}


def catalogue_of(
    names: Mapping[str, Mapping[str, Any]] | list[str], category: MODEL_REFERENCE_CATEGORY = IMAGE
) -> Catalogue:
    """A catalogue of these models; a list of names makes each a sound record."""
    records = names if isinstance(names, Mapping) else {name: {} for name in names}
    content = json.dumps({name: record(**fields) for name, fields in records.items()}).encode()
    return read_catalogue(content, category, "catalogue.json", MODIFIED)


def stats_of(figures: Mapping[str, int | tuple[int, int, int]]) -> dict[str, dict[str, int]]:
    """A statistics answer: a name's day, month and total, or one number for all three."""
    triples = {name: value if isinstance(value, tuple) else (value,) * 3 for name, value in figures.items()}
    return {
        period: {name: triple[at] for name, triple in triples.items()}
        for at, period in enumerate(("day", "month", "total"))
    }


def status_of(
    threads: Mapping[str, int], jobs: Mapping[str, int] | None = None, performance: Mapping[str, float] | None = None
) -> list[dict[str, Any]]:
    """A status answer: a name's worker threads, and perhaps its queue and speed."""
    return [
        {
            "name": name,
            "count": count,
            "jobs": float((jobs or {}).get(name, 0)),
            "queued": 0.0,
            "eta": 0,
            "performance": (performance or {}).get(name, 10.0),
            "type": "image",
        }
        for name, count in threads.items()
    ]


def observation_of(
    stats: Any, status: Any = None, category: MODEL_REFERENCE_CATEGORY = IMAGE, **fields: Any
) -> Observation:
    """An observation from raw answers; by default one worker serves a model of no catalogue."""
    plain = Observation(
        model_type=USAGE[category].model_type,
        status=parse_status(status_of({"served elsewhere": 1}) if status is None else status),
        stats=parse_stats(stats),
        other_type_names=frozenset(),
        status_fetched_at=FETCHED,
        stats_fetched_at=FETCHED,
    )
    return replace(plain, **fields)


def table_of(catalogue: Catalogue, observation: Observation) -> RiskTable:
    """The risk table under the default thresholds."""
    return ModelDeletionRiskInfoFactory.create_default().create_table(catalogue, observation)
