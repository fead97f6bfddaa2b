"""``explain``: one model's verdict, with the evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from horde_model_reference.analytics.risk_schema import ModelDeletionRiskDetail
from horde_model_reference.cli.common import Category, Demo, show, with_engine
from horde_model_reference.engine import Engine
from horde_model_reference.reports.terminal import explanation

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def explain(
    category: Category,
    name: Annotated[str, typer.Argument(help="The model's name, exactly as in the catalogue.")],
    *,
    demo: Demo = False,
) -> None:
    """Say why a model is at risk or not: every reason, what was observed, and under which names it was counted."""

    async def work(engine: Engine) -> ModelDeletionRiskDetail:
        return await engine.model_detail(category, await engine.table(category), name)

    show(explanation(with_engine(work, demo=demo), datetime.now(UTC)))
