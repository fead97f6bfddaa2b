"""The GitHub action and its example workflows: safe for forks, pinned, and their scripts run as on a runner."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from horde_model_reference.curation.db_json import generated_db_json
from tests.support.background import in_background
from tests.support.git_repository import GitRepository
from tests.support.github import HEAD, REPOSITORY, TOKEN, FakeGitHub
from tests.support.reviews import facts, image_file, reviewed, text_file, text_row

ROOT = Path(__file__).parents[1]
ACTIONS = ("action.yml", "comment/action.yml")
WORKFLOWS = ("examples/workflows/review.yml", "examples/workflows/review-comment.yml", "examples/workflows/links.yml")
OWN = "Haidra-Org/horde-model-reference"
needs_bash = pytest.mark.skipif(os.name == "nt" or shutil.which("bash") is None, reason="the scripts are for bash")


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def steps(path: str) -> list[dict[str, Any]]:
    found = read(path)
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("path", [*ACTIONS, *WORKFLOWS])
def test_actions_of_others_are_pinned_to_a_commit(path: str) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert [name for name in used if not name.startswith(OWN) and not re.search(r"@[0-9a-f]{40}$", name)] == []


@pytest.mark.parametrize("path", [*ACTIONS, *WORKFLOWS])
def test_no_value_is_put_into_a_script(path: str) -> None:
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", ACTIONS)
def test_each_input_is_used_and_no_other(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(read(path)["inputs"])


def test_the_review_may_only_read_and_has_no_secret() -> None:
    workflow = read(WORKFLOWS[0])
    assert workflow[True] == "pull_request"  # YAML reads the key `on` as a boolean.
    assert workflow["permissions"] == {"contents": "read"}
    assert "${{ secrets." not in (ROOT / WORKFLOWS[0]).read_text(encoding="utf-8")


def test_the_comment_runs_nothing_of_the_pull_request() -> None:
    workflow = read(WORKFLOWS[1])
    assert set(workflow[True]) == {"workflow_run"}
    assert workflow["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert not any("checkout" in step.get("uses", "") or "run" in step for step in steps(WORKFLOWS[1]))


def test_scripts_can_be_executed() -> None:
    assert all(os.access(script, os.X_OK) for script in (ROOT / "actions").glob("*.sh"))


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the action with this environment's command on the path, as after the installation."""
    files = {name: str(folder / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "RUNNER_TEMP": str(folder), "OUTPUT": str(folder / "review")}
    return subprocess.run(
        [str(ROOT / "actions" / script)], env={**os.environ, **own, **files, **environment}, cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@needs_bash
@pytest.mark.parametrize(("step", "code"), [(True, 0), (False, 3)])
def test_the_review_script_writes_report_summary_and_code(tmp_path: Path, *, step: bool, code: int) -> None:
    repository = GitRepository(tmp_path / "clone")
    before, after = (text_file(*rows) for rows in ((), (text_row("a/One-7B"),)))
    repository.commit("2025-01-01", models__csv=before, db__json=generated_db_json(before, "models.csv"))
    generated = generated_db_json(after, "models.csv") if step else b"{}"
    repository.commit("2025-01-02", models__csv=after, db__json=generated)
    options = {"STYLES_REPOSITORY": "", "POLICY": "", "OFFLINE": "true", "FAIL_ON": "error"}
    revisions = {"CATEGORY": "text_generation", "BASE": "HEAD~1", "HEAD": "HEAD", "REPOSITORY": str(repository.folder)}
    done = run("review.sh", tmp_path, **options, **revisions)
    assert (done.returncode, done.stderr) == (code, "")
    assert (tmp_path / "github_output").read_text(encoding="utf-8") == f"exit-code={code}\n"
    summary = (tmp_path / "github_step_summary").read_text(encoding="utf-8")
    assert summary == (tmp_path / "review" / "review.md").read_text(encoding="utf-8")
    assert (tmp_path / "review" / "review.json").is_file()


@needs_bash
def test_a_review_that_cannot_be_made_fails_the_step(tmp_path: Path) -> None:
    options = {"STYLES_REPOSITORY": "", "POLICY": "", "OFFLINE": "true", "FAIL_ON": "error"}
    done = run("review.sh", tmp_path, CATEGORY="text_generation", BASE="x", HEAD="--help", REPOSITORY=".", **options)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert not (tmp_path / "github_step_summary").exists()


@needs_bash
def test_the_comment_script_reads_the_number_from_a_file(tmp_path: Path) -> None:
    review = reviewed(facts(image_file(["One"]), image_file(["One"])))
    (tmp_path / "review.json").write_text(review.model_dump_json(), encoding="utf-8")
    (tmp_path / "number").write_text("7\n", encoding="utf-8")
    with in_background(FakeGitHub()) as github:
        where = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN, "HEAD": HEAD}
        done = run("comment.sh", tmp_path, PULL_REQUEST="number", REVIEW="review.json", **where)
        assert (done.returncode, done.stderr) == (0, "Comment of pull request 7: written\n")
        (tmp_path / "number").write_text("7; rm -rf .\n", encoding="utf-8")
        assert run("comment.sh", tmp_path, PULL_REQUEST="number", REVIEW="review.json", **where).returncode == 2
