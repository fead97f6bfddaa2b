"""Time of the verdicts of a risk table and of a whole plan, by catalogue size, on one processor."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from benchmarks._report import Section, Table
from benchmarks._servers import ROOT
from benchmarks.scale import catalogue_of, observation_of
from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.planning import make_plan
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from horde_model_reference.curation.verdict_table import verdict_table, verdict_table_key

SIZES = (1_000, 10_000, 100_000)
MOST_SECONDS = {100_000: 1.0}
RUNS = 5
CHILD_SECONDS = 300
LISTED_SINCE = 1_700_000_000.0
NO_ROOM = Policy.model_validate({"limits": {"max_models": 0}})
"""Plans under it judge every model and remove none, for whose effect a catalogue in columns has no records."""


def measure(models: int, runs: int) -> dict[str, list[float]]:
    """Return the seconds of verdicts and of plans in this process, by name; inputs are new for each run."""
    catalogue = catalogue_of(models, growing=True)
    table = ModelDeletionRiskInfoFactory.create_default().create_table(
        catalogue, observation_of(catalogue.frame["name"])
    )
    listings = dict.fromkeys(catalogue.frame["name"], Listing(LISTED_SINCE))

    def facts() -> CurationFacts:
        return CurationFacts(table, catalogue, "models.csv", "models.csv", Styles({}, {}), listings)

    def judge(inputs: CurationFacts) -> None:
        verdict_table(inputs, NO_ROOM, verdict_table_key(inputs, NO_ROOM))

    def plan(inputs: CurationFacts) -> None:
        make_plan(inputs, NO_ROOM)

    return {work.__name__: [_seconds(work, facts()) for _ in range(runs)] for work in (judge, plan)}


def _seconds(work: Callable[[CurationFacts], None], inputs: CurationFacts) -> float:
    started = time.perf_counter()
    work(inputs)
    return time.perf_counter() - started


def _measure_apart(models: int, runs: int) -> dict[str, list[float]]:
    """Measure in a fresh process that computes on one processor."""
    command = [sys.executable, "-m", "benchmarks.verdicts", str(models), str(runs)]
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=CHILD_SECONDS, check=True
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def run(*, quick: bool) -> Section:
    """Measure every size."""
    section = Section("Verdicts")
    rows = []
    for models in SIZES:
        seen = _measure_apart(models, 2 if quick else RUNS)
        rows.append([f"{models:,}", _told(seen["judge"]), _goal(section, models, seen["judge"]), _told(seen["plan"])])
    section.add(
        "The verdicts of all models of a table, from the inputs that were read to the table with its new columns, and "
        "a whole plan with its sentences; Polars has one thread. In a fresh process a row, each run with inputs that "
        "nothing was computed from before.",
        Table(("models", "verdicts: median (range)", "goal", "plan: median (range)"), rows),
    )
    return section


def _told(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:,.0f} ms ({min(seconds) * 1000:,.0f} to {max(seconds) * 1000:,.0f})"


def _goal(section: Section, models: int, seconds: list[float]) -> str:
    most = MOST_SECONDS.get(models)
    if most is None:
        return "none"
    goal = f"under {most:g} s"
    return f"{goal}: {section.check(f'verdicts of {models:,} models {goal}', met=median(seconds) < most)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=int)
    parser.add_argument("runs", type=int)
    print(json.dumps(measure(**vars(parser.parse_args()))))
