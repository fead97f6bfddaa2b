"""Mutates the analysis, and counts the mutants that the tests notice: ``make mutants``.

Each mutant is one small change of one module (an operator, a comparison, a number, a condition, a decorator), made by
cosmic-ray in a copy of the repository. Type annotations, options of dataclasses and caches are left alone, since they
change no result. A mutant that survives is printed as a diff, for a person to judge: write the missing test, or say why
the change does not matter.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from random import Random

from tests.mutants.running import MODULES, ROOT, mutations_of, run_all, sampled


def main() -> int:
    """Mutate, print what survives and the share that does not; status 1 below the goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="module", help=f"of {', '.join(MODULES)}; by default all")
    parser.add_argument("--sample", type=int, default=0, help="at most so many mutants a module (default: all)")
    parser.add_argument("--seed", default="1", help="which sample (default: %(default)s)")
    parser.add_argument(
        "--timeout", type=float, default=300, help="seconds for the tests of one (default: %(default)s)"
    )
    parser.add_argument("--goal", type=float, default=90, help="percent to be noticed (default: %(default)s)")
    options = parser.parse_args()
    os.chdir(ROOT)
    wanted = {name: MODULES[name] for name in options.modules or MODULES}
    mutants = [
        (name, mutation)
        for name, path in wanted.items()
        for mutation in sampled(mutations_of(path), options.sample, Random(f"{options.seed}:{name}"))
    ]
    noticed, tried = Counter[str](), Counter[str]()
    for outcome in run_all(mutants, options.timeout):
        tried[outcome.module] += 1
        noticed[outcome.module] += outcome.result.is_killed
        print(f"{tried.total()} of {len(mutants)}", end="\r", file=sys.stderr, flush=True)
        if not outcome.result.is_killed or outcome.timed_out:
            fate = "timed out" if outcome.timed_out else "survived"
            print(f"{fate}: {outcome.mutation.operator_name}\n{outcome.result.diff}\n", flush=True)
    for name in wanted:
        print(f"{name:28} {noticed[name]:4} of {tried[name]:4} noticed")
    share = 100 * noticed.total() / max(tried.total(), 1)
    print(f"{'all':28} {noticed.total():4} of {tried.total():4} noticed: {share:.1f} %")
    return int(share < options.goal)


if __name__ == "__main__":
    sys.exit(main())
