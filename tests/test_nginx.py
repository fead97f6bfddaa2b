"""nginx in front of the service, with the configuration of ``examples/nginx`` (docs/how-to/run-behind-nginx.md)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import httpx
import pytest

from horde_model_reference.settings import ENV_PREFIX
from tests.support.nginx import Nginx, program
from tests.support.service import IMAGE_RISK, TEXT_RISK
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.nginx
STATUS = "X-Cache-Status"
LASTS_SECONDS = "3"
"""How long an answer lasts at most: whole seconds are left of it, so less would often be none."""


class Service:
    """The sample, served by a process that can be ended and started again on the same port."""

    def __init__(self) -> None:
        with create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    def start(self) -> None:
        """Serve, and return when the address is told."""
        command = [sys.executable, "-m", "horde_model_reference", "serve", "--demo", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE)
        assert self._process.stderr is not None
        assert self._process.stderr.readline().startswith(b"Serving on")

    def end(self) -> None:
        """Send SIGTERM, and wait for the end."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=PATIENCE)


@contextmanager
def behind_nginx(folder: Path) -> Iterator[tuple[Service, httpx.Client]]:
    """Serve the sample behind nginx."""
    if program() is None:
        reason = "nginx is not installed, so no cache in front of the service is tested"
        (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(reason)
    service = Service()
    service.start()
    try:
        with (
            Nginx(folder, [f"127.0.0.1:{service.port}"]) as nginx,
            httpx.Client(base_url=nginx.url, timeout=PATIENCE, headers={"Accept-Encoding": "identity"}) as client,
        ):
            yield service, client
    finally:
        service.end()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of nginx in front of the sample, whose answers outlast the tests."""
    with behind_nginx(tmp_path_factory.mktemp("nginx")) as (_, client):
        yield client


@pytest.fixture
def short_lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, httpx.Client]]:
    """The sample and a client of nginx in front of it; answers last some seconds."""
    monkeypatch.setenv(f"{ENV_PREFIX}CACHE_TTL_SECONDS", LASTS_SECONDS)
    with behind_nginx(tmp_path) as served:
        yield served


def test_an_answer_is_kept_as_it_is(lasting: httpx.Client) -> None:
    first, second = lasting.get(IMAGE_RISK), lasting.get(IMAGE_RISK)
    assert (first.headers[STATUS], second.headers[STATUS]) == ("MISS", "HIT")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    for name in ("ETag", "Cache-Control", "Vary", "Content-Type", "Content-Security-Policy"):
        assert first.headers[name] == second.headers[name]


def test_each_encoding_is_kept_apart(lasting: httpx.Client) -> None:
    """``Vary: Accept-Encoding``: nobody gets bytes in an encoding that was not asked for."""
    for status in ("MISS", "HIT"):
        answers = {
            wanted: lasting.get(f"{TEXT_RISK}?limit=20", headers={"Accept-Encoding": wanted})
            for wanted in ("identity", "gzip", "zstd")
        }
        assert {answer.headers[STATUS] for answer in answers.values()} == {status}
        for wanted, answer in answers.items():
            assert answer.headers.get("Content-Encoding", "identity") == wanted
            assert answer.headers["Vary"] == "Accept-Encoding"
        assert len({answer.headers["ETag"] for answer in answers.values()}) == 3


def test_what_a_client_holds_already_is_not_sent_again(lasting: httpx.Client) -> None:
    tags = {
        wanted: lasting.get(TEXT_RISK, headers={"Accept-Encoding": wanted}).headers["ETag"]
        for wanted in ("identity", "gzip")
    }
    for wanted, tag, status in (
        ("identity", tags["identity"], 304),
        ("gzip", tags["gzip"], 304),
        ("identity", tags["gzip"], 200),
        ("identity", '"another"', 200),
    ):
        answer = lasting.get(TEXT_RISK, headers={"Accept-Encoding": wanted, "If-None-Match": tag})
        assert (answer.status_code, answer.headers[STATUS]) == (status, "HIT")
        assert bool(answer.content) == (status == 200)
        assert answer.headers["ETag"] == tags[wanted]


@pytest.mark.parametrize(
    ("path", "status"),
    [("?preset=unheard_of", 400), ("?limit=0", 422), ("/No Such Model", 404)],
)
def test_problems_are_passed_on_and_not_kept(lasting: httpx.Client, path: str, status: int) -> None:
    for _ in range(2):
        answer = lasting.get(IMAGE_RISK + path)
        assert (answer.status_code, answer.headers[STATUS]) == (status, "MISS")
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_answers_outlive_a_restart(short_lived: tuple[Service, httpx.Client]) -> None:
    """While the service is away, answers that are no longer fresh are sent all the same; afterwards, fresh ones."""
    service, client = short_lived

    def kept() -> httpx.Response | None:
        answer = client.get(IMAGE_RISK)
        assert answer.status_code == 200
        return answer if answer.headers[STATUS] == "HIT" else None

    fresh = await eventually(kept)
    service.end()

    def sent_stale() -> httpx.Response | None:
        answer = client.get(IMAGE_RISK)
        assert (answer.status_code, answer.content) == (200, fresh.content)
        return answer if answer.headers[STATUS] in {"STALE", "UPDATING"} else None

    await eventually(sent_stale)
    assert client.get(TEXT_RISK).status_code == 502, "nothing is held of it"
    service.start()
    await eventually(kept)
    assert client.get(TEXT_RISK).status_code == 200
