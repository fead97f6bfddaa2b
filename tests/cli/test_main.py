"""Exit codes, help and completion, and that no command pays for what it does not need."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.main import COMMANDS, PROGRAM, command_named
from tests.support.command_line import Cli, assert_refused
from tests.support.waiting import PATIENCE


def commands() -> Iterator[list[str]]:
    """The program, its commands, and theirs, as they are typed."""
    yield []
    for name in COMMANDS:
        yield [name]
        below: dict[str, Any] = getattr(command_named(name), "commands", {})
        yield from ([name, each] for each in below)


@pytest.mark.parametrize("command", [*commands()], ids=" ".join)
def test_help_is_shown_and_is_no_error(cli: Cli, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    """In under 60 lines of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    run = cli(*command, "--help")
    assert (run.code, run.err) == (0, "")
    assert run.text.startswith(f"Usage: {' '.join([PROGRAM, *command])} ")
    lines = run.text.splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("command", [["--version"], *([*command, "--help"] for command in commands())], ids=" ".join)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_help_that_cannot_be_written_is_told_in_one_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert_refused(cli(*command), 1, "Standard output", "No space left", "hint: ")


def test_the_version_is_the_installed_one(cli: Cli) -> None:
    run = cli("--version")
    assert (run.code, run.text, run.err) == (0, f"{PROGRAM} {metadata.version(PROGRAM)}\n", "")


@pytest.mark.parametrize("group", ["policy", "history"])
def test_a_group_without_a_command_shows_its_help(cli: Cli, group: str) -> None:
    run = cli(group)
    assert (run.code, run.err) == (2, "")
    assert all(name in run.text for name in command_named(group).commands)


def test_the_help_names_every_command_before_its_sentence(cli: Cli) -> None:
    rows = re.findall(r"(?m)^  ([a-z]\S+) {2,}[A-Z]", cli("--help").text)
    assert rows == list(COMMANDS)


def test_without_a_command_the_help_is_shown(cli: Cli) -> None:
    run = cli()
    assert (run.code, run.err) == (2, "")
    assert all(name in run.text for name in COMMANDS)


RISKY = ("image_generation", "text_generation")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["nonsense"]),
        (["--nonsense"], ["--nonsense"]),
        (["deletion-risk"], ["CATEGORY", "image_generation"]),
        (["deletion-risk", "nonsense"], ["nonsense", "image_generation"]),
        (["deletion-risk", "image_generation", "--nonsense"], ["--nonsense"]),
        (["deletion-risk", "image_generation", "--limit", "0"], ["--limit"]),
        (["deletion-risk", "image_generation", "--limit", "x"], ["--limit"]),
        (["deletion-risk", "image_generation", "--limit"], ["--limit"]),
        (["deletion-risk", "image_generation", "--offset", "-1"], ["--offset"]),
        (["deletion-risk", "image_generation", "--format", "yaml"], ["--format", "markdown"]),
        (["deletion-risk", "image_generation", "more"], ["more"]),
        (["explain", "image_generation"], ["NAME"]),
        (["explain", "nonsense", "x"], ["nonsense"]),
        (["sync", "nonsense"], ["nonsense"]),
        (["serve", "--port", "65536"], ["--port"]),
        (["serve", "--port", "x"], ["--port"]),
        (["serve", "--workers", "0"], ["--workers"]),
        (["deletion-risk", "\x1b[31m\nred"], []),
        (["deletion-risk", "lora"], ["lora", *RISKY]),
        (["explain", "lora", "x"], ["lora", *RISKY]),
        (["plan", "lora"], ["lora", *RISKY]),
        (["plan", "image", "more"], ["more"]),
        (["sync", "image", "nonsense"], ["nonsense", *MODEL_REFERENCE_CATEGORY]),
        (["history", "nonsense"], ["nonsense"]),
        (["history", "export", "--format", "yaml"], ["--format", "parquet"]),
    ],
)
def test_wrong_usage_is_2_with_one_line_and_a_hint(cli: Cli, arguments: list[str], words: list[str]) -> None:
    run = cli(*arguments)
    assert_refused(run, 2, *words, "hint: ", "--help")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HORDE_MODEL_REFERENCE_HORDE_API_TIMEOUT", "soon"),
        ("HORDE_MODEL_REFERENCE_LOW_USAGE_THRESHOLD_PERCENTAGE", "101"),
        ("AI_HORDE_URL", "nowhere"),
    ],
)
def test_a_senseless_setting_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch, setting: str, value: str) -> None:
    monkeypatch.setenv(setting, value)
    for command in (["deletion-risk", "image_generation"], ["explain", "image_generation", "x"], ["sync"], ["serve"]):
        assert_refused(cli(*command), 1, setting, "hint: ")


WATCH = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
import horde_model_reference
loaded = {"library": sorted(sys.modules)}
from horde_model_reference.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["horde-model-reference", *arguments]
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        try:
            main()
        except SystemExit as ended:
            assert ended.code == 0, (arguments, ended.code)
    loaded[arguments[0]] = sorted(sys.modules)
print(json.dumps(loaded))
"""


def test_nothing_is_imported_before_it_is_used() -> None:
    """Each command is run in one process, the lightest first."""
    commands = [
        ["sync", "controlnet", "--demo"],
        ["explain", "image_generation", "Lantern", "--demo"],
        ["deletion-risk", "image_generation", "--demo"],
        ["--help"],
    ]
    watched = subprocess.run([sys.executable, "-c", WATCH, json.dumps(commands)], check=True, capture_output=True)
    loaded = {step: set(modules) for step, modules in json.loads(watched.stdout).items()}
    heavy = {"polars", "httpx", "pydantic", "typer", "rich"}
    service = {"fastapi", "starlette", "prometheus_client", "horde_model_reference.service"}
    assert loaded["library"].isdisjoint(heavy | service | {"uvicorn"})
    assert loaded["deletion-risk"] >= heavy
    assert loaded["deletion-risk"].isdisjoint(service | {"uvicorn"})
    assert loaded["--help"].isdisjoint(service)


LIGHT = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from horde_model_reference.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["horde-model-reference", *arguments]
    with redirect_stdout(StringIO()):
        try:
            main()
        except SystemExit as ended:
            assert ended.code == 0, (arguments, ended.code)
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = {"polars", "sqlalchemy", "rich", "httpx", "uvicorn", "fastapi", "asyncio", "horde_model_reference.settings"}


def test_help_and_version_import_nothing_large() -> None:
    """Nor does the help of any command; one process runs them all."""
    asked = [["--version"], *([*command, "--help"] for command in commands())]
    ran = subprocess.run([sys.executable, "-c", LIGHT, json.dumps(asked)], check=True, capture_output=True)
    assert HEAVY & set(json.loads(ran.stdout)) == set()


COMPLETED = [
    ("exp", ["explain"]),
    ("history ex", ["export"]),
    ("deletion-risk t", ["text_generation", "text"]),
    ("deletion-risk l", []),
    ("sync l", ["lora"]),
    ("deletion-risk image --pre", ["--preset"]),
    ("deletion-risk image --preset no", ["no_workers"]),
    ("deletion-risk image --risk-level m", ["medium"]),
    ("deletion-risk image --sort=-wo", []),
    ("deletion-risk image --sort wo", ["worker_count", "workers_known"]),
    ("deletion-risk image --format pa", ["parquet"]),
    ("plan image --over", ["--override"]),
    ("history import --type te", ["text"]),
]


@pytest.mark.parametrize(("typed", "proposed"), COMPLETED, ids=[typed for typed, _ in COMPLETED])
def test_what_is_typed_is_completed(cli: Cli, monkeypatch: pytest.MonkeyPatch, typed: str, proposed: list[str]) -> None:
    words = [PROGRAM, *typed.split(" ")]
    monkeypatch.setenv("_HORDE_MODEL_REFERENCE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", " ".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    run = cli()
    assert (run.code, run.err) == (0, "")
    assert run.text.split() == proposed


COMPLETE = """
{program} --install-completion || exit
. "$HOME/.bashrc"
COMP_WORDS=({program} deletion-risk image --risk)
COMP_CWORD=3
_horde_model_reference_completion {program}
echo "proposed: ${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_completion_is_installed_for_the_shell_in_use(tmp_path: Path) -> None:
    program = shlex.quote(str(Path(sys.executable).with_name(PROGRAM)))
    environment = {**os.environ, "HOME": str(tmp_path)}
    script = COMPLETE.format(program=program)
    ran = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, env=environment)
    assert "proposed: --risk-level" in ran.stdout


def test_who_stops_reading_ends_the_run_without_a_word(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ("json", "table"):
        reading, writing = os.pipe()
        os.close(reading)
        with monkeypatch.context() as patch, suppress(BrokenPipeError), os.fdopen(writing, "w") as broken:
            patch.setattr(sys, "stdout", broken)
            patch.setattr(sys, "stderr", sys.stderr)  # Typer wraps both.
            run = cli("deletion-risk", "text_generation", "--demo", "--format", form)
        assert (run.code, run.err) == (1, "")


def test_a_terminal_gets_colour_and_lines_of_its_width() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 72, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    command = [sys.executable, "-m", "horde_model_reference", "deletion-risk", "image_generation", "--demo"]
    process = subprocess.Popen(command, stdout=theirs, stdin=theirs, env=environment | {"TERM": "xterm-256color"})
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # Linux tells the end of a terminal so.
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert process.wait(timeout=PATIENCE) == 0
    assert b"\x1b[" in shown
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode()).splitlines()
    assert len(lines) > 50
    assert max(map(len, lines)) <= 72
