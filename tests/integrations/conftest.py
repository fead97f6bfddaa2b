"""A Horde on loopback, and retries that do not pause."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from tests.support.misbehaving_horde import MisbehavingHorde


@pytest.fixture
async def horde() -> AsyncIterator[MisbehavingHorde]:
    async with MisbehavingHorde() as horde:
        yield horde


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """Retries follow each other at once; how many there are stays the source's."""
    stamina.set_testing(True, attempts=1000, cap=True)
    yield
    stamina.set_testing(False)
