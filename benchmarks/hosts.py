"""Three hosts behind nginx, with Redis and PostgreSQL: one is killed, one is cut off from Redis."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tests.support.nginx import Nginx, program
from tests.support.postgres import binaries, postgres_server

from benchmarks._report import Section, SkippedError, Table
from benchmarks._servers import (
    ReplayHorde,
    Served,
    ask,
    described_inputs,
    free_port,
    memory_mb,
    prefixed,
    serving,
    wait_for,
)
from benchmarks.soak import Client, Mix, Redis, Seen, latencies, listed
from benchmarks.throughput import IMAGE, TEXT

ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
KILLED, CUT_OFF = 1, 2
"""Places of the hosts that fail, in ``ADDRESSES``."""
READS_A_SECOND = 100.0
LOOK_SECONDS = 0.25
INTERVAL_SECONDS = 24.0
MOST_INTERVALS = 2.0

SETTINGS: Mapping[str, str] = {
    "CACHE_HYDRATION_INTERVAL_SECONDS": f"{INTERVAL_SECONDS:g}",
    "DELETION_RISK_CACHE_TTL": "30",
    "HORDE_API_CACHE_TTL": "6",
    "CACHE_TTL_SECONDS": "6",
    "HISTORY__COLLECT_INTERVAL_SECONDS": "60",
    "REDIS__USE_REDIS": "true",
    "REDIS__KEY_PREFIX": "hosts",
}
"""The defaults, ten times as quick. The pauses after a failure of Redis stay, and would weigh too much beside less."""


class Cable:
    """A TCP connection to a server of this machine, through which nothing passes while it is cut; a context manager.

    Args:
        port: The server's.
    """

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self._server = port
        self._flowing = threading.Event()
        self._flowing.set()
        self._ends: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.mend()
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut(self) -> None:
        """Let nothing pass; nobody is told."""
        self._flowing.clear()

    def mend(self) -> None:
        """Let everything pass again, also what waits."""
        self._flowing.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._ends += [client, server]
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@dataclass
class Hosts:
    """The three services.

    Attributes:
        environments: The variables of each.
        horde: The Horde that all ask.
        served: The processes, by address.
    """

    environments: Mapping[str, Mapping[str, str]]
    horde: ReplayHorde
    served: dict[str, Served] = field(default_factory=dict)
    _lives: dict[str, ExitStack] = field(default_factory=dict)

    def start(self, address: str, port: int | None = None) -> None:
        """Start one, and wait until it is ready."""
        life = ExitStack()
        ours = life.enter_context(serving(self.horde, environment=self.environments[address], host=address, port=port))
        self._lives[address], self.served[address] = life, ours
        wait_for(ours.port, "/api/readiness", ours.process, host=address)

    def kill(self, address: str) -> None:
        """Kill one, as a power cut would."""
        self.served[address].process.kill()
        self._lives.pop(address).close()

    def stop(self) -> None:
        """End all."""
        for life in self._lives.values():
            life.close()

    def observations(self) -> list[tuple[str, ...]]:
        """Return the times of the reports that each host answers from now."""
        answers = [ask(one.port, f"{path}?limit=1", host=one.host) for one in self.served.values() for path in _PATHS]
        times = [tuple(json.loads(answer.body)["data_as_of"][key] for key in _TIMES) for answer in answers]
        return [sum(times[at : at + len(_PATHS)], ()) for at in range(0, len(times), len(_PATHS))]

    def sharing(self) -> set[str]:
        """Return the states of sharing that the hosts tell of."""
        return {
            json.loads(ask(one.port, "/api/heartbeat", host=one.host).body)["sharing"] for one in self.served.values()
        }


_PATHS, _TIMES = (IMAGE, TEXT), ("status_fetched_at", "stats_fetched_at")


@dataclass(frozen=True)
class Outcome:
    """What the run saw.

    Attributes:
        seconds: How long clients asked.
        seen: Their answers.
        together_after: Seconds from the end of each trouble until all hosts answered from one observation.
        horde_requests: Requests to the Horde meanwhile.
        states_while_cut: The states of sharing while one host was cut off.
        resident_mb: Resident memory of each host at the end.
    """

    seconds: float
    seen: Seen
    together_after: Mapping[str, float]
    horde_requests: int
    states_while_cut: set[str]
    resident_mb: Sequence[float]


def run(*, minutes: float) -> Section:
    """Run three hosts for some minutes.

    Raises:
        SkippedError: Something it needs is not there.
    """
    if find_spec("redis") is None or find_spec("asyncpg") is None:
        raise SkippedError("the clients of Redis and PostgreSQL are not installed (pip install -e '.[redis,postgres]')")
    programs = binaries()
    if program() is None or programs is None:
        raise SkippedError("nginx or PostgreSQL is not installed (apt-get install nginx-light postgresql)")
    section = Section("Three hosts behind nginx")
    with ExitStack() as stack:
        redis, horde = stack.enter_context(Redis()), stack.enter_context(ReplayHorde())
        database = stack.enter_context(postgres_server(programs))
        cable = stack.enter_context(Cable(redis.port))
        ports = dict.fromkeys(ADDRESSES, redis.port) | {ADDRESSES[CUT_OFF]: cable.port}
        hosts = Hosts({address: _environment(port, database) for address, port in ports.items()}, horde)
        stack.callback(hosts.stop)
        for address in ADDRESSES:
            hosts.start(address)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmark-")))
        upstreams = [f"{one.host}:{one.port}" for one in hosts.served.values()]
        nginx = stack.enter_context(Nginx(folder, upstreams))
        outcome = asyncio.run(_through_trouble(hosts, cable, nginx.port, minutes * 60))
    return _report(section, outcome)


def _environment(redis_port: int, database: str) -> dict[str, str]:
    own = {"REDIS__URL": f"redis://127.0.0.1:{redis_port}/0", "HISTORY__URL": database}
    return prefixed(dict(SETTINGS) | own)


async def _through_trouble(hosts: Hosts, cable: Cable, port: int, seconds: float) -> Outcome:
    """Ask all the time; kill a host and start it again, cut another one off and join it again."""
    client, before = Client(port, Mix()), hosts.horde.requests.total()
    asking = asyncio.create_task(client.ask_for(seconds, READS_A_SECOND))
    calm, killed = seconds / 6, ADDRESSES[KILLED]
    together_after = {"all were started": await asyncio.to_thread(_together, hosts)}
    await asyncio.sleep(calm)
    place = hosts.served[killed].port
    await asyncio.to_thread(hosts.kill, killed)
    await asyncio.sleep(calm)
    await asyncio.to_thread(hosts.start, killed, place)
    together_after["the killed one was ready again"] = await asyncio.to_thread(_together, hosts)
    cable.cut()
    await asyncio.sleep(max(calm, INTERVAL_SECONDS))
    states = await asyncio.to_thread(hosts.sharing)
    cable.mend()
    together_after["the cut-off one reached Redis again"] = await asyncio.to_thread(_together, hosts)
    seen = await asking
    resident = [memory_mb(one.process.pid) or 0.0 for one in hosts.served.values()]
    return Outcome(seconds, seen, together_after, hosts.horde.requests.total() - before, states, resident)


def _together(hosts: Hosts) -> float:
    """Return the seconds until all hosts answer from the same reports; infinite where that takes too long."""
    started = time.perf_counter()
    while (took := time.perf_counter() - started) < 5 * INTERVAL_SECONDS:
        if len(set(hosts.observations())) == 1:
            return took
        time.sleep(LOOK_SECONDS)
    return float("inf")


def _report(section: Section, outcome: Outcome) -> Section:
    seen, most = outcome.seen, MOST_INTERVALS * INTERVAL_SECONDS
    server_errors = sum(count for status, count in seen.statuses.items() if status >= 500)
    checks = [
        ("no 5xx", f"{server_errors} of {seen.answers:,}", server_errors == 0),
        ("no other wrong answer, no broken connection", listed(seen.wrong), not seen.wrong),
        ("the cut-off host knew it", ", ".join(sorted(outcome.states_while_cut)), "alone" in outcome.states_while_cut),
        *(
            (f"one observation within two intervals after {event}", f"{took:.1f} s of {most:g} s", took <= most)
            for event, took in outcome.together_after.items()
        ),
    ]
    section.add(
        f"{described_inputs()} Three services of one worker on {', '.join(ADDRESSES)}, one Redis, one PostgreSQL, and "
        f"nginx with the configuration of `examples/nginx` in front; {READS_A_SECOND:g} requests a second of the "
        f"soak's mix by the clock, for {outcome.seconds / 60:g} minutes. Times of the service are a tenth of the "
        f"defaults: observations are renewed every {INTERVAL_SECONDS:g} s. {ADDRESSES[KILLED]} is killed and started "
        f"again; then nothing passes between {ADDRESSES[CUT_OFF]} and Redis for a while.",
        Table(("goal", "seen", "verdict"), [[what, how, section.check(what, met=met)] for what, how, met in checks]),
        Table(
            ("what", "seen"),
            [
                ["answers by status", listed({str(status): count for status, count in sorted(seen.statuses.items())})],
                ["latency from when due", latencies(seen.seconds)],
                ["requests to the Horde", f"{outcome.horde_requests:,}"],
                ["resident memory of a host", f"at most {max(outcome.resident_mb):.0f} MB"],
            ],
        ),
    )
    return section
