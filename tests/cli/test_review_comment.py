"""``review-comment``: a review that others may have written, drawn anew in the comment of its pull request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review.test_review_markdown import assert_inert
from tests.support.background import in_background
from tests.support.command_line import Cli, assert_refused
from tests.support.github import HEAD, REPOSITORY, TOKEN, FakeGitHub
from tests.support.hostile_names import ACTIVE
from tests.support.reviews import facts, image_file, reviewed

REVIEW = reviewed(facts(image_file(["One"]), image_file({"One": {"description": ""}})))
WHERE = ("--pull-request", "7", "--head", HEAD)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    with in_background(FakeGitHub()) as running:
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "review.json"
    path.write_text(REVIEW.model_dump_json(), encoding="utf-8")
    return path


def test_the_comment_is_written_and_said(cli: Cli, github: FakeGitHub, file: Path) -> None:
    run = cli("review-comment", str(file), *WHERE)
    assert (run.code, run.out, run.err) == (0, b"", "Comment of pull request 7: written\n")
    assert "`field_missing`" in github.comments[0]["body"]


def test_a_forged_review_cannot_act(cli: Cli, github: FakeGitHub, file: Path) -> None:
    forged = REVIEW.model_dump(mode="json")
    evil = "x`|\n# <b>@everyone</b> [a](https://evil.example) \x1b"
    for name in ("version", "base", "head"):
        forged[name] = evil
    forged["findings"] = [{"code": evil, "severity": "error", "record": evil, "line": 1, "sentence": evil}]
    forged["removed"] = [
        {"name": evil, "verdict": None, "reasons": [evil], "usage_month": 1, "worker_count": 1, "styles": [evil]}
    ]
    file.write_text(json.dumps(forged), encoding="utf-8")
    assert cli("review-comment", str(file), *WHERE).code == 0
    mark, *lines = github.comments[0]["body"].splitlines()
    assert mark == "<!-- horde-model-reference review: image_generation -->"
    for line in lines:
        assert not ACTIVE.search(line)
        assert_inert(line.replace("image_generation", ""))


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 5000, b"\xff", None])
def test_what_is_no_review_is_refused(cli: Cli, github: FakeGitHub, file: Path, content: bytes | None) -> None:
    file.unlink() if content is None else file.write_bytes(content)
    assert_refused(cli("review-comment", str(file), *WHERE), 2, "no review")
    assert github.requests == []


@pytest.mark.parametrize("name", ["GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_what_the_environment_lacks_is_named(
    cli: Cli, github: FakeGitHub, file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    assert_refused(cli("review-comment", str(file), *WHERE), 2, name)


@pytest.mark.parametrize("repository", ["a/b/../../c", "https://evil.example/a", "a b/c"])
def test_a_repository_that_is_none_is_refused(
    cli: Cli, github: FakeGitHub, file: Path, monkeypatch: pytest.MonkeyPatch, repository: str
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    assert_refused(cli("review-comment", str(file), *WHERE), 2, "GITHUB_REPOSITORY")


def test_another_commit_is_refused(cli: Cli, github: FakeGitHub, file: Path) -> None:
    run = cli("review-comment", str(file), "--pull-request", "7", "--head", "b" * 40)
    assert_refused(run, 2, "not at commit")
