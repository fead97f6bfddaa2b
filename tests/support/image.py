"""The image of the Dockerfile without a container engine: its steps run in a file system of their own, then it serves.

``python -m tests.support.image WORK`` needs root and namespaces of its own (:func:`run_image`). The running system
takes the place of the base image, as the lower layer of an overlay: what a step writes goes into its stage alone. The
service then runs as the image's user on a read-only root, with an empty ``/tmp``, the declared volumes, and no network
but its own loopback.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from tests.support.dockerfile import Instruction, assignments, stages
from tests.support.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 1
"""Numbers of Linux that the standard library of Python 3.11 does not name."""
OPTIONS = re.compile(r"--\S+\s+")


def run_image(work: Path) -> dict[str, object]:
    """Build and run the image in namespaces of its own; return what was seen (:func:`serve`)."""
    command = [*NAMESPACES, sys.executable, "-m", "tests.support.image", str(work)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return seen


@dataclass
class Stage:
    """A stage that is being built.

    Attributes:
        root: Where its file system is mounted.
        environment: Its variables.
        folder: Its working directory.
        user: The user and group of its commands.
        settings: The last instruction of each other kind.
    """

    root: Path
    environment: dict[str, str]
    folder: str = "/"
    user: str = "0:0"
    settings: dict[str, Instruction] = field(default_factory=dict)

    def at(self, path: str) -> Path:
        """Return where a path of the stage is for us."""
        return self.root / os.path.normpath(Path(self.folder, path)).lstrip("/")

    def command(self, words: Sequence[str]) -> list[str]:
        """Return a command as it runs in the stage."""
        entered = ["chroot", f"--userspec={self.user}", str(self.root), "env", "-i", f"--chdir={self.folder}"]
        return [*entered, *(f"{name}={value}" for name, value in self.environment.items()), *words]


class Builder:
    """Builds the stages of a Dockerfile.

    Args:
        work: An empty folder.
        context: The folder that files are copied from, as ``.dockerignore`` leaves it.
    """

    def __init__(self, work: Path, context: Path) -> None:
        self._work = work
        self._context = context
        self._stages: dict[str, Stage] = {}

    def build(self, dockerfile: Path) -> Stage:
        """Build every stage, and return the last one."""
        for number, stage in enumerate(stages(dockerfile)):
            built = self._begin(str(number))
            name = re.search(r"\bAS (\S+)$", stage[0].rest, re.IGNORECASE)
            self._stages[name[1] if name else str(number)] = built
            for instruction in stage[1:]:
                self._do(instruction, built)
        return built

    def _begin(self, name: str) -> Stage:
        upper, scratch, root = (self._work / name / part for part in ("upper", "work", "root"))
        for folder in (upper, scratch, root):
            folder.mkdir(parents=True)
        layers = f"lowerdir=/,upperdir={upper},workdir={scratch}"
        run("mount", "-t", "overlay", "overlay", "-o", layers, root)
        run("mount", "-t", "proc", "proc", root / "proc")
        run("mount", "--rbind", "/dev", root / "dev")
        _give_python(root)
        return Stage(root, dict(os.environ) | {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"})

    def _do(self, instruction: Instruction, stage: Stage) -> None:
        match instruction.word:
            case "RUN":
                run(*stage.command(["sh", "-c", instruction.rest]))
            case "COPY":
                self._copy(instruction.rest, stage)
            case "WORKDIR":
                stage.folder = instruction.rest
                stage.at("").mkdir(parents=True, exist_ok=True)
            case "USER":
                stage.user = instruction.rest
            case "ENV":
                for name, value in assignments(instruction.rest):
                    stage.environment[name] = Template(value).substitute(stage.environment)
            case word:
                stage.settings[word] = instruction

    def _copy(self, rest: str, stage: Stage) -> None:
        origin = re.match(r"--from=(\S+)\s+", rest)
        *files, target = OPTIONS.sub("", rest).split()
        for file in files:
            place = self._stages[origin[1]].at(file) if origin else self._context / file
            into = stage.at(target) / place.name if target.endswith("/") else stage.at(target)
            into.parent.mkdir(parents=True, exist_ok=True)
            run("cp", "-a", place, into)


def _give_python(root: Path) -> None:
    """Let everybody run our own interpreter as ``python``, as in the base image."""
    interpreter = Path(sys.executable).resolve()
    for folder in interpreter.parents:
        place = root / folder.relative_to("/")
        place.chmod(place.stat().st_mode | 0o055)
    program = root / "usr/local/bin/python"
    program.write_text(f'#!/bin/sh\nexec {interpreter} "$@"\n', encoding="utf-8")
    program.chmod(0o755)


def context_of(folder: Path) -> Path:
    """Return a copy of what ``.dockerignore`` lets through, for patterns of the three forms that ours has."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in {"", "#"}]
    assert patterns[0] == "*"
    kept = [line.removeprefix("!") for line in patterns if line.startswith("!")]
    ignored = [line.removeprefix("**/") for line in patterns[1:] if not line.startswith("!")]
    folder.mkdir()
    for name in kept:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*ignored))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def serve(stage: Stage, work: Path) -> dict[str, object]:
    """Run the image's command with the bundled sample, ask its health check, and end it.

    Returns:
        ``health``: the exit code of the health check; ``exit``: that of the service after its stop signal; ``said``:
        its standard error; ``user``: the real user of its process; ``written``: files outside the volumes and ``/tmp``
        that it could write.
    """
    for volume in [stage.settings["VOLUME"].rest]:
        kept = work / "volume"
        run("cp", "-a", stage.at(volume), kept)
        run("mount", "--bind", kept, stage.at(volume))
    run("mount", "-t", "tmpfs", "tmpfs", stage.root / "tmp")
    run("mount", "-o", "remount,ro", stage.root)
    started = [*stage.settings["ENTRYPOINT"].words(), *stage.settings["CMD"].words(), "--demo"]
    service = subprocess.Popen(stage.command(started), stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    said = service.stderr.readline()
    user = Path(f"/proc/{service.pid}").stat().st_uid
    check = Instruction("CMD", OPTIONS.sub("", stage.settings["HEALTHCHECK"].rest).removeprefix("CMD ")).words()
    health = _healthy(stage.command(check))
    written = _writable(stage)
    service.send_signal(getattr(signal, stage.settings["STOPSIGNAL"].rest))
    rest = service.communicate(timeout=PATIENCE)[1]
    return {"health": health, "exit": service.returncode, "said": said + rest, "user": user, "written": written}


def _healthy(check: list[str]) -> int:
    """Return the exit code of the health check, which a container may fail while it starts."""
    until = time.monotonic() + PATIENCE
    while (code := subprocess.run(check, check=False, capture_output=True).returncode) and time.monotonic() < until:
        time.sleep(0.2)
    return code


def _writable(stage: Stage) -> list[str]:
    """Return the folders of some that the image's user can write a file into."""
    places = ("/", "/etc", "/opt/horde-model-reference", "/usr/local/bin", "/tmp", stage.settings["VOLUME"].rest)
    tried = {place: stage.command(["sh", "-c", f'touch "{place}/probe"']) for place in places}
    return [
        place
        for place, words in tried.items()
        if not subprocess.run(words, check=False, capture_output=True).returncode
    ]


def run(*words: object) -> None:
    """Run a command that must succeed."""
    done = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"


def own_loopback() -> None:
    """Leave the network for one that has a loopback interface alone."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket() as asked:
        fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def main(work: Path) -> None:
    """Build in a file system in memory, then serve."""
    run("mount", "-t", "tmpfs", "-o", "size=2G", "tmpfs", work)
    stage = Builder(work, context_of(work / "context")).build(ROOT / "Dockerfile")
    own_loopback()
    sys.stdout.write(json.dumps(serve(stage, work)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
