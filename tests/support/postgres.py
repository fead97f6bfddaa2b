"""A PostgreSQL server of the tests' own: Debian's binaries, a free port of this machine, a folder that goes away."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

USER = "postgres"
PATIENCE = 30.0


def binaries() -> Path | None:
    """Return where the server's programs are; None where they are not."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def postgres_server(programs: Path) -> Iterator[str]:
    """Run a server, and give the address of its first database."""
    as_user = USER if os.geteuid() == 0 else None  # It refuses to run as root.
    with TemporaryDirectory(prefix="hmr-postgres-", ignore_cleanup_errors=True) as folder:
        if as_user is not None:
            shutil.chown(folder, as_user)
        data = str(Path(folder) / "data")
        made = [str(programs / "initdb"), "-D", data, "-A", "trust", "-U", USER, "-N", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, user=as_user, cwd=folder, check=True, capture_output=True, timeout=PATIENCE)
        port = _free_port()
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "port": str(port)}
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", data, *given],
            user=as_user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_listening(port, server)
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_listening(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the PostgreSQL server did not start")
