"""``--demo``, on every command."""

from __future__ import annotations

import socket
from typing import Never

import pytest

from horde_model_reference.settings import ENV_PREFIX
from tests.support.command_line import Cli

COMMANDS = [
    ["deletion-risk", "image_generation"],
    ["deletion-risk", "text_generation", "--group-text-models"],
    ["explain", "image_generation", "Lantern"],
    ["sync"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_demo_needs_no_network_and_none_of_the_users_settings(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    def refused(*_: object) -> Never:
        pytest.fail("a socket was used")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    plain = cli(*command, "--demo")
    assert (plain.code, bool(plain.out or plain.err)) == (0, True)

    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", "/nowhere")
    monkeypatch.setenv("AI_HORDE_URL", "http://127.0.0.1:1/")
    assert cli(*command, "--demo") == plain
