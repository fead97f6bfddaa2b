"""Exit codes, and that no command pays for what it does not need."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress

import pytest

from horde_model_reference.cli.main import COMMANDS
from tests.support.command_line import Cli, assert_refused


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_is_shown_and_is_no_error(cli: Cli, command: list[str]) -> None:
    run = cli(*command, "--help")
    assert (run.code, run.err) == (0, "")
    assert "Usage: " in run.text
    assert all(name in run.text for name in command)


def test_the_help_names_every_command_before_its_sentence(cli: Cli) -> None:
    rows = re.findall(r"^[│|]?\s*([a-z-]+)\s{2,}[A-Z]", cli("--help").text, re.MULTILINE)
    assert rows == list(COMMANDS)


def test_without_a_command_the_help_is_shown(cli: Cli) -> None:
    run = cli()
    assert (run.code, run.err) == (2, "")
    assert all(name in run.text for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["nonsense"]),
        (["--nonsense"], ["--nonsense"]),
        (["deletion-risk"], ["category", "image_generation"]),
        (["deletion-risk", "nonsense"], ["nonsense", "image_generation"]),
        (["deletion-risk", "image_generation", "--nonsense"], ["--nonsense"]),
        (["deletion-risk", "image_generation", "--limit", "0"], ["--limit"]),
        (["deletion-risk", "image_generation", "--limit", "x"], ["--limit"]),
        (["deletion-risk", "image_generation", "--limit"], ["--limit"]),
        (["deletion-risk", "image_generation", "--offset", "-1"], ["--offset"]),
        (["deletion-risk", "image_generation", "--format", "yaml"], ["--format", "markdown"]),
        (["deletion-risk", "image_generation", "more"], ["more"]),
        (["explain", "image_generation"], ["name"]),
        (["explain", "nonsense", "x"], ["nonsense"]),
        (["sync", "nonsense"], ["nonsense"]),
        (["serve", "--port", "65536"], ["--port"]),
        (["serve", "--port", "x"], ["--port"]),
        (["serve", "--workers", "0"], ["--workers"]),
        (["deletion-risk", "\x1b[31m\nred"], []),
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
    assert process.wait(timeout=30) == 0
    assert b"\x1b[" in shown
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode()).splitlines()
    assert len(lines) > 50
    assert max(map(len, lines)) <= 72
