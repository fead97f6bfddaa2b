"""The Horde's routes, answering from a world, with the faults that the real ones have."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import httpx

from horde_model_reference.clock import Clock
from tests.simulation.world import Compile, World
from tests.support.builders import status_of

PERIODS = ("day", "month", "total")
Body = Any


def _without_some_names(rng: Random, body: Body) -> Body:
    """Drop names from a map: sometimes two, sometimes many."""
    period, names = rng.choice(PERIODS), list(body["day"])
    gone = rng.sample(names, min(len(names), rng.choice((1, 2, len(names) // 2))))
    return body | {period: {name: figure for name, figure in body[period].items() if name not in gone}}


def _contradictory(rng: Random, body: Body) -> Body:
    name = rng.choice(list(body["day"]))
    return body | {"day": body["day"] | {name: body["month"][name] + rng.randint(1, 99)}}


def _senseless(rng: Random, body: Body) -> Body:
    period, name = rng.choice(PERIODS), rng.choice(list(body["day"]))
    return body | {period: body[period] | {name: rng.choice((-1, "7", None, 1.5))}}


def _shrunk(rng: Random, body: Body) -> Body:
    kept = set(rng.sample(list(body["day"]), len(body["day"]) // 2))
    return {period: {name: figures[name] for name in figures if name in kept} for period, figures in body.items()}


@dataclass(frozen=True)
class Fault:
    """One way in which an answer goes wrong.

    Attributes:
        change: Makes the answer from the right one.
        status: The HTTP status.
        headers: Headers besides the ordinary ones.
    """

    change: Callable[[Random, Body], Body] = lambda _, body: body
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


FAILURES = (
    Fault(lambda *_: {"message": "Something went wrong."}, 500),
    Fault(lambda *_: {"message": "90 per 1 minute"}, 429, (("Retry-After", "30"),)),
    Fault(lambda *_: b"<!doctype html><title>404 Not Found</title>", 404),
    Fault(lambda *_: b'{"day": {"cut'),
)
STATS_FAULTS = (
    Fault(lambda *_: {period: {} for period in PERIODS}),
    Fault(lambda rng, body: {period: body[period] for period in rng.sample(PERIODS, rng.randint(0, 2))}),
    Fault(lambda rng, body: body | {rng.choice(PERIODS): {}}),
    Fault(_without_some_names),
    Fault(_contradictory),
    Fault(_senseless),
)
SHRUNK = Fault(_shrunk)
"""Half of the names are gone, which only a program that saw them can tell."""
STATUS_FAULTS = (
    Fault(lambda *_: []),
    Fault(lambda _, body: [{"name": entry["name"], "count": entry["count"]} for entry in body]),
    Fault(lambda rng, body: [*body, *rng.sample(body, min(2, len(body)))]),
)


@dataclass
class SimulatedHorde:
    """The routes as a transport for httpx.

    Attributes:
        world: The truth.
        clock: The wall time at which the program under test fetches.
        rng: Chooses what of an answer goes wrong.
        compiled: The statistics in force.
        faults: What goes wrong at the moment, by route.
        fetched: The statistics in force when the program fetched, by its wall time.
        served: The worker threads then, likewise.
    """

    world: World
    clock: Clock
    rng: Random
    compiled: Compile
    faults: dict[str, Fault] = field(default_factory=dict)
    fetched: dict[datetime, Compile] = field(default_factory=dict)
    served: dict[datetime, dict[str, int]] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        route, kind = request.url.path.partition("/v2/")[2], request.url.params.get("type")
        own = ("text" if self.world.is_text else "image") == kind
        fault = self.faults.get(route if kind is None or own else "", Fault())
        right = self._stats() if route.startswith("stats") else self._status() if own else status_of({"elsewhere": 1})
        body = fault.change(self.rng, right)
        content = body if isinstance(body, bytes) else self._shuffled(body)
        return httpx.Response(fault.status, content=content, headers=[*fault.headers, ("Retry-After", "1")])

    def _stats(self) -> Body:
        self.fetched[self.clock.now()] = self.compiled
        return {
            period: {name: figures[at] for name, figures in self.compiled.figures.items()}
            for at, period in enumerate(PERIODS)
        }

    def _status(self) -> Body:
        threads = self.world.threads()
        self.served[self.clock.now()] = threads
        return status_of(threads | {"served elsewhere": 1})

    def _shuffled(self, body: Body) -> bytes:
        if isinstance(body, dict):
            keys = self.rng.sample(list(body), len(body))
            return json.dumps({key: body[key] for key in keys}).encode()
        return json.dumps(self.rng.sample(body, len(body))).encode()
