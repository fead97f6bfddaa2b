"""A real Redis on a free port of this machine, that can be stopped, started again, paused and filled."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from tests.support.waiting import PATIENCE

BINARY = "redis-server"


def binary_or_skip() -> str:
    """Return where the server's program is; without it the test is skipped, but on CI it fails."""
    found = shutil.which(BINARY)
    if found is None:
        reason = f"{BINARY} is not installed, so nothing that is shared through Redis is tested"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class RedisServer:
    """A context manager; the server keeps nothing on disk, and always comes back on the same port.

    Args:
        folder: Where it runs.
    """

    def __init__(self, folder: Path) -> None:
        self._binary = binary_or_skip()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *options: str) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                self._binary,
                *("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
                *("--dir", str(self._folder), "--loglevel", "warning", *options),
            ],
            stdout=subprocess.DEVNULL,
        )
        give_up_at = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, f"{BINARY} ended at once"
            assert time.monotonic() < give_up_at, f"{BINARY} does not answer"
            time.sleep(0.005)

    def stop(self) -> None:
        """Kill it, with all that it holds."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it take connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    def fill(self) -> None:
        """Let it take nothing more, and drop nothing: every write is an error from now on."""
        for setting in (b"maxmemory-policy noeviction", b"maxmemory 1"):
            assert self.ask(b"CONFIG SET " + setting) == b"+OK"

    def make_room(self) -> None:
        """Let it take things again."""
        assert self.ask(b"CONFIG SET maxmemory 0") == b"+OK"

    def ask(self, command: bytes) -> bytes:
        """Send a command, and return the first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(command + b"\r\n")
            with connection.makefile("rb") as answer:
                return answer.readline().removesuffix(b"\r\n")

    def _signal(self, which: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(which)

    def _answers(self) -> bool:
        try:
            return self.ask(b"PING") == b"+PONG"
        except OSError:
            return False
