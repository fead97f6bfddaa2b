"""Compares the package with the oracle on random cases: ``make check-figures``, ``SEED=... COUNT=...``."""

from __future__ import annotations

import argparse
import secrets
import sys

from tests.oracle.comparison import check_in_processes, report


def main() -> int:
    """Compare, print the seed and the smallest failure; status 1 where there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--seed", default="", help="any text; random by default")
    parser.add_argument("--count", type=int, default=5000, help="number of cases (default: %(default)s)")
    parser.add_argument("--number", type=int, help="this case alone")
    options = parser.parse_args()
    seed = options.seed or secrets.token_hex(4)
    numbers = range(options.count) if options.number is None else range(options.number, options.number + 1)
    print(f"SEED={seed}: comparing {len(numbers)} cases", flush=True)
    failures = check_in_processes(seed, numbers)
    print(report(failures) or "no value differs")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
