"""The command line where POSIX is not: its modules and calls taken away, another encoding, no home, other paths."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tests.support
from horde_model_reference.catalogue.sources import base_name_of, file_path, shown
from horde_model_reference.demo import DATA
from horde_model_reference.settings import ENV_PREFIX
from tests.support.command_line import Cli
from tests.support.curators import FIGURES, Curators

NO_POSIX = Path(tests.support.__file__).parent / "no_posix"
RUN = "from horde_model_reference.cli import main; main()"
COMMANDS = (
    "deletion-risk image_generation --demo",
    "explain image_generation Lantern --demo",
    "policy show",
    "plan image_generation --demo",
    "apply deletion-plan/plan.json --catalogue stable_diffusion.json --demo",
    "undo --demo",
    "history export --demo --format csv --output history.csv",
)


def test_the_commands_need_neither_posix_nor_home_nor_utf_8(tmp_path: Path) -> None:
    """The environment holds a folder for temporary files, Windows' encoding, and the system's own variables."""
    environment = {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(NO_POSIX)}
    system = {name: os.environ[name] for name in ("SYSTEMROOT", "COVERAGE_PROCESS_START") if name in os.environ}
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(DATA / "stable_diffusion.json", work)
    said = {}
    for command in COMMANDS:
        run = subprocess.run(
            [sys.executable, "-c", RUN, *command.split()],
            cwd=work,
            env=system | {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path)} | environment,
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr.decode()
        said[command.split()[0]] = run.stdout.decode("cp1252")
    plan = json.loads((work / "deletion-plan" / "plan.json").read_bytes())
    left = json.loads((work / "stable_diffusion.json").read_bytes())
    assert left.keys() == {found["name"] for found in plan["verdicts"] if found["verdict"] != "remove"}
    assert "stands" in said["undo"]
    assert "Lantern" in said["explain"]
    assert (work / "history.csv").read_text(encoding="utf-8").startswith("type,api_name")
    assert not list(work.glob("~*")), "no folder is named like an unknown home"


def test_taking_posix_away_takes_it_away(tmp_path: Path) -> None:
    """The test above would notice: a module of the project's name gets nothing of it."""
    (tmp_path / "horde_model_reference_else.py").write_text(
        "import os\ntry:\n    import fcntl\nexcept ImportError:\n"
        "    print(hasattr(os, 'getuid'), hasattr(os, 'open'))\n"
    )
    path = os.pathsep.join([str(NO_POSIX), str(tmp_path)])
    code = "import horde_model_reference_else, os, asyncio; print(os.name)"
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, capture_output=True, check=True
    )
    assert run.stdout.decode().split() == ["False", "True", os.name]


@pytest.mark.parametrize(
    ("location", "path", "name"),
    [
        (r"C:\clone\models.csv", r"C:\clone\models.csv", "models.csv"),
        ("C:/clone/models.csv", "C:/clone/models.csv", "models.csv"),
        ("d://clone/models.csv", "d://clone/models.csv", "models.csv"),
        (r"\\server\share\models.csv", r"\\server\share\models.csv", "models.csv"),
        ("file:///C:/clone/models.csv", "C:/clone/models.csv", "models.csv"),
        ("file:///clone/models.csv", "/clone/models.csv", "models.csv"),
        ("https://example.invalid/models.csv", None, "models.csv"),
    ],
)
def test_drive_letters_and_backslashes_are_paths(location: str, path: str | None, name: str) -> None:
    assert file_path(location) == path
    assert base_name_of(location) == name
    assert shown(location) == (path or location)


def test_a_working_copy_with_crlf_is_planned_patched_and_applied(
    cli: Cli, curators: Curators, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``core.autocrlf``, as on Windows: the repository has line feeds, the working copy has CRLF."""
    content = curators.has(FIGURES, indent=4).replace(b"\n", b"\r\n")
    clone = own_folder / "clone"
    clone.mkdir()
    catalogue = clone / "stable_diffusion.json"
    catalogue.write_bytes(content)

    def git(*arguments: str) -> bytes:
        configured = ("core.autocrlf=true", "core.safecrlf=false", "user.name=x", "user.email=x@x.x")
        options = [word for option in configured for word in ("-c", option)]
        return subprocess.run(["git", *options, *arguments], cwd=clone, check=True, capture_output=True).stdout

    git("init", "-q", ".")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert b"\r" not in git("cat-file", "-p", "HEAD:stable_diffusion.json")
    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", str(catalogue))
    Path("p.toml").write_text("[limits]\nmax_models = 99\nmax_share_of_models = 99\n", encoding="utf-8")
    assert cli("plan", "image_generation", "--policy", "p.toml").code == 0
    planned = Path("deletion-plan/stable_diffusion.json").read_bytes()
    assert planned.count(b"\r\n") == planned.count(b"\n") < content.count(b"\n")
    git("apply", str(Path("deletion-plan/removals.patch").resolve()))
    assert catalogue.read_bytes() == planned
    assert git("diff", "--stat").decode().count("|") == 1
    catalogue.write_bytes(content)
    run = cli("apply", "deletion-plan/plan.json", "--catalogue", str(catalogue))
    assert (run.code, run.err) == (0, "")
    assert catalogue.read_bytes() == planned
