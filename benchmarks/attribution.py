"""How many real names find their model, by form, and how fast a million names are attributed."""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks._report import Section, Table, spread
from benchmarks._servers import ROOT
from benchmarks.scale import catalogue_of, observation_of
from horde_model_reference.categories import HordeModelType
from horde_model_reference.integrations.attribution import attribute_names
from horde_model_reference.integrations.name_steps import name_rules

DATA = ROOT.parent / "shared" / "data"
MOST_MISSED = 0.03
SIZES = {1_000: 31, 100_000: 7, 1_000_000: 5}
QUICK_SIZES = {1_000: 11, 100_000: 3}
CHILD_SECONDS = 600
RULES = name_rules(HordeModelType.TEXT)


def run(*, quick: bool) -> Section:
    """Count the real names that find their model, where they lie beside the project, and measure the speed."""
    section = Section("Attribution of names")
    if (DATA / "names").is_dir():
        section.add(*_real_names(section))
    else:
        section.add("The real names do not lie beside the project.")
    rows = [_row(size, runs) for size, runs in (QUICK_SIZES if quick else SIZES).items()]
    section.add(
        "API names against as many models, in a fresh process each; the names are in the forms of the scale benchmark. "
        "Time and processor time (of all threads) of the attribution alone, the median of the runs (range).",
        Table(("API names", "time", "processor time", "names a second of processor time"), rows),
    )
    return section


def _real_names(section: Section) -> tuple[str, Table]:
    with (DATA / "catalogue" / "models.csv").open(encoding="utf-8", newline="") as file:
        models = list(dict.fromkeys(row["name"] for row in csv.DictReader(file)))
    rows = _rows(DATA / "names" / "names.tsv")
    found = _models_of([name for name, _, _ in rows], models)
    forms: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, model, form in rows:
        outcome = 0 if found[name] == model else 1 if found[name] is None else 2
        forms[form][outcome] += 1
    right, missed, wrong = (sum(counts[at] for counts in forms.values()) for at in range(3))
    apart = _rows(DATA / "names" / "different.tsv")
    joined = [name for name, model, _ in apart if _models_of([name], models)[name] == model]
    share = right / len(rows)
    goal = section.check(f"{share:.1%} of the real names", met=share >= 1 - MOST_MISSED and not wrong and not joined)
    incomplete = {form: counts for form, counts in forms.items() if counts[1] or counts[2]}
    text = (
        f"Of {len(rows)} real names in {len(forms)} forms, {right} ({share:.1%}) find their model, "
        f"{missed} find none and {wrong} a wrong one; of {len(apart)} names that only look like a model's, "
        f"{len(joined)} are joined with it "
        f"(goals: at least {1 - MOST_MISSED:.0%}, 0 wrong, 0 joined: {goal}). The forms in which not all find it:"
    )
    cells = [[form, *map(str, counts)] for form, counts in sorted(incomplete.items())]
    return text, Table(("form", "right", "none", "wrong"), cells)


def _rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def _models_of(names: list[str], models: list[str]) -> dict[str, str | None]:
    reported = pl.LazyFrame({"api_name": list(dict.fromkeys(names))})
    found = attribute_names(reported, pl.Series(models), RULES).collect()
    pairs = found.select("api_name", "model_index").iter_rows()
    return {name: None if index is None else models[index] for name, index in pairs}


def _row(size: int, runs: int) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.attribution", str(size), str(runs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=CHILD_SECONDS, check=True)
    wall, used = json.loads(done.stdout)
    times = [f"{spread([1000 * value for value in values], 1)} ms" for values in (wall, used)]
    return [f"{size:,}", *times, f"{size / median(used):,.0f}"]


def measure(size: int, runs: int) -> tuple[list[float], list[float]]:
    """Return the seconds and the processor seconds of each run, after one that loads code."""
    models = catalogue_of(size, growing=True).frame["name"]
    reported = observation_of(models).stats.frame.select("api_name")
    wall, used = [], []
    for _ in range(runs + 1):
        started, started_using = time.perf_counter(), time.process_time()
        attribute_names(reported.lazy(), models, RULES).collect(engine="in-memory")
        wall.append(time.perf_counter() - started)
        used.append(time.process_time() - started_using)
    return wall[1:], used[1:]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("runs", type=int)
    print(json.dumps(measure(**vars(parser.parse_args()))))
