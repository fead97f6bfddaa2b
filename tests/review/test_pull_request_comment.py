"""The one comment of a pull request: written once, then kept up to date, and never a person's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from horde_model_reference.errors import OutputError, UsageError
from horde_model_reference.http_client import make_client
from horde_model_reference.review.pull_request_comment import MARK, PAGE, keep_comment
from horde_model_reference.review.review_schema import Review
from tests.support.builders import TEXT
from tests.support.github import HEAD, REPOSITORY, TOKEN, FakeGitHub
from tests.support.reviews import facts, image_file, reviewed

ONE = reviewed(facts(image_file(["One"]), image_file({"One": {"description": ""}})))
OTHER = reviewed(facts(image_file(["One"]), image_file(["One", "Two"])))


@pytest.fixture
async def github() -> AsyncIterator[FakeGitHub]:
    async with FakeGitHub() as running:
        yield running


async def kept(github: FakeGitHub, review: Review = ONE, head: str = HEAD, number: int = 7) -> str:
    async with make_client(30, httpx.AsyncHTTPTransport()) as client:
        client.base_url = httpx.URL(f"{github.url}/repos/{REPOSITORY}/")
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        return await keep_comment(client, number, head, review)


async def test_the_comment_is_written_then_left_then_updated(github: FakeGitHub) -> None:
    github.comment("A person's words.", "User")
    assert [await kept(github), await kept(github), await kept(github, OTHER)] == ["written", "unchanged", "updated"]
    assert github.requests == ["POST issues/7/comments", "PATCH issues/comments/2"]
    assert "`One`" not in github.comments[1]["body"]
    assert len(github.comments) == 2


async def test_a_comment_of_a_person_that_imitates_ours_stays(github: FakeGitHub) -> None:
    github.comment(f"{MARK.format('image_generation')}\nmine", "User")
    assert await kept(github) == "written"
    assert github.comments[0]["body"].endswith("mine")


async def test_the_comment_is_found_on_a_later_page(github: FakeGitHub) -> None:
    for at in range(PAGE + 5):
        github.comment(f"Comment {at}.")
    assert [await kept(github), await kept(github)] == ["written", "unchanged"]


async def test_each_category_has_its_comment(github: FakeGitHub) -> None:
    await kept(github)
    assert await kept(github, ONE.model_copy(update={"category": TEXT})) == "written"


async def test_a_pull_request_with_another_commit_gets_no_comment(github: FakeGitHub) -> None:
    with pytest.raises(UsageError, match="not at commit"):
        await kept(github, head="b" * 40)
    assert github.requests == []


async def test_a_pull_request_that_does_not_exist_is_told(github: FakeGitHub) -> None:
    with pytest.raises(OutputError, match="GitHub answered 404 to GET pulls/8"):
        await kept(github, number=8)


async def test_a_refusal_is_one_line_with_a_hint(github: FakeGitHub) -> None:
    github.refused = 403
    with pytest.raises(OutputError, match="GitHub answered 403") as refusal:
        await kept(github)
    assert "pull-requests write" in refusal.value.hint


@pytest.mark.parametrize(
    "raw", [b"nonsense", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{", b"HTTP/1.1 200 OK\r\n\r\n{"]
)
async def test_answers_that_are_none_are_one_line(github: FakeGitHub, raw: bytes) -> None:
    github.raw = raw
    with pytest.raises(OutputError, match="GitHub, GET pulls/7"):
        await kept(github)
