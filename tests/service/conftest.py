"""The service on the bundled sample."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.service import BlockingClient, serving_the_sample


@pytest.fixture(scope="session")
def demo() -> Iterator[BlockingClient]:
    """A client of one service for all tests, with the bundled sample and the simulated Horde."""
    with serving_the_sample() as client:
        yield client
