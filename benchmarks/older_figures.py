"""The figures that the older implementation makes of the Horde's answers, beside ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from benchmarks._report import Section, Table
from benchmarks._servers import STATISTICS, BenchmarkError, Cores, ReplayHorde, Served, ask, serving, wait_for
from benchmarks.older import RELEASE, common_catalogues, installed, serving_older
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

TEXT = f"{STATISTICS}/text_generation/deletion-risk"
STATS = ("stats/text/models", None)
EMPTY_STATISTICS = b'{"day":{},"month":{},"total":{}}'
CALLS = 5
HANGING_SECONDS = 600.0
MOST_SECONDS = 300.0
"""How long an answer is waited for while the Horde hangs."""

Serving = Callable[[ReplayHorde], AbstractContextManager[Served]]
"""Starts a service that asks this Horde."""


def run(*, quick: bool) -> Section:
    """Ask both for text models, each in processes of its own.

    Raises:
        SkippedError: The older one cannot be had here.
    """
    catalogues, python = common_catalogues(), installed()
    services: dict[str, Serving] = {
        "older": lambda horde: serving_older(python, horde, Cores(None, None)),
        "ours": lambda horde: _serving_ours(horde, catalogues),
    }
    section = Section("Figures of the older implementation")
    section.add(
        f"Release {RELEASE} and ours read the same catalogue of text models in the v2 format, and ask the same Horde "
        f"(the captures) on loopback; each figure from processes of its own. While the Horde hangs, ours has its "
        "default deadline.",
        Table(("figure", "older", "ours"), _rows(services, quick=quick)),
    )
    return section


@contextmanager
def _serving_ours(horde: ReplayHorde, catalogues: Mapping[MODEL_REFERENCE_CATEGORY, Path]) -> Iterator[Served]:
    with serving(horde, catalogues=catalogues) as ours:
        wait_for(ours.port, "/api/heartbeat", ours.process)
        yield ours


def _rows(services: Mapping[str, Serving], *, quick: bool) -> list[list[str]]:
    rows = [
        ["text models that are served", *_each(_in_order(services), lambda served, _: f"{len(_models(served)):,}")],
        ["their month use, of what the Horde reported", *_each(_in_order(services), _share_of_reported)],
        ["their months that differ from ours", *_different_months(services)],
        ["our critical models that are not called so", *_missed_critical(services)],
        [f"different answers to {CALLS} equal requests for families", *_each(_in_order(services), _grouped_answers)],
        ["critical models of a Horde whose statistics are empty", *_critical_without_statistics(services)],
    ]
    if not quick:
        rows.append(["seconds until the first answer while the Horde hangs, and its status", *_hanging(services)])
    return rows


def _in_order(services: Mapping[str, Serving]) -> list[Serving]:
    return [services["older"], services["ours"]]


def _each(services: list[Serving], look: Callable[[Served, ReplayHorde], str]) -> list[str]:
    """Ask each service, in a process of its own."""
    seen = []
    for serve in services:
        with ReplayHorde() as horde, serve(horde) as served:
            _answer(served, TEXT)
            seen.append(look(served, horde))
    return seen


def _answer(served: Served, target: str) -> dict[str, Any]:
    answer = ask(served.port, target)
    if answer.status != 200:
        raise BenchmarkError(f"status {answer.status}: {target}")
    found: dict[str, Any] = json.loads(answer.body)
    return found


def _models(served: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _answer(served, TEXT)["models"]
    return found


def _share_of_reported(served: Served, horde: ReplayHorde) -> str:
    reported = sum(json.loads(horde.bodies[STATS])["month"].values())
    shown = sum(model["usage_month"] or 0 for model in _models(served))
    return f"{shown / reported:.2f} times"


def _by_name(services: Mapping[str, Serving], key: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for who, serve in services.items():
        with ReplayHorde() as horde, serve(horde) as served:
            found[who] = {model["name"]: model[key] for model in _models(served)}
    return found


def _different_months(services: Mapping[str, Serving]) -> list[str]:
    months = _by_name(services, "usage_month")
    different = [name for name, month in months["ours"].items() if months["older"].get(name) != month]
    return [f"{len(different)} of {len(months['ours'])}", ""]


def _missed_critical(services: Mapping[str, Serving]) -> list[str]:
    critical = _by_name(services, "is_critical")
    ours = [name for name, is_critical in critical["ours"].items() if is_critical]
    missed = [name for name in ours if not critical["older"].get(name)]
    return [f"{len(missed)} of {len(ours)}", ""]


def _grouped_answers(served: Served, _: ReplayHorde) -> str:
    answers = [_answer(served, f"{TEXT}?group_text_models=true")["models"] for _ in range(CALLS)]
    return str(len({json.dumps(models) for models in answers}))


def _critical_without_statistics(services: Mapping[str, Serving]) -> list[str]:
    seen = []
    for serve in _in_order(services):
        with ReplayHorde() as horde:
            horde.bodies[STATS] = EMPTY_STATISTICS
            with serve(horde) as served:
                models = _models(served)
        seen.append(f"{sum(bool(model['is_critical']) for model in models)} of {len(models)}")
    return seen


def _hanging(services: Mapping[str, Serving]) -> list[str]:
    seen = []
    for serve in _in_order(services):
        with ReplayHorde(delay=HANGING_SECONDS) as horde, serve(horde) as served:
            wait_for(served.port, "/api/heartbeat", served.process)
            started, status = time.perf_counter(), "none"
            with suppress(OSError, HTTPException):
                status = str(ask(served.port, TEXT, timeout=MOST_SECONDS).status)
            seen.append(f"{time.perf_counter() - started:.0f} s, {status}")
    return seen
