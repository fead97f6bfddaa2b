"""``explain``: one model's verdict, with the evidence."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Group

from horde_model_reference.analytics.risk_schema import ModelDeletionRiskDetail
from horde_model_reference.cli.common import Category, Demo, clock_for, show, with_engine
from horde_model_reference.engine import Engine
from horde_model_reference.errors import HistoryError, NoHistoryError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.history.terminal import drawing
from horde_model_reference.reports.terminal import explanation

DRAWN_DAYS = 365

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def explain(
    category: Category,
    name: Annotated[str, typer.Argument(help="The model's name, exactly as in the catalogue.")],
    *,
    demo: Demo = False,
) -> None:
    """Say why a model is at risk or not: every reason, what was observed, and under which names it was counted."""

    async def work(engine: Engine) -> tuple[ModelDeletionRiskDetail, ModelHistoryResponse | None]:
        detail = await engine.model_detail(category, await engine.table(category), name)
        with suppress(NoHistoryError, HistoryError):
            return detail, await engine.model_history(category, name, DRAWN_DAYS)
        return detail, None

    clock = clock_for(demo=demo)
    detail, history = with_engine(work, demo=demo, clock=clock)
    drawn = [] if history is None else [drawing(history)]
    show(Group(explanation(detail, clock.now()), *drawn))
