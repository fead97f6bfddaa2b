"""Short simulated years; ``make simulate SEED=...`` repeats one, or lives through a whole year."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import stamina

from tests.simulation.year import Year

SEEDS, DAYS = range(20), 30


def live(seed: int) -> Counter[str]:
    """Live through one short year."""
    stamina.set_testing(True, attempts=3, cap=True)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(Year(seed, DAYS, Path(folder)).run())


def test_short_years_keep_the_invariants() -> None:
    """Section 5: shown use is true or unknown, no used model is critical or to be removed, and stale is said."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1), mp_context=context) as processes:
        total = sum(processes.map(live, SEEDS), Counter[str]())
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
