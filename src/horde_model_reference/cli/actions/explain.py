"""Explain one model's verdict."""

from __future__ import annotations

from contextlib import suppress

from rich.console import Group

from horde_model_reference.analytics.risk_schema import ModelDeletionRiskDetail
from horde_model_reference.analytics.unknown_names import as_spelled
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.actions.output import show
from horde_model_reference.cli.actions.session import clock_for, with_engine
from horde_model_reference.engine import Engine
from horde_model_reference.errors import HistoryError, NoHistoryError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.history.terminal import drawing
from horde_model_reference.reports.terminal import explanation

DRAWN_DAYS = 365


def explain(category: MODEL_REFERENCE_CATEGORY, name: str, *, demo: bool) -> None:
    """Show why a model is at risk or not, and its use over time."""

    async def work(engine: Engine) -> tuple[ModelDeletionRiskDetail, ModelHistoryResponse | None]:
        table = await engine.table(category)
        known = as_spelled(name, [*table.rows["name"], *table.skipped])
        detail = await engine.model_detail(category, table, known)
        with suppress(NoHistoryError, HistoryError):
            return detail, await engine.model_history(category, known, DRAWN_DAYS)
        return detail, None

    clock = clock_for(demo=demo)
    detail, history = with_engine(work, demo=demo, clock=clock)
    drawn = [] if history is None else [drawing(history)]
    show(Group(explanation(detail, clock.now()), *drawn))
