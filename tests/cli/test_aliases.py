"""``aliases check``."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import Cli, assert_refused


def test_a_good_file_is_said_to_be_good(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        '[models]\n"ollama/harbor:3b" = "Northwind/Harbor-3B-Instruct"\nx = "No/Model"\n[families]\na = "b"\n'
    )
    run = cli("aliases", "check", str(file), "--demo")
    assert (run.code, run.err) == (0, "")
    assert run.text.startswith(f"{file} is a good file of aliases: 2 API names, 1 base name.\n")
    assert "a.toml line 3: the alias 'x' names no model: 'No/Model'." in run.text


def test_a_bad_file_is_1_and_names_the_line(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("[models]\n\nx = 7\n")
    assert_refused(cli("aliases", "check", str(file), "--demo"), 1, f"{file} line 3: 'x'")


def test_a_file_that_is_not_there_is_1(cli: Cli, tmp_path: Path) -> None:
    assert_refused(cli("aliases", "check", str(tmp_path / "none.toml"), "--demo"), 1, "No such file")
