"""The test floor: no network but loopback, no environment of the user's, real data where it is present."""

from __future__ import annotations

import os
import socket
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.waiting import PATIENCE

if "PYTEST_XDIST_WORKER" in os.environ:  # Before Polars is imported: the processes share the cores.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

from horde_model_reference.settings import ENV_PREFIX

settings.register_profile(
    "default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")

PATIENT = dict.fromkeys(
    ("REQUEST_DEADLINE_SECONDS", "REFRESH_PATIENCE_SECONDS", "HORDE_API_TIMEOUT", "REDIS__TIMEOUT_SECONDS"),
    str(PATIENCE),
)
"""Settings of limits, in seconds, that no test reaches unless it says so."""
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


_numbers = count()


@pytest.fixture
def own_data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a test's data would be: in its folder, if it has one; most tests write nothing, and get none made."""
    has_folder = "tmp_path" in request.fixturenames
    folder = request.getfixturevalue("tmp_path") if has_folder else tmp_path_factory.getbasetemp() / f"{next(_numbers)}"
    return Path(folder, "data")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, own_data: Path) -> None:
    """No setting of the machine's reaches a test, and nothing is written outside its folder."""
    for name in os.environ:
        if name.startswith(ENV_PREFIX) or name == "AI_HORDE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv(f"{ENV_PREFIX}DATA_DIR", str(own_data))
    for unread in ("STYLES", "IMAGE_HISTORY"):
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{unread}", "none")


@pytest.fixture(autouse=True)
def patient(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine nothing is late: a test that waits for an end lets the time go by (``steered_timers``)."""
    for name, seconds in PATIENT.items():
        monkeypatch.setenv(f"{ENV_PREFIX}{name}", seconds)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to this machine is an error."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        assert host in {"127.0.0.1", "::1", "localhost"}, f"a test tried to reach {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real catalogues and captured answers, where it is present."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}")
    return SHARED_DATA
