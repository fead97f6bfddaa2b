"""Explain one model's verdict."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from horde_model_reference.analytics.detail_schema import ModelDeletionRiskDetail
from horde_model_reference.analytics.unknown_names import as_spelled
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.cli.actions.output import show, write
from horde_model_reference.cli.actions.session import clock_for, with_engine
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.explanation import explained, verdict_report
from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.curation.policy_files import load_policy
from horde_model_reference.curation.verdict_builder import verdict_on
from horde_model_reference.engine import Engine
from horde_model_reference.errors import HistoryError, NoHistoryError, PlanError
from horde_model_reference.history.history_schema import ModelHistoryResponse
from horde_model_reference.history.terminal import drawing
from horde_model_reference.reports.formats import ShownFormat
from horde_model_reference.reports.json_report import to_json
from horde_model_reference.reports.terminal import explanation

DRAWN_DAYS = 365

_Found = tuple[ModelDeletionRiskDetail, CurationFacts, ModelHistoryResponse | None]


def explain(
    category: MODEL_REFERENCE_CATEGORY, name: str, policy_file: Path | None, shown: ShownFormat, *, demo: bool
) -> None:
    """Show why a model is at risk or not, its verdict under a policy, and its use over time."""
    policy, clock = load_policy(policy_file), clock_for(demo=demo)

    async def work(engine: Engine) -> _Found:
        facts, _ = await engine.curation_facts(category)
        known = as_spelled(name, [*facts.table.rows["name"], *facts.table.skipped])
        detail = await engine.model_detail(category, facts.table, known)
        with suppress(NoHistoryError, HistoryError):
            return detail, facts, await engine.model_history(category, known, DRAWN_DAYS)
        return detail, facts, None

    detail, facts, history = with_engine(work, demo=demo, clock=clock)
    verdict = verdict_on(facts, policy, detail.name)
    if shown is ShownFormat.json:
        write(to_json(explained(detail, verdict if isinstance(verdict, ModelVerdict) else None, policy)), None)
        return
    drawn = [] if history is None else [drawing(history)]
    verdict_text = _verdict_text(verdict, "the default policy" if policy_file is None else str(policy_file))
    show(Group(explanation(detail, clock.now()), verdict_text, *drawn))


def _verdict_text(verdict: ModelVerdict | PlanError, policy: str) -> RenderableType:
    if isinstance(verdict, ModelVerdict):
        return verdict_report(verdict, policy)
    return Text(f"No verdict: {verdict.message}")
