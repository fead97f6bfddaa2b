"""Runs the benchmarks: all, or those named."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import (
    attribution,
    backtest,
    bodies,
    chaos,
    history,
    hosts,
    lighthouse,
    nginx,
    older,
    older_figures,
    pages,
    review,
    scale,
    soak,
    startup,
    takeover,
    throughput,
    verdicts,
)
from benchmarks._report import Section, SkippedError, write
from benchmarks._servers import LOG

RESULTS = Path(__file__).with_name("RESULTS.md")

BENCHMARKS: dict[str, Callable[[bool], Section]] = {
    "throughput": lambda quick: throughput.run(quick=quick),
    "nginx": lambda quick: nginx.run(quick=quick),
    "takeover": lambda quick: takeover.run(quick=quick),
    "older": lambda quick: older.run(quick=quick),
    "older-figures": lambda quick: older_figures.run(quick=quick),
    "scale": lambda quick: scale.run(quick=quick),
    "verdicts": lambda quick: verdicts.run(quick=quick),
    "backtest": lambda quick: backtest.run(quick=quick),
    "review": lambda quick: review.run(quick=quick),
    "attribution": lambda quick: attribution.run(quick=quick),
    "bodies": lambda quick: bodies.run(quick=quick),
    "startup": lambda quick: startup.run(quick=quick),
    "history": lambda quick: history.run(quick=quick),
    "pages": lambda quick: pages.run(quick=quick),
    "lighthouse": lambda quick: lighthouse.run(quick=quick),
}

LONG: dict[str, Callable[..., Section]] = {"soak": soak.run, "hosts": hosts.run, "chaos": chaos.run}
"""Those that run only when they are named, for some minutes; a missed goal of theirs is a failure."""


def main() -> int:
    """Run, print, and write the page of results; status 1 where one of ``LONG`` missed a goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help=f"of {', '.join((*BENCHMARKS, *LONG))}; by default all but the last three"
    )
    parser.add_argument("--quick", action="store_true", help="short rounds, to see that all works; nothing is written")
    parser.add_argument("--minutes", type=float, default=10, help="how long each of the last three lasts (10)")
    parser.add_argument("--output", type=Path, help="the page of results (RESULTS.md beside this file)")
    chosen = parser.parse_args()
    long = {name: partial(_long, run, chosen.minutes) for name, run in LONG.items()}
    known: dict[str, Callable[[bool], Section]] = BENCHMARKS | long
    unknown = [name for name in chosen.names if name not in known]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    LOG.unlink(missing_ok=True)
    page = chosen.output or (None if chosen.quick else RESULTS)
    missed: dict[str, list[str]] = {}
    for name in chosen.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            section = known[name](chosen.quick)
        except SkippedError as reason:
            print(f"{name}: skipped: {reason}.", flush=True)
            continue
        print(section.markdown(), flush=True)
        missed[name] = section.missed
        if page is not None:
            write(page, [section])
    for name, goals in missed.items():
        print(f"{name}: {'missed: ' + '; '.join(goals) if goals else 'all goals met'}.", file=sys.stderr)
    return 1 if any(missed.get(name) for name in LONG) else 0


def _long(run: Callable[..., Section], minutes: float, _: bool) -> Section:  # noqa: FBT001
    return run(minutes=minutes)


if __name__ == "__main__":
    sys.exit(main())
