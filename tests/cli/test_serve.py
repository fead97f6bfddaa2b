"""``serve``: the service as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from horde_model_reference.setting_groups import Sources
from horde_model_reference.settings import ENV_PREFIX
from tests.support.command_line import Cli, assert_refused
from tests.support.service import IMAGE_RISK, TEXT_RISK
from tests.support.waiting import PATIENCE

TEXT_PLAN = "/api/model_references/v2/text_generation/deletion-plan"


def _loopback() -> str:
    """The address of this machine that is harder to write, where there is one."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return "::1"
    except OSError:
        return "127.0.0.1"


LOOPBACK = _loopback()
NOWHERE = ("--host", "192.0.2.1")
"""Where no test can listen, so that none serves by mistake."""


@dataclass
class Served:
    """A process that serves."""

    process: asyncio.subprocess.Process
    url: str

    async def end(self, number: signal.Signals) -> tuple[int | None, str]:
        """Send a signal, and return the exit code and what was said after the address."""
        self.process.send_signal(number)
        _, err = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        return self.process.returncode, err.decode()


@asynccontextmanager
async def served(*options: str, port: str = "0", before: tuple[str, ...] = ()) -> AsyncIterator[Served]:
    """Serve on a free port until the block ends; ``before`` is a command that runs the rest."""
    process = await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", "horde_model_reference", "serve", "--port", port, *options),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        said = (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
        assert said.startswith("Serving on http://"), said
        yield Served(process, said.split()[2].removesuffix("/"))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers too
        await asyncio.wait_for(process.communicate(), PATIENCE)


@pytest.mark.parametrize(
    ("options", "number", "codes"),
    [
        (["--host", LOOPBACK], signal.SIGINT, {0, 130, -signal.SIGINT}),
        ([], signal.SIGTERM, {0}),
        (["--workers", "2"], signal.SIGTERM, {0}),
    ],
    ids=["one process, Ctrl-C", "one process", "two workers"],
)
async def test_the_sample_is_served_until_a_signal_ends_it(
    options: list[str], number: signal.Signals, codes: set[int]
) -> None:
    async with served("--demo", *options) as service:
        # The socket listens before the address is told, so a request waits instead of being refused.
        async with httpx.AsyncClient(base_url=service.url, timeout=PATIENCE) as client:
            assert (await client.get("/api/heartbeat")).json()["status"] == "ok"
            for url, count in ((IMAGE_RISK, 48), (TEXT_RISK, 68)):
                answer = await client.get(url)
                assert answer.status_code == 200, answer.text
                assert answer.json()["total_count"] == count
        code, said = await service.end(number)
    assert code in codes
    assert "Traceback" not in said


async def test_plans_end_with_the_service() -> None:
    """They have a process of their own, which says nothing and outlives nobody."""
    async with served("--demo") as service:
        async with httpx.AsyncClient(base_url=service.url, timeout=PATIENCE) as client:
            plan = await client.post(TEXT_PLAN, json={})
            assert plan.status_code == 200, plan.text
            assert len(plan.json()["verdicts"]) == 68
        code, said = await service.end(signal.SIGTERM)
    assert (code, said) == (0, "")


async def test_a_client_that_never_reads_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}REQUEST_DEADLINE_SECONDS", "1")
    monkeypatch.setenv("AI_HORDE_URL", "http://127.0.0.1:9/")
    for source in Sources.model_fields:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{source.upper()}", "none")
    async with served() as service:
        host, _, port = service.url.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port))) as client:
            # Answers pile up until neither side's buffers take more.
            client.sendall(b"GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
            client.recv(1)
            code, _ = await service.end(signal.SIGTERM)
    assert code == 0


def metrics_folders(folder: Path) -> list[Path]:
    """The folders in which workers count."""
    return list(folder.glob("horde-model-reference-127.0.0.1-*"))


async def test_workers_end_with_their_parent_and_a_restart_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Issued again at once, on the same port; the folder of the metrics that was left is removed."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with served("--demo", "--workers", "2") as service:
        port = service.url.rpartition(":")[2]
        (left,) = metrics_folders(tmp_path)
        service.process.kill()
        await service.process.wait()
        async with served("--demo", "--workers", "2", port=port) as again:
            async with httpx.AsyncClient(base_url=again.url, timeout=PATIENCE) as client:
                assert (await client.get("/api/heartbeat")).status_code == 200
            assert left not in metrics_folders(tmp_path)
            code, _ = await again.end(signal.SIGTERM)
        assert code == 0
        assert service.process.stderr is not None
        # The workers hold its other end until they have ended.
        await asyncio.wait_for(service.process.stderr.read(), PATIENCE)
    assert not metrics_folders(tmp_path)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_service_that_cannot_start_says_so_in_one_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent.pem")
    run = cli("serve", "--port", "0", "--workers", workers)
    assert_refused(run, 1, "SSL_CERT_FILE: ", "No such file")
    assert "Serving" not in run.err


async def test_other_hosts_are_misdirected() -> None:
    """Design, section 14; cached responses too, in every worker."""
    async with served("--demo", "--workers", "2") as service, httpx.AsyncClient(timeout=PATIENCE) as client:
        for host, status in (("evil.example", 421), ("localhost", 200), ("[::1]:80", 200), ("127.0.0.1:1", 200)) * 2:
            for path in ("/api/heartbeat", IMAGE_RISK):
                assert (await client.get(service.url + path, headers={"Host": host})).status_code == status


def test_an_empty_host_is_refused(cli: Cli) -> None:
    """It would mean every address."""
    assert_refused(cli("serve", "--demo", "--host", ""), 1, "No host", "127.0.0.1")


async def test_silent_connections_beyond_the_open_files_keep_nobody_out() -> None:
    """Design, section 14: connections are bounded, by the limit on open files too, and silent ones make room."""
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(
            served("--demo", before=("sh", "-c", 'ulimit -n 300; exec "$@"', "sh"))
        )
        host, _, port = service.url.removeprefix("http://").rpartition(":")
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=service.url, timeout=PATIENCE))
        for at in range(500):
            _, writer = await asyncio.open_connection(host, int(port))
            stack.callback(writer.close)
            if at % 10 == 0:  # An answer says that all before are accepted: a full backlog drops the next ones.
                assert (await client.get("/api/heartbeat", headers={"Connection": "close"})).status_code == 200
        for url in ("/api/heartbeat", IMAGE_RISK, "/api/readiness"):
            assert (await client.get(url, headers={"Connection": "close"})).status_code == 200
        code, said = await service.end(signal.SIGTERM)
    assert code == 0
    assert "open files" not in said


def test_a_port_that_is_taken_is_told(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert_refused(cli("serve", "--port", port, "--demo"), 1, port, "in use", "--port")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "\x1b[31m::", "ü" * 80])
def test_an_address_that_cannot_be_had_is_told(cli: Cli, host: str) -> None:
    assert_refused(cli("serve", "--demo", "--port", "0", "--host", host), 1, "Cannot listen", "--host")


@pytest.mark.parametrize(
    "url",
    ["nonsense", "redis://x:hunter2@127.0.0.1:port/0", "redis://x:hunter2@127.0.0.1/0?no_such_parameter=1"],
)
@pytest.mark.parametrize("demo", [[], ["--demo"]])
def test_a_bad_address_of_redis_is_told_before_it_serves(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, url: str, demo: list[str]
) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}REDIS__USE_REDIS", "true")
    monkeypatch.setenv(f"{ENV_PREFIX}REDIS__URL", url)
    run = cli("serve", *NOWHERE, *demo)
    assert_refused(run, 1, f"{ENV_PREFIX}REDIS__URL: ", "no address")
    assert "hunter2" not in run.err


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "no address"),
        ("postgresql://u:hunter2@h:port/d", "no address"),
        ("postgresql://u:hunter2@h/d?sslmode=require", "no parameter sslmode"),
    ],
)
def test_a_bad_address_of_the_history_is_told_before_it_serves(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}HISTORY__URL", url)
    run = cli("serve", *NOWHERE)
    assert_refused(run, 1, f"{ENV_PREFIX}HISTORY__URL: ", reason)
    assert "hunter2" not in run.err


@pytest.mark.parametrize(
    ("package", "variables"),
    [
        ("redis", {"REDIS__USE_REDIS": "true"}),
        ("asyncpg", {"HISTORY__URL": "postgresql://u:hunter2@h/d"}),
    ],
)
def test_a_client_that_is_not_installed_is_told_before_it_serves(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, package: str, variables: dict[str, str]
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == package or "redis_sharing" in name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    for name, text in variables.items():
        monkeypatch.setenv(ENV_PREFIX + name, text)
    (name,) = variables
    assert_refused(cli("serve", *NOWHERE), 1, f"{ENV_PREFIX}{name}: ", "not installed", f"pip install {package}")


def test_the_demo_and_a_history_that_is_off_need_no_database(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}HISTORY__URL", "postgresql://h:port/d")
    assert_refused(cli("serve", *NOWHERE, "--demo"), 1, "Cannot listen")
    monkeypatch.setenv(f"{ENV_PREFIX}HISTORY__ENABLED", "false")
    assert_refused(cli("serve", *NOWHERE), 1, "Cannot listen")


WATCH = """
import sys
from horde_model_reference.cli import main
sys.argv[1:] = ["serve", "--host", "192.0.2.1"]
try:
    main()
finally:
    print(sorted({"sqlalchemy", "redis", "asyncpg"} & sys.modules.keys()))
"""


def test_no_client_is_imported_that_no_setting_asks_for() -> None:
    watched = subprocess.run([sys.executable, "-c", WATCH], check=False, capture_output=True, text=True)
    assert "Cannot listen" in watched.stderr
    assert watched.stdout == "[]\n"


@pytest.mark.parametrize("demo", [[], ["--demo"]])
def test_a_policy_that_is_none_is_told_before_it_serves(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, demo: list[str]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[limits]\nmax_models = -1\n", encoding="utf-8")
    monkeypatch.setenv(f"{ENV_PREFIX}POLICY", str(policy))
    assert_refused(cli("serve", *NOWHERE, *demo), 1, f"{ENV_PREFIX}POLICY: ", "limits.max_models")
