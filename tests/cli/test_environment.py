"""The environment's variables that are not ours."""

from __future__ import annotations

import pytest

from tests.support.command_line import Cli, assert_refused


@pytest.mark.parametrize("command", [["deletion-risk", "image_generation"], ["sync"]])
@pytest.mark.parametrize(("name", "value"), [("SSL_CERT_FILE", "/nonexistent.pem"), ("HTTP_PROXY", "http://h:bad")])
def test_a_variable_without_sense_is_told_in_one_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: list[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert_refused(cli(*command), 1, f"{name}: ", "hint: ")
