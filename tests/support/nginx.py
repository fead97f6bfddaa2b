"""nginx with the configuration of ``examples/nginx``, moved to a folder and a port of the caller's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from socket import create_connection, create_server
from typing import Self

from tests.support.waiting import PATIENCE

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "nginx"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""Kinds of bodies for which nginx makes folders when it starts."""


def program() -> str | None:
    """Return the path of nginx, also where only root's ``PATH`` has it; None where it is not installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Nginx:
    """A context manager; nginx runs in the foreground and ends with the block.

    Args:
        folder: Where it keeps its files and its cache.
        upstreams: The services behind it, each as ``host:port``.
        workers: Its worker processes.

    Attributes:
        port: Where it listens on 127.0.0.1.
        process: Its main process, inside the block.
    """

    process: subprocess.Popen[bytes]

    def __init__(self, folder: Path, upstreams: Sequence[str], workers: str = "auto") -> None:
        found = program()
        if found is None:
            raise FileNotFoundError("nginx is not installed (Debian and Ubuntu: apt-get install nginx-light)")
        with create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        files = {
            "nginx.conf": self._main(folder, workers),
            "models.conf": _moved(
                _example("models.conf"),
                {"listen 80;": f"listen 127.0.0.1:{self.port};", "/var/cache/nginx/models": f"{folder}/cache"},
            ),
            "upstream.conf": _moved(
                _example("upstream.conf"),
                {"server 127.0.0.1:19800;": "\n    ".join(f"server {upstream};" for upstream in upstreams)},
            ),
        }
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        self._command = [found, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen([*self._command, "-g", "daemon off;"])
        until = time.monotonic() + PATIENCE
        while not self._listens():
            assert self.process.poll() is None, "nginx ended at once"
            assert time.monotonic() < until, "nginx does not listen"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def _listens(self) -> bool:
        try:
            with create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    @staticmethod
    def _main(folder: Path, workers: str) -> str:
        """Return the main configuration, with its files in the folder; as root, its workers may read them."""
        temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in TEMPORARY)
        moved = {
            "worker_processes auto;": f"worker_processes {workers};",
            "/run/nginx.pid": f"{folder}/nginx.pid",
            "/dev/stderr": f"{folder}/error.log",
            "    include /etc/nginx/conf.d/*.conf;\n": f"{temporary}    include {folder}/upstream.conf;\n"
            f"    include {folder}/models.conf;\n",
        }
        return ("user root;\n" if os.geteuid() == 0 else "") + _moved(_example("nginx.conf"), moved)


def _example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def _moved(text: str, places: dict[str, str]) -> str:
    """Return a configuration with places changed, each of which stands in it once."""
    for old, new in places.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the example"
        text = text.replace(old, new)
    return text
