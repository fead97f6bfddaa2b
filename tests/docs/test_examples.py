"""Examples do what they say: Python, the command line, HTTP, environment files."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator

import pytest
from docs.generator import reference
from docs.generator.sample import workplace

from horde_model_reference.cli import main
from horde_model_reference.cli.main import command_named
from horde_model_reference.service.problems import phrase
from horde_model_reference.settings import Settings, load_settings
from tests.support.pages import ADDRESS, PAGES, ROOT, Block, blocks
from tests.support.service import BlockingClient, serving_the_sample

COMMAND = "horde-model-reference "


@pytest.fixture(scope="session")
def service() -> Iterator[BlockingClient]:
    """One service for all examples, with the bundled sample."""
    with serving_the_sample() as client:
        yield client


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_runs_and_prints_what_stands_below(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block.content, str(block), "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out
    if block.follower is not None and block.follower.language == "text":
        assert printed == block.follower.content
    else:
        assert not printed, "say what it prints, in a text block below"


def test_the_readme_has_a_library_example_with_its_output() -> None:
    assert [block for block in blocks("python") if block.page == "README.md" and block.follower]


@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_console_commands_work(
    block: Block, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """They run one after the other in a new folder that holds the sample's image catalogue."""
    commands = [line.removeprefix("$ ") for line in block.content.splitlines() if line.startswith("$ ")]
    assert commands
    with workplace():
        for command in commands:
            monkeypatch.setattr(sys, "argv", shlex.split(command))
            with pytest.raises(SystemExit) as ended:
                main()
            assert ended.value.code == 0, capsysbinary.readouterr().err


SHELL_LINES = [(block, line) for block in blocks("sh") for line in block.content.splitlines()]


@pytest.mark.parametrize(
    ("block", "line"), [(block, line) for block, line in SHELL_LINES if line.startswith(COMMAND)], ids=str
)
def test_commands_that_are_not_run_are_understood(block: Block, line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)[1:]
    command = command_named(name)
    command.make_context(name, arguments)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {
        target for text in PAGES.values() for named in re.findall(r"(?:^|`)make ([a-z][a-z -]*)", text, re.MULTILINE)
        for target in named.split()
    }  # fmt: skip
    assert {"demo", "test", "serve", "docs"} <= told
    assert told - targets == set()


@pytest.mark.parametrize("address", sorted({found for text in PAGES.values() for found in ADDRESS.findall(text)}))
def test_addresses_answer(service: BlockingClient, address: str) -> None:
    assert service.get(address).status_code == 200


class TestExchanges:
    """HTTP blocks: a request, an empty line, and its answer, in which ``...`` stands for whatever comes there."""

    @pytest.mark.parametrize("block", blocks("http"), ids=str)
    def test_the_answer_is_the_one_that_is_told(self, service: BlockingClient, block: Block) -> None:
        request, answer, *bodies = block.content.strip().split("\n\n")
        method, path, headers = self._request(request)
        if headers.get("If-None-Match") == '"..."':
            headers["If-None-Match"] = service.get(path, headers={**headers, "If-None-Match": "none"}).headers["ETag"]
        given = service.request(method, path, headers=headers)
        status_line, *told = answer.splitlines()
        assert status_line == f"HTTP/1.1 {given.status_code} {phrase(given.status_code)}"
        for line in told:
            name, _, value = line.partition(": ")
            pattern = re.escape(value).replace(re.escape("..."), ".+")
            assert re.fullmatch(pattern, given.headers[name].partition("; charset")[0]), line
        for body in bodies:
            assert given.json() == json.loads(body)

    @staticmethod
    def _request(text: str) -> tuple[str, str, dict[str, str]]:
        line, *headers = text.splitlines()
        method, path = line.split(" ")
        return method, path, dict(header.split(": ", 1) for header in headers)


def test_the_example_environment_holds_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assigned = dict(
        line.removeprefix("#").split("=", 1)
        for line in (ROOT / "docs/example.env").read_text(encoding="utf-8").splitlines()
        if re.match(r"#?[A-Z]", line) and " " not in line.partition("=")[0]
    )
    assert set(assigned) == set(reference.environment_names())
    for name in assigned:
        monkeypatch.delenv(name, raising=False)
    before = load_settings().model_dump()
    for name, value in assigned.items():
        if value:  # The others depend on the machine, or are empty by default.
            monkeypatch.setenv(name, "".join(shlex.split(value)))
    assert load_settings().model_dump() == before
    assert {**before, "data_dir": None} == {**Settings.model_construct().model_dump(), "data_dir": None}
