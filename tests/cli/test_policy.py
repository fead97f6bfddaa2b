"""``policy``: showing and checking."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.policy_files import load_policy, read_policy
from tests.support.command_line import Cli, assert_refused


def test_the_default_policy_is_shown(cli: Cli) -> None:
    run = cli("policy", "show")
    assert (run.code, run.err) == (0, "")
    assert read_policy(run.text, "shown") == Policy()


def test_a_file_s_policy_is_shown_whole(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text('[protect]\nnames = [{name = "é \\"x\\"", reason = "why", until = 2027-01-01}]\n', encoding="utf-8")
    run = cli("policy", "show", "--policy", str(file))
    assert read_policy(run.text, "shown") == load_policy(file)
    assert "max_models = 10" in run.text
    again = tmp_path / "again.toml"
    again.write_bytes(run.out)
    assert cli("policy", "show", "--policy", str(again)).out == run.out


def test_a_good_file_is_said_to_be_good(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("[limits]\nmax_models = 3\n")
    run = cli("policy", "check", str(tmp_path / "p.toml"))
    assert (run.code, run.err) == (0, "")
    assert "good policy" in run.text
    assert load_policy(tmp_path / "p.toml").digest()[:12] in run.text


@pytest.mark.parametrize("command", [("check",), ("show", "--policy")])
def test_a_bad_file_is_1_and_names_the_key(cli: Cli, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "p.toml").write_text("[limits]\nmax_modles = 3\n")
    run = cli("policy", *command, str(tmp_path / "p.toml"))
    assert_refused(run, 1, "limits.max_modles: no such key", "hint: `policy show` prints every key.")
    assert_refused(cli("policy", *command, str(tmp_path / "none.toml")), 1, "No such file")


def test_rule_13_hostile_keys_are_inert(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('"\\u001b[31m\\n" = 3\n')
    assert_refused(cli("policy", "check", str(tmp_path / "p.toml")), 1, "\\x1b[31m\\n: no such key")
