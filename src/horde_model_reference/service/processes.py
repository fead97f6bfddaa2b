"""The processes that serve: one, or a parent with workers."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from horde_model_reference.service.connections import BoundedConfig
from horde_model_reference.service.metrics import MULTIPROCESS_DIR

Announce = Callable[[], None]
"""Is called when all processes serve."""

SWITCH_SECONDS = 0.0005
"""Seconds after which a computing thread gives way to the event loop; Python's 5 ms would hold up hot answers."""
COLLECTION_THRESHOLDS = (700, 10, 1000)
"""Python's thresholds of garbage collection, but that everything is looked through a hundred times more rarely.

Nearly all garbage goes by reference counts. Looking through all that plans make would hold up every answer for 100 ms.
"""
READY_SECONDS = 1
"""Seconds that a worker is waited for before another is looked at."""


def serve_until_ended(config: ServerConfig, listener: socket.socket, announce: Announce) -> None:
    """Serve until a signal ends the process.

    Raises:
        SystemExit: Code 0 after SIGTERM; 1 where a process cannot start, which the log explains.
    """
    signal.signal(signal.SIGTERM, _end)  # It comes back to this after uvicorn has ended in good order.
    if config.workers == 1:
        _serve_alone(config, listener, announce)
    else:
        with _metrics_folder(listener) as folder:
            os.environ[MULTIPROCESS_DIR] = str(folder)  # The workers count there, so that one scrape adds them up.
            Workers(config, listener, announce).run()


class ServerConfig(BoundedConfig):
    """Configuration of a process that ends with its parent."""

    def load(self) -> None:
        """Load the app; called once in every process that serves."""
        super().load()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.collect()
        gc.freeze()  # Imported code lives as long as the process, so collections need not look through it.
        gc.set_threshold(*COLLECTION_THRESHOLDS)
        parent = multiprocessing.parent_process()
        if parent is not None:
            threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _end(_: int, __: FrameType | None) -> NoReturn:
    sys.exit(0)


class Server(uvicorn.Server):
    """A server that tells when it serves."""

    def __init__(self, config: ServerConfig, announce: Announce) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        self._announce()


def _serve_alone(config: ServerConfig, listener: socket.socket, announce: Announce) -> None:
    try:
        Server(config, announce).run([listener])
    except SystemExit as ended:
        sys.exit(1 if ended.code == STARTUP_FAILURE else ended.code)


class Workers(Multiprocess):
    """Worker processes of one socket."""

    def __init__(self, config: ServerConfig, listener: socket.socket, announce: Announce) -> None:
        super().__init__(config, [listener])
        self._announce = announce
        self._failed = False

    def init_processes(self) -> None:
        """Start the workers, and wait until all serve, or one of them has failed, or a signal ends it all."""
        super().init_processes()
        while not self.should_exit.is_set():
            self.handle_signals()
            if any(process.exitcode is not None for process in self.processes):
                self._failed = True
                self.should_exit.set()
            elif all(process.is_ready(READY_SECONDS) for process in self.processes):
                self._announce()
                return

    def run(self) -> None:
        """Serve until a signal comes.

        Raises:
            SystemExit: Code 1 where a worker cannot start, now or later in the place of another.
        """
        super().run()
        if self._failed or any(process.exitcode == STARTUP_FAILURE for process in self.processes):
            sys.exit(1)


@contextmanager
def _metrics_folder(listener: socket.socket) -> Iterator[Path]:
    """Make a folder for the counters of the workers, and remove those of earlier processes that were killed.

    Only one service can listen on an address, so other folders of this address are leftovers.
    """
    host, port = listener.getsockname()[:2]
    prefix = f"horde-model-reference-{host.replace(':', '_')}-{port}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)  # Another user's stays.
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        yield Path(folder)
