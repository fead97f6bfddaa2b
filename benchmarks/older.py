"""Against the older public implementation: installed from the package index, started as its documents say."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks._load import CONNECTIONS, Load, Question, load, need_wrk, trying_load
from benchmarks._report import Section, SkippedError, Table, spread
from benchmarks._servers import (
    BUILD,
    END_SECONDS,
    SHARED,
    STATISTICS,
    Answer,
    BenchmarkError,
    Cores,
    ReplayHorde,
    Served,
    ask,
    free_port,
    prefixed,
    running,
    serving,
    serving_bare,
    wait_for,
    without_ours,
)
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

RELEASE = "8.6.2"
REQUIREMENT = f"horde-model-reference[service]=={RELEASE}"
PYTHONS = ("python3.12", "python3.13", "python3.14")
PYENV_PATTERNS = ("3.12*/bin/python", "3.13*/bin/python", "3.14*/bin/python")
INSTALL_SECONDS = 300
AT_ONCE = 16
ROUND_SECONDS = 4
"""Long enough for answers of the older one: of a preset, it gives few a second."""

SLOW_HORDE = 0.2
"""Seconds that the Horde takes for an answer while first requests are counted, so that all of them come meanwhile."""

IDENTITY = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}

QUESTIONS: Mapping[str, str] = {
    "image, all": "image_generation/deletion-risk",
    "text, all": "text_generation/deletion-risk",
    "image, preset=zero_usage": "image_generation/deletion-risk?preset=zero_usage",
    "text, grouped": "text_generation/deletion-risk?group_text_models=true",
}
"""What is asked of both, under the same address."""

FILES: Mapping[MODEL_REFERENCE_CATEGORY, str] = {
    MODEL_REFERENCE_CATEGORY.image_generation: "stable_diffusion.json",
    MODEL_REFERENCE_CATEGORY.text_generation: "text_generation.json",
}


def run(*, quick: bool) -> Section:
    """Measure both side by side.

    Raises:
        SkippedError: The older one cannot be had here.
    """
    need_wrk()
    catalogues, python = common_catalogues(), installed()
    section = Section("Against the older implementation")
    cores = Cores.apart()
    asked = {
        "older": _first_requests(python, catalogues, cores),
        "ours": _our_first_requests(catalogues, cores),
    }
    with (
        ReplayHorde() as horde,
        serving_older(python, horde, cores) as older,
        serving(horde, catalogues=catalogues, cores=cores.server) as ours,
    ):
        wait_for(ours.port, "/api/readiness", ours.process)
        compared = Compared(older, ours, cores, rounds=1 if quick else 5)
        rows = [compared.row(name, f"{STATISTICS}/{question}") for name, question in QUESTIONS.items()]
    section.add(
        f"Release {RELEASE}; both as installed by default, with the same path for the same question; both read "
        f"the same catalogues in the v2 format and ask the same Horde (the captures) on loopback; {cores}. "
        f"The older one does not compress, so both are asked for uncompressed bodies; ours with gzip stands apart. "
        f"'Of the wire': requests per second as a share of a bare app that sends the older one's bytes and headers. "
        f"{compared.rounds} rounds in turn of {ROUND_SECONDS} s; medians (ranges), ratios per round.",
        Table(
            (
                "question",
                "older/s",
                "of the wire",
                "ours/s",
                "ours to older",
                "ours with gzip/s",
                "p99 older",
                "p99 ours",
                "older: failed or over 2 s",
            ),
            rows,
        ),
        f"Requests to the Horde that {AT_ONCE} first requests at once for one category cause: "
        + "; ".join(f"{who}: {counts}" for who, counts in asked.items())
        + ". (Ours also asks the status of text models for the image category, for name clashes.)",
    )
    return section


def common_catalogues() -> dict[MODEL_REFERENCE_CATEGORY, Path]:
    """Return the catalogues that both can read.

    Raises:
        SkippedError: They are not there.
    """
    catalogues = {category: SHARED / "catalogue-v2" / name for category, name in FILES.items()}
    if not all(path.exists() for path in catalogues.values()):
        raise SkippedError("the catalogues that both can read (../shared/data/catalogue-v2) are not there")
    return catalogues


@dataclass(frozen=True)
class Compared:
    """The two servers, and how they are measured."""

    older: Served
    ours: Served
    cores: Cores
    rounds: int

    def row(self, name: str, target: str) -> list[str]:
        """Measure one question."""
        answer = _good(ask(self.older.port, target, IDENTITY))
        _good(ask(self.ours.port, target, IDENTITY))
        with serving_bare(answer, cores=self.cores.server) as bare:
            turns = {
                "older": (self.older, Question(target, IDENTITY)),
                "bare": (bare, Question(target, IDENTITY)),
                "ours": (self.ours, Question(target, IDENTITY)),
                "gzip": (self.ours, Question(target, GZIP)),
            }
            _warm_up, *rounds = [
                {who: self._load(who, *turn) for who, turn in turns.items()} for _ in range(1 + self.rounds)
            ]
        return [
            name,
            spread([one["older"].per_second for one in rounds], 1),
            f"{median(100 * one['older'].per_second / one['bare'].per_second for one in rounds):.1f} %",
            spread([one["ours"].per_second for one in rounds], 0),
            f"{spread([one['ours'].per_second / one['older'].per_second for one in rounds], 0)} times",
            spread([one["gzip"].per_second for one in rounds], 0),
            f"{median(one['older'].p99_ms for one in rounds):.1f} ms",
            f"{median(one['ours'].p99_ms for one in rounds):.1f} ms",
            f"{sum(one['older'].failed for one in rounds)} of {sum(one['older'].requests for one in rounds)}",
        ]

    def _load(self, who: str, served: Served, asked: Question) -> Load:
        """Load a server for a round; of ours, every answer must be good."""
        measure = trying_load if who == "older" else load
        return measure(served, asked, seconds=ROUND_SECONDS, cores=self.cores.client, connections=CONNECTIONS)


def _good(answer: Answer) -> Answer:
    if answer.status != 200:
        raise BenchmarkError(f"status {answer.status}")
    return answer


# First requests


def _first_requests(python: Path, catalogues: Mapping[MODEL_REFERENCE_CATEGORY, Path], cores: Cores) -> str:
    counts = {}
    for category in catalogues:
        with ReplayHorde(delay=SLOW_HORDE) as horde, serving_older(python, horde, cores) as older:
            before = horde.requests.total()
            _ask_at_once(older, category)
            counts[category.value] = horde.requests.total() - before
    return _counted(counts)


def _our_first_requests(catalogues: Mapping[MODEL_REFERENCE_CATEGORY, Path], cores: Cores) -> str:
    counts = {}
    for category in catalogues:
        settings = {"CACHE_HYDRATION_ENABLED": "false"}
        with (
            ReplayHorde(delay=SLOW_HORDE) as horde,
            serving(horde, catalogues=catalogues, cores=cores.server, environment=prefixed(settings)) as ours,
        ):
            wait_for(ours.port, "/api/heartbeat", ours.process)
            _ask_at_once(ours, category)
            counts[category.value] = horde.requests.total()
    return _counted(counts)


def _ask_at_once(served: Served, category: MODEL_REFERENCE_CATEGORY) -> None:
    target = f"{STATISTICS}/{category.value}/deletion-risk"
    with ThreadPoolExecutor(AT_ONCE) as askers:
        for answer in askers.map(lambda _: ask(served.port, target), range(AT_ONCE)):
            _good(answer)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} ({category})" for category, count in counts.items())


# Having it


def installed() -> Path:
    """Return the Python of an environment that the older implementation is installed in.

    Raises:
        SkippedError: It cannot be had.
    """
    home = BUILD / f"older-{RELEASE}"
    python = home / "bin" / "python"
    done = home / ".installed"
    if done.exists():
        return python
    steps = (
        [str(_newer_python()), "-m", "venv", "--clear", str(home)],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", REQUIREMENT],
    )
    for step in steps:
        try:
            subprocess.run(step, check=True, timeout=INSTALL_SECONDS, capture_output=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise SkippedError(f"{REQUIREMENT} cannot be installed ({type(error).__name__})") from error
    done.touch()
    return python


def _newer_python() -> Path:
    homes = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    from_pyenv = [path for pattern in PYENV_PATTERNS for path in sorted(homes.glob(pattern))]
    on_path = [Path(found) for name in PYTHONS if (found := shutil.which(name))]
    for python in (*from_pyenv, *on_path):
        probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"
        if subprocess.run([python, "-c", probe], capture_output=True, check=False, timeout=30).returncode == 0:
            return python
    raise SkippedError(f"release {RELEASE} needs Python 3.12 or newer, and none was found")


@contextmanager
def serving_older(python: Path, horde: ReplayHorde, cores: Cores) -> Iterator[Served]:
    """Run it as a primary server on files of its own, on loopback alone.

    Raises:
        SkippedError: It does not come up.
    """
    port = free_port()
    with TemporaryDirectory(prefix="benchmark-") as folder:
        files = Path(folder) / "horde_model_reference"
        files.mkdir()
        for name in FILES.values():
            shutil.copy(SHARED / "catalogue-v2" / name, files)
        env = without_ours(os.environ) | {
            "AIWORKER_CACHE_HOME": folder,
            "HORDE_MODEL_REFERENCE_REPLICATE_MODE": "PRIMARY",
            "HORDE_MODEL_REFERENCE_MAKE_FOLDERS": "true",
            "HORDE_MODEL_REFERENCE_CANONICAL_FORMAT": "v2",
            "AI_HORDE_URL": horde.url,
            "LOGURU_LEVEL": "WARNING",
        }
        command = [str(python), "-m", "uvicorn", "horde_model_reference.service.app:app", "--port", str(port)]
        settings = ["--no-access-log", "--log-level", "warning"]
        with running([*command, *settings], env=env, cwd=Path(folder), cores=cores.server) as process:
            try:
                wait_for(port, "/api/heartbeat", process, seconds=3 * END_SECONDS)
            except BenchmarkError as error:
                raise SkippedError(f"release {RELEASE} does not come up: {error}") from error
            yield Served(process, port)
