"""Simulates a year: ``make simulate SEED=1`` (text models with even seeds, image models with odd ones)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import stamina

from tests.simulation.year import Year, lived


def main() -> int:
    """Run, and print how often each thing happened; status 1 with the failure where an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same year (default: %(default)s)")
    parser.add_argument("--days", type=int, default=365, help="length (default: %(default)s)")
    options = parser.parse_args()
    stamina.set_testing(True, attempts=3, cap=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            tally = lived(Year(options.seed, options.days, Path(folder)))
        except AssertionError as error:
            print(f"BROKEN: {error}")
            return 1
    print("\n".join(f"{count:>10,} {what}" for what, count in sorted(tally.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
