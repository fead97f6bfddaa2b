"""The listening socket, and limits that fit the files a process may open (design, section 14)."""

from __future__ import annotations

import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from horde_model_reference.errors import ServeError
from horde_model_reference.service.connections import RESERVE, ConnectionLimits
from horde_model_reference.service.server import BACKLOG, OWN_FILES, fitted, listen, make_config, open_files
from horde_model_reference.settings import load_settings


def test_a_socket_listens_on_a_free_port() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()) as client:
        assert client.getpeername() == listener.getsockname()
        assert listener.get_inheritable(), "workers inherit it"


@pytest.mark.parametrize("host", ["", "192.0.2.1", "ü" * 80])
def test_an_address_that_is_not_available_is_told(host: str) -> None:
    with pytest.raises(ServeError, match=r"No host|Cannot listen on"):
        listen(host, 0)


@given(st.integers(1, 100_000))
@example(146)
def test_connections_and_backlog_fit_the_open_files(files: int) -> None:
    wanted = ConnectionLimits.from_settings(load_settings())
    limits, backlog = fitted(wanted, files)
    assert 1 <= limits.connections <= wanted.connections
    assert 1 <= backlog <= BACKLOG
    assert limits.connections + backlog <= max(2, files - OWN_FILES - RESERVE)


def test_the_configuration_trusts_no_proxy_header() -> None:
    config = make_config("module:app", load_settings(), 2)
    assert (config.workers, config.proxy_headers, config.access_log) == (2, False, False)
    assert config.backlog == fitted(ConnectionLimits.from_settings(load_settings()), open_files())[1]
