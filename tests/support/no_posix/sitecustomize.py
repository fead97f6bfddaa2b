"""What this project would find on Windows: its modules get no module and no call that only POSIX has.

Put on ``PYTHONPATH``. The standard library and other packages keep theirs: on Windows they have others.
"""

from __future__ import annotations

import builtins
import os
import signal
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

PROJECT = "horde_model_reference"
MODULES = frozenset({"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"})
CALLS = frozenset({
    "chown", "chroot", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups", "getloadavg",
    "getpgid", "getuid", "killpg", "lchown", "mkfifo", "nice", "sched_getaffinity", "setgid", "setsid", "setuid",
    "sysconf", "uname", "wait", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "SIGALRM", "SIGCHLD",
    "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause", "pthread_sigmask", "setitimer",
    "sigwait",
})  # fmt: skip


def _without_posix(module: ModuleType) -> ModuleType:
    found = ModuleType(module.__name__)
    found.__dict__.update({name: value for name, value in vars(module).items() if name not in CALLS})
    return found


_POORER = {module.__name__: _without_posix(module) for module in (os, signal)}
_import = builtins.__import__


def _poorer_import(
    name: str,
    globals: Mapping[str, object] | None = None,  # noqa: A002
    locals: Mapping[str, object] | None = None,  # noqa: A002
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    if str((globals or {}).get("__name__")).startswith(PROJECT) and level == 0:
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in _POORER:
            return _POORER[name]
    return _import(name, globals, locals, fromlist, level)


builtins.__import__ = _poorer_import
