"""The GitHub action and its example workflows: safe for forks, pinned, and their scripts run as on a runner."""

from __future__ import annotations

import json
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
ACTIONS = ("action.yml", "comment/action.yml", "issue/action.yml")
WORKFLOWS = ("examples/workflows/review.yml", "examples/workflows/review-comment.yml", "examples/workflows/links.yml")
OWN = "Haidra-Org/horde-model-reference"
needs_bash = pytest.mark.skipif(os.name == "nt" or shutil.which("bash") is None, reason="the scripts are for bash")


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def steps(path: str) -> list[dict[str, Any]]:
    found = read(path)
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    return [step for job in jobs for step in job["steps"]]


def test_actions_of_others_are_pinned_to_a_commit() -> None:
    used = [step["uses"] for path in (*ACTIONS, *WORKFLOWS) for step in steps(path) if "uses" in step]
    assert len(used) > len(WORKFLOWS)
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


GH = """#!/bin/sh
printf '%s\\n' "$*" >>"$GH_LOG"
command=$1
while [ "$#" -gt 1 ]; do shift; done
[ "$command" != api ] || { printf '%s' "$GH_ISSUES" | jq -r "$1"; exit "$GH_CODE"; }
cat "$1" >"$GH_LOG.body"
"""
"""GitHub's command, as far as the script calls it: it looks through issues, and takes the body that comes last."""
OTHERS = [{"number": 3, "title": "Another"}, {"number": 4, "title": "Changes", "pull_request": {}}]
OURS = {"number": 12, "title": "Changes"}
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="GitHub's command has jq built in; here it is jq's")


def kept_issue(folder: Path, digest: str, *issues: dict[str, Any], code: int = 0) -> tuple[int, list[str], str]:
    """Run the script on a digest where these issues are open; return its code, the calls, and the issue's text."""
    (folder / "gh").write_text(GH, encoding="utf-8")
    (folder / "gh").chmod(0o755)
    (folder / "digest.md").write_text(digest, encoding="utf-8")
    log, found = folder / "log", json.dumps([*OTHERS, *issues])
    where = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "GITHUB_REPOSITORY": REPOSITORY, "TITLE": "Changes"}
    done = run("issue.sh", folder, DIGEST="digest.md", GH_LOG=str(log), GH_ISSUES=found, GH_CODE=str(code), **where)
    calls = log.read_text(encoding="utf-8").splitlines()
    body = folder / "log.body"
    return done.returncode, calls, body.read_text(encoding="utf-8") if body.exists() else ""


CHANGED = "# Changes from 2026-05-02 to 2026-06-01\n\n## image_generation\n\n### Added (1)\n\n- 2026-05-20 `Ünö`\n"
UNCHANGED = "# Changes from 2026-05-02 to 2026-06-01\n\n## image_generation\n\nNothing has changed.\n"


@needs_bash
@needs_jq
@pytest.mark.parametrize(
    ("digest", "issues", "call"),
    [
        (CHANGED, [], f"issue create --repo {REPOSITORY} --title Changes --body-file "),
        (CHANGED, [OURS], f"issue edit 12 --repo {REPOSITORY} --body-file "),
        (UNCHANGED, [OURS], f"issue edit 12 --repo {REPOSITORY} --body-file "),
    ],
)
def test_one_issue_holds_the_digest(tmp_path: Path, digest: str, issues: list[dict[str, Any]], call: str) -> None:
    code, calls, body = kept_issue(tmp_path, digest, *issues)
    assert (code, body) == (0, digest)
    looked, changed = calls
    assert looked.startswith(
        f"api --method GET repos/{REPOSITORY}/issues -f state=open -f creator=github-actions[bot] "
    )
    assert changed.startswith(call)


@needs_bash
@needs_jq
def test_without_changes_no_issue_is_opened(tmp_path: Path) -> None:
    code, calls, _ = kept_issue(tmp_path, UNCHANGED)
    assert (code, len(calls)) == (0, 1)


@needs_bash
@needs_jq
def test_a_long_digest_is_cut_between_lines(tmp_path: Path) -> None:
    line = "- 2026-05-20 `a model`\n"
    code, _, body = kept_issue(tmp_path, CHANGED + 5000 * line)
    assert code == 0
    assert 59_000 < len(body) < 65_536
    assert set(body.removeprefix(CHANGED).splitlines(keepends=True)) == {line, "\n", "The rest is left out.\n"}


@needs_bash
@needs_jq
def test_an_issue_that_cannot_be_looked_for_is_not_opened_again(tmp_path: Path) -> None:
    code, calls, _ = kept_issue(tmp_path, CHANGED, code=4)
    assert (code, len(calls)) == (4, 1)
