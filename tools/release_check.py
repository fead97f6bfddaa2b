"""Build the source distribution and the wheel, and check metadata, contents and a clean installation of both.

``make release-check`` runs it with the environment that has ``build`` and ``twine``; the files are left in ``dist/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PACKAGE = "src/horde_model_reference/"
WRITTEN_BY_THE_BUILD = {"PKG-INFO"}
"""Files of the source distribution that the repository does not have."""
KINDS = ("dashboard/templates/*.html", "dashboard/assets/*.css", "demo/data/*.json", "history/migrations/versions/*.py")
"""Files of the wheel that no import asks for, so that nothing else would miss them at once."""

PATHS = ("/", "/models/text_generation", "/plan/image_generation", "/api/docs", "/api/heartbeat", "/api/readiness")
"""Addresses that a new installation must answer."""


class ReleaseError(Exception):
    """The distributions are not fit for a release; the message says why."""


def tracked() -> set[str]:
    """Return the files of the repository, by their paths from its root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


def files_of_wheel(wheel: Path) -> set[str]:
    """Return the files of a wheel, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not PurePosixPath(name).parts[0].endswith(".dist-info")}


def files_of_source(source: Path) -> set[str]:
    """Return the files of a source distribution, without the folder that all are in."""
    with tarfile.open(source) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def check_contents(found: set[str], wanted: set[str], name: str) -> None:
    """Check that a distribution holds the files that it should, and no others.

    Raises:
        ReleaseError: Files are missing or surplus; the message names them.
    """
    faults = [
        f"{name}: {word}: {', '.join(sorted(files))}"
        for word, files in (("missing", wanted - found), ("surplus", found - wanted))
        if files
    ]
    if faults:
        raise ReleaseError("\n".join(faults))


def check_kinds(found: Iterable[str]) -> None:
    """Check that a wheel has files of every kind that the program reads.

    Raises:
        ReleaseError: It has none of a kind.
    """
    inside = [PurePosixPath(name).relative_to("horde_model_reference") for name in found]
    for kind in KINDS:
        if not any(path.match(kind) for path in inside):
            raise ReleaseError(f"the wheel holds no {kind}")


def build() -> tuple[Path, Path]:
    """Build both into ``dist/``, the wheel from the source distribution; return their paths."""
    shutil.rmtree(DIST, ignore_errors=True)
    _run(sys.executable, "-m", "build", "--outdir", DIST, ROOT)
    (source,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return source, wheel


def check_installation(distribution: Path) -> None:
    """Install a distribution into a new environment, and run the program there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        constraints = ("-c", ROOT / "constraints.txt")
        _run(programs / "pip", "install", "-q", "--disable-pip-version-check", *constraints, distribution, cwd=folder)
        _run(programs / "pip", "check", "--disable-pip-version-check", cwd=folder)
        program = programs / "horde-model-reference"
        _run(program, "--version", cwd=folder)
        for category in ("image_generation", "text_generation"):
            _run(program, "deletion-risk", category, "--demo", "--format", "json", "--limit", "1", cwd=folder)
        _run(program, "explain", "image_generation", "Aurora Vista XL", "--demo", cwd=folder)
        check_service(program, folder)


def check_service(program: Path, folder: Path) -> None:
    """Serve the bundled sample, and ask for each of ``PATHS``.

    Raises:
        ReleaseError: It does not start, or does not end in good order.
    """
    command = [str(program), "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, env=_environment()) as service:
        said = service.stderr.readline() if service.stderr else ""
        if not said.startswith("Serving on http://"):
            raise ReleaseError(f"{' '.join(command)}: {said}{service.communicate()[1]}")
        try:
            for path in PATHS:
                urlopen(said.split()[2].removesuffix("/") + path).close()  # noqa: S310 - our own address
        finally:
            service.terminate()
    if service.returncode:
        raise ReleaseError(f"{' '.join(command)}: exit {service.returncode}")


def _run(*command: object, cwd: Path = ROOT) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, check=False, capture_output=True, text=True, env=_environment())
    if done.returncode:
        raise ReleaseError(f"{' '.join(words)[:200]}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def _environment() -> dict[str, str]:
    """Return the environment without what would lead a new installation to this folder."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


def main() -> None:
    """Do all of it, and say each step."""
    files = tracked()
    source, wheel = build()
    print(f"built {source.name} and {wheel.name}")
    _run(sys.executable, "-m", "twine", "check", "--strict", source, wheel)
    print("metadata: right")
    check_contents(files_of_source(source) - WRITTEN_BY_THE_BUILD, files, source.name)
    inside = files_of_wheel(wheel)
    package = {name.removeprefix("src/") for name in files if name.startswith(PACKAGE)}
    check_contents(inside, package, wheel.name)
    check_kinds(inside)
    print(f"contents: right, {len(files)} files of source, {len(inside)} in the wheel")
    for distribution in (wheel, source):
        check_installation(distribution)
        print(f"installation of {distribution.name}: right")


if __name__ == "__main__":
    try:
        main()
    except ReleaseError as error:
        sys.exit(f"error: {error}")
