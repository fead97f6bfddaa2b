"""The Horde's list of workers: the names of those that serve each model, as the Horde publishes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.horde_api_routes import HordeRoute

Workers = Mapping[str, tuple[str, ...]]
"""The names of the workers that serve each model, sorted, by the model's API name."""


def workers_route(model_type: HordeModelType) -> HordeRoute:
    """Return the route that lists the workers of a type of model."""
    return HordeRoute("workers", (("type", model_type.value),))


def parse_workers(raw: Any) -> Workers | None:
    """Return the workers of each model; None where the answer is no list of workers.

    Workers in maintenance serve nothing; entries that make no sense are left out.
    """
    if not isinstance(raw, list):
        return None
    serving: dict[str, set[str]] = {}
    for worker, model in _served(raw):
        serving.setdefault(model, set()).add(worker)
    return {model: tuple(sorted(workers)) for model, workers in serving.items()}


def _served(raw: list[Any]) -> Iterator[tuple[str, str]]:
    for entry in raw:
        match entry:
            case {"maintenance_mode": True}:
                continue
            case {"name": str(worker), "models": list(models)}:
                yield from ((worker, model) for model in models if isinstance(model, str))
            case _:
                continue
