"""Metrics for operators, in Prometheus' format."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from horde_model_reference.categories import HordeModelType
from horde_model_reference.engine import Engine
from horde_model_reference.events import Event, FetchDone
from horde_model_reference.integrations.attribution import OUTCOMES
from horde_model_reference.integrations.horde_api_routes import stats_kind, status_kind
from horde_model_reference.service.tables import CurrentTables

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "horde_model_reference"
MULTIPROCESS_DIR = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

HAND_ON_SECONDS = 1.0
"""How long hits are counted here before they are handed on to the counter."""


class Hits:
    """Counts requests that were answered from memory, and hands their number on once a second.

    A hit takes a few microseconds, of which a counter with a lock would take a large part; its duration says nothing.

    Args:
        counter: The counter's child for one route and status.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._held = 0

    def add(self) -> None:
        """Count one; called in a running event loop."""
        if not self._held:
            asyncio.get_running_loop().call_later(HAND_ON_SECONDS, self.hand_on)
        self._held += 1

    def hand_on(self) -> None:
        """Add the held count to the counter."""
        held, self._held = self._held, 0
        self._counter.inc(held)


class Instruments:
    """The counters and histograms of one process; with several workers, the scrape adds them up."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Histogram(
            f"{PREFIX}_request_seconds",
            "Requests that were not answered from memory, by route and status, with their duration.",
            ["route", "status"],
            buckets=BUCKETS,
            registry=registry,
        )
        self.hits = Counter(
            f"{PREFIX}_hits",
            "Requests that were answered from memory, by route and status.",
            ["route", "status"],
            registry=registry,
        )
        self.fetches = Histogram(
            f"{PREFIX}_fetch_seconds",
            "Fetches of the Horde by route and outcome, with their duration.",
            ["route", "outcome"],
            buckets=BUCKETS,
            registry=registry,
        )
        self.computations = Histogram(
            f"{PREFIX}_table_computation_seconds",
            "Risk tables made, with the duration.",
            ["category"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._held: dict[tuple[str, int], Hits] = {}

    def hit(self, route: str, status: int) -> Callable[[], None]:
        """Return the function that counts a request answered from memory."""
        if (route, status) not in self._held:
            self._held[route, status] = Hits(self.hits.labels(route, str(status)))
        return self._held[route, status].add

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request that the framework answered."""
        self.requests.labels(route, str(status)).observe(seconds)

    def listen(self, event: Event) -> None:
        """Count an event of the engine."""
        if isinstance(event, FetchDone):
            self.fetches.labels(event.route, event.outcome).observe(event.seconds)
        else:
            self.computations.labels(event.category).observe(event.seconds)

    def exposition(self, engine: Engine, tables: CurrentTables) -> bytes:
        """Return all figures as text; the counted ones of all workers, where they share a folder.

        Of the other workers, hits of the last second may be missing.
        """
        for hits in self._held.values():
            hits.hand_on()
        registry = CollectorRegistry()
        registry.register(_State(engine, tables))
        if os.environ.get(MULTIPROCESS_DIR):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        return generate_latest(self.registry) + generate_latest(registry)


class _State(Collector):
    """Figures read off the parts when somebody asks: those of the process that answers the scrape."""

    def __init__(self, engine: Engine, tables: CurrentTables) -> None:
        self._engine = engine
        self._tables = tables

    def collect(self) -> Iterator[Metric]:
        """Return the figures."""
        age = _gauge("table_age_seconds", "Age of the observation last answered from.", "category")
        stale = _gauge("table_stale", "1 where the newest refresh failed, or nothing usable is left.", "category")
        share = _gauge("attribution_ratio", "Share of the month's requests by outcome.", "category", "outcome")
        usable = self._tables.usable()
        for category, served in self._tables.latest().items():
            data, month = served.table.data_as_of, served.table.totals["month"]
            age.add_metric([category.value], self._tables.age(served))
            stale.add_metric([category.value], float(data.stale or category not in usable))
            for outcome in OUTCOMES if month.reported else ():
                share.add_metric([category.value, outcome], getattr(month, outcome) / month.reported)
        breakers = _gauge("breaker_open", "1 where a route of the Horde is left alone.", "route")
        known = self._engine.horde.client.open_breakers()
        kinds = (make(model_type) for make in (status_kind, stats_kind) for model_type in HordeModelType)
        for route in (str(kind.route) for kind in kinds):
            breakers.add_metric([route], float(known.get(route, False)))
        yield from (age, stale, share, breakers)


def _gauge(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", help_text, labels=labels)
