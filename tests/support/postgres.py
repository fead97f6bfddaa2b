"""A PostgreSQL server of the tests' own: Debian's binaries, a free port of this machine, a folder that goes away."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tests.support.waiting import PATIENCE

USER = "postgres"


def binaries() -> Path | None:
    """Return where the server's programs are; None where they are not."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class PostgresServer:
    """A context manager; the server can be killed, and comes back on the same port with its data.

    Args:
        programs: The folder of the server's programs.

    Attributes:
        url: The address of its first database.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = USER if os.geteuid() == 0 else None  # It refuses to run as root.
        self._port = _free_port()
        self._life = ExitStack()
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        folder = TemporaryDirectory(prefix="hmr-postgres-", ignore_cleanup_errors=True)
        self._folder = Path(self._life.enter_context(folder))
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        data = str(self._folder / "data")
        made = [str(self._programs / "initdb"), "-D", data, "-A", "trust", "-U", USER, "-N", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, user=self._user, cwd=self._folder, check=True, capture_output=True, timeout=PATIENCE)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end(signal.SIGINT)
        self._life.close()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "port": self._port}
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._server = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self._folder / "data"), *given],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_until_ready(self._programs, self._port, self._server)

    def kill(self) -> None:
        """End it at once, as a crash would, with the processes of its connections."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(PATIENCE)
            self._server = None


@contextmanager
def postgres_server(programs: Path) -> Iterator[str]:
    """Run a server, and give the address of its first database."""
    with PostgresServer(programs) as server:
        yield server.url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(programs: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server takes connections: it listens before that, while it is starting up."""
    asked = [str(programs / "pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        if subprocess.run(asked, check=False, timeout=PATIENCE).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("the PostgreSQL server did not start")
