"""Runs of ``apply`` in processes of their own, of which one can be held up in the middle of its work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from horde_model_reference.curation.applying import CatalogueFiles, apply_removals
from horde_model_reference.curation.journal import Journal, Run
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.errors import PlanError
from tests.support.curation import all_of

AT = datetime(2026, 11, 24, 7, 8, 9, tzinfo=UTC)


def apply_plan(catalogue: Path, plan: Path, patience: float, answer: Connection, hold: Event | None = None) -> None:
    """Apply a plan, and send the name of the run or the message of the refusal.

    It sends ``begun`` first. With ``hold``, it sends ``held`` before it replaces the catalogue, and waits for that.
    """
    if hold is not None:
        sys.addaudithook(_before_replacing(catalogue, answer, hold))
    decision = all_of(read_plan(plan))
    journal = Journal(catalogue.parent / f"data of {plan.stem}")
    answer.send("begun")
    try:
        answer.send(apply_removals(decision, CatalogueFiles(catalogue), journal, AT, patience).run)
    except PlanError as error:
        answer.send(error.message)


def _before_replacing(file: Path, answer: Connection, hold: Event) -> Callable[[str, tuple[Any, ...]], None]:
    def audited(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and Path(arguments[1]) == file:
            answer.send("held")
            hold.wait()

    return audited


def add_to_journal(data_dir: Path, run: Run, start: Barrier, answer: Connection) -> None:
    """Add a run to a journal when all others do, and send the name that it has there."""
    journal = Journal(data_dir)
    start.wait()
    answer.send(journal.add(run).run)
