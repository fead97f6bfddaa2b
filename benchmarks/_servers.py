"""Processes and loopback servers of a benchmark. Whoever starts one ends it, by its id, whatever happens."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from urllib.parse import parse_qs, urlsplit

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.demo import ANSWERS, DATA, FILES
from horde_model_reference.settings import ENV_PREFIX

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "benchmarks"
LOG = BUILD / "servers.log"
"""What all servers said, to look up why one did not come up."""
SHARED = ROOT.parent / "shared" / "data"
STATISTICS = "/api/model_references/statistics"

START_SECONDS = 30.0
END_SECONDS = 10.0

CAPTURES: dict[tuple[str, str | None], str] = {
    ("status/models", "image"): "status_models_image_all.json",
    ("status/models", "text"): "status_models_text_all.json",
    ("stats/img/models", None): "stats_img_models_all.json",
    ("stats/text/models", None): "stats_text_models.json",
}


class BenchmarkError(Exception):
    """Something went wrong that makes figures worthless."""


# Where things run


@dataclass(frozen=True)
class Cores:
    """Which cores the server and the load generator are kept on; None: wherever they like."""

    server: frozenset[int] | None
    client: frozenset[int] | None

    @classmethod
    def apart(cls) -> Cores:
        """Return one core for the server and the others for the generator, where there are two or more."""
        if not hasattr(os, "sched_getaffinity"):
            return cls(None, None)
        first, *others = sorted(os.sched_getaffinity(0))
        return cls(frozenset({first}), frozenset(others)) if others else cls(None, None)

    def __str__(self) -> str:
        return "not pinned" if self.server is None else "server and load generator pinned to different cores"


@contextmanager
def pinned(cores: frozenset[int] | None) -> Iterator[None]:
    """Keep this thread on some cores while it starts a process, which inherits them."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    cores: frozenset[int] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process while the block runs; what it says goes to ``LOG``."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as said:
        with pinned(cores):
            process = subprocess.Popen(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process; if it does not want to, then with all that it has started."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_SECONDS)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float | None:
    """Return the processor time that a process has used, where the system tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int | str, field: str = "VmRSS") -> float | None:
    """Return a figure of the memory of a process (``self``: this one) in MB (10^6 bytes); VmHWM is the peak.

    None where the system does not tell.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:")), None)


def workers_of(pid: int) -> list[int]:
    """Return the worker processes of a serving process: itself, or those that it has started."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    except OSError:
        return [pid]
    return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()] or [pid]


# Asking


@dataclass(frozen=True)
class Answer:
    """One answer as it came; the names of its headers in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        return dict(self.headers).get(name, "")


def ask(
    port: int,
    target: str,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30.0,
    host: str = "127.0.0.1",
) -> Answer:
    """Ask a server of this machine for something, over a connection of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", target, headers=dict(headers or {}))
        answer = connection.getresponse()
        named = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Answer(answer.status, named, answer.read())
    finally:
        connection.close()


def wait_for(
    port: int,
    target: str,
    process: subprocess.Popen[bytes],
    seconds: float = START_SECONDS,
    host: str = "127.0.0.1",
) -> Answer:
    """Return the first answer of status 200.

    Raises:
        BenchmarkError: The process ended, or none came in time.
    """
    by = time.monotonic() + seconds
    while time.monotonic() < by and process.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            answer = ask(port, target, host=host)
            if answer.status == 200:
                return answer
        time.sleep(0.02)
    state = "ended" if process.poll() is not None else "gave no answer in time"
    raise BenchmarkError(f"the server {state}: {target}")


# The Horde


class Fault(Enum):
    """How the replayed Horde may fail."""

    SERVER_ERROR = auto()
    CLOSED = auto()
    HANG = auto()


@dataclass(frozen=True)
class Body:
    """A body to send, encoded already."""

    content: bytes
    encoding: str


class ReplayHorde:
    """The Horde's answers on loopback, from this process; a context manager.

    Args:
        delay: Seconds that every answer takes.
        captured: Send the captures of the real server, where they are to be had; else those of the demo.

    Attributes:
        requests: How often each path was asked.
        faults: How often each fault was made.
        misbehave: Says for each request how it is to fail, or that it is not.
        instead: A body to send in place of every answer; None for the answers.
        delay: Seconds that every answer takes.
    """

    def __init__(self, *, delay: float = 0.0, captured: bool = True) -> None:
        captured = captured and all((SHARED / "horde-api" / name).exists() for name in CAPTURES.values())
        folder, names = (SHARED / "horde-api", CAPTURES) if captured else (DATA, ANSWERS)
        self.bodies = {question: (folder / name).read_bytes() for question, name in names.items()}
        self.requests: Counter[str] = Counter()
        self.faults: Counter[Fault] = Counter()
        self.misbehave: Callable[[], Fault | None] = lambda: None
        self.instead: Body | None = None
        self.delay = delay
        self.release = threading.Event()
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """What ``AI_HORDE_URL`` must be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away."""


def _handler(horde: ReplayHorde) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            path = url.path.partition("/v2/")[2]
            kind = parse_qs(url.query).get("type", [None])[0] if path == "status/models" else None
            body = horde.bodies.get((path, kind))
            with horde.lock:
                horde.requests[path] += 1
                fault = horde.misbehave()
                if fault:
                    horde.faults[fault] += 1
            horde.release.wait(horde.delay)
            if fault is Fault.HANG:
                horde.release.wait(5)
            if fault in {Fault.HANG, Fault.CLOSED}:
                self.close_connection = True
                return
            if horde.instead is not None:
                self._send(200, horde.instead.content, horde.instead.encoding)
                return
            status = 404 if body is None else 500 if fault else 200
            self._send(status, b'{"message": "no"}' if body is None or fault else body)

        def _send(self, status: int, body: bytes, encoding: str = "identity") -> None:
            self.send_response(status)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Retry-After", "60")  # The real server sends it with every answer.
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
            """Say nothing."""

    return Handler


# The servers that are compared


@dataclass(frozen=True)
class Served:
    """A server under measurement."""

    process: subprocess.Popen[bytes]
    port: int
    host: str = "127.0.0.1"


def catalogue_files() -> dict[MODEL_REFERENCE_CATEGORY, Path]:
    """Return the catalogues of the two categories that count: the real ones where they are, else the demo's."""
    real = {
        MODEL_REFERENCE_CATEGORY.image_generation: SHARED / "catalogue" / "stable_diffusion.json",
        MODEL_REFERENCE_CATEGORY.text_generation: SHARED / "catalogue" / "models.csv",
    }
    return real if all(path.exists() for path in real.values()) else {name: DATA / FILES[name] for name in real}


def described_inputs() -> str:
    """Say what the catalogues and the Horde's answers are."""
    files = catalogue_files().values()
    catalogues = "the demo's" if any(path.is_relative_to(DATA) for path in files) else "the real ones"
    answers = "captures of the real server" if (SHARED / "horde-api").exists() else "the demo's answers"
    return f"Catalogues: {catalogues}. The Horde: {answers}, on loopback."


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without our settings."""
    return {name: value for name, value in environment.items() if not name.startswith((ENV_PREFIX, "AI_HORDE_URL"))}


def prefixed(settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings as variables of an environment."""
    return {ENV_PREFIX + name: value for name, value in settings.items()}


@contextmanager
def serving(  # noqa: PLR0913 - what an operator chooses
    horde: ReplayHorde,
    *,
    workers: int = 1,
    catalogues: Mapping[MODEL_REFERENCE_CATEGORY, Path] | None = None,
    cores: frozenset[int] | None = None,
    environment: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
    port: int | None = None,
) -> Iterator[Served]:
    """Run our service as an operator would: ``serve``, with background refresh.

    Args:
        horde: The Horde that it asks.
        workers: Its processes.
        catalogues: The files of its categories; by default :func:`catalogue_files`.
        cores: The processor cores that it is kept on.
        environment: Variables of its environment besides; see :func:`prefixed`.
        host: The loopback address that it listens on.
        port: The port; by default a free one.
    """
    port = port or free_port()
    with TemporaryDirectory(prefix="benchmark-") as data_dir:
        files = dict.fromkeys(MODEL_REFERENCE_CATEGORY, DATA / "empty.json") | dict(catalogues or catalogue_files())
        env = without_ours(os.environ) | {
            **{f"{ENV_PREFIX}SOURCES__{category.value.upper()}": str(path) for category, path in files.items()},
            f"{ENV_PREFIX}DATA_DIR": data_dir,
            "AI_HORDE_URL": horde.url,
            **(environment or {}),
        }
        command = [sys.executable, "-m", "horde_model_reference", "serve", "--host", host, "--port", str(port)]
        with running([*command, "--workers", str(workers)], env=env, cores=cores) as process:
            yield Served(process, port, host)


ADDED_BY_UVICORN = ("date", "server", "connection", "transfer-encoding")


@contextmanager
def serving_bare(answer: Answer, *, cores: frozenset[int] | None = None) -> Iterator[Served]:
    """Run an app that sends one answer, headers and all, and does nothing else, under the same server."""
    port = free_port()
    headers = [(name, value) for name, value in answer.headers if name not in ADDED_BY_UVICORN]
    with TemporaryDirectory(prefix="benchmark-") as folder:
        (Path(folder) / "head.json").write_text(json.dumps({"status": answer.status, "headers": headers}), "utf-8")
        (Path(folder) / "body").write_bytes(answer.body)
        command = [sys.executable, "-m", "uvicorn", "benchmarks._bare_app:app", "--port", str(port)]
        settings = ["--no-access-log", "--log-level", "warning", "--lifespan", "off"]
        env = dict(os.environ) | {"BENCHMARK_ANSWER": folder}
        with running([*command, *settings], env=env, cores=cores) as process:
            wait_until_listening(port, process)
            yield Served(process, port)


def wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something takes connections.

    Raises:
        BenchmarkError: The process ended, or nothing did in time.
    """
    by = time.monotonic() + START_SECONDS
    while time.monotonic() < by and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise BenchmarkError(f"nothing listens on port {port}")
