"""Short simulated years; ``make simulate SEED=...`` repeats one, or lives through a whole year."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import stamina

from tests.simulation.year import Year, lived

USUAL, THOROUGH, DAYS = range(4), (range(4, 12), range(12, 20)), 30
"""The seeds of each test: years enough that all that a year can bring happens in each."""


@pytest.mark.parametrize(
    "seeds", [USUAL, *(pytest.param(seeds, marks=pytest.mark.thorough) for seeds in THOROUGH)], ids=str
)
def test_short_years_keep_the_invariants(seeds: range, tmp_path: Path) -> None:
    """Section 5: shown use is true or unknown, no used model is critical or to be removed, and stale is said."""
    total = Counter[str]()
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        with stamina.set_testing(True, attempts=3, cap=True):
            total += lived(Year(seed, DAYS, folder))
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
