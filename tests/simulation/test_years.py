"""Short simulated years; ``make simulate SEED=...`` repeats one, or lives through a whole year."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import stamina

from tests.simulation.year import Year

SHARES, DAYS = tuple(range(first, first + 4) for first in range(0, 20, 4)), 30
"""The seeds of each test: years enough that all that a year can bring happens in each."""


@pytest.mark.parametrize("seeds", SHARES, ids=str)
async def test_short_years_keep_the_invariants(seeds: range, tmp_path: Path) -> None:
    """Section 5: shown use is true or unknown, no used model is critical or to be removed, and stale is said."""
    total = Counter[str]()
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        with stamina.set_testing(True, attempts=3, cap=True):
            total += await Year(seed, DAYS, folder).run()
    assert set(total) == {
        "catalogue edits",
        "critical",
        "days of history",
        "figures known",
        "figures unknown",
        "looks",
        "removals proposed",
        "restarts",
        "stale",
        "steps of the clock",
        "unavailable",
    }, "everything that a year can bring has happened"
    assert total["figures known"] > 4 * total["figures unknown"], "most figures are known, so that they are compared"
