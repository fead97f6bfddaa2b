"""The policy's keys, a plan's reasons, and a plan of the sample from beginning to end."""

from __future__ import annotations

import json
import shlex

from docs.generator import sample
from docs.generator.markup import code, fenced, table

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.reasons import REASONS
from horde_model_reference.history.changes import SENTENCES
from horde_model_reference.marks.because import CODES
from horde_model_reference.marks.mark import Mark
from horde_model_reference.marks.mark_state import STATES

PLAN = "plan image_generation --demo"
APPLY = f"apply deletion-plan/plan.json --catalogue {sample.CATALOGUE} --demo"

VERDICTS: dict[Verdict, str] = {
    Verdict.PROTECTED: "It must stay, unless somebody says why not.",
    Verdict.UNKNOWN: "Something that must be known is not; so it stays.",
    Verdict.KEEP: "It is no candidate, or this plan has no room for it.",
    Verdict.REMOVE: "It goes.",
}


def policy() -> str:
    """Return every key of the policy."""
    rows = []
    for section_name, section in Policy():
        for key, field in type(section).model_fields.items():
            extra = field.json_schema_extra
            unit = extra.get("unit", "") if isinstance(extra, dict) else ""
            default = json.dumps(section.model_dump(mode="json")[key])
            rows.append((code(f"{section_name}.{key}"), code(default), unit, field.description or ""))
    return table(("key", "default", "unit", "meaning"), rows)


def verdicts() -> str:
    """Return every verdict."""
    return table(("verdict", "meaning"), [(code(verdict.value), meaning) for verdict, meaning in VERDICTS.items()])


def reasons() -> str:
    """Return every reason."""
    rows = [
        (code(reason.code), code(reason.verdict.value), code(reason.key) if reason.key else "", reason.meaning)
        for reason in REASONS
    ]
    return table(("reason", "verdict", "key of the policy", "meaning"), rows)


def removal_codes() -> str:
    """Return every code of a curator's reason."""
    rows = ((code(found.value), traits.meaning, traits.detail) for found, traits in CODES.items())
    return table(("code", "meaning", "needs as its detail"), rows)


def mark_keys() -> str:
    """Return every key of a mark."""
    rows = [
        (code(key), "needed" if field.is_required() else "", field.description or "")
        for key, field in Mark.model_fields.items()
    ]
    return table(("key", "", "meaning"), rows)


def mark_states() -> str:
    """Return every state of a mark."""
    return table(("state", "meaning"), [(code(state.value), meaning) for state, meaning in STATES.items()])


def change_kinds() -> str:
    """Return every kind of change."""
    return table(("kind", "meaning"), [(code(kind.value), sentence) for kind, sentence in SENTENCES.items()])


def plan_and_apply() -> str:
    """Return a plan of the sample, carried out."""
    return _carried_out(PLAN)


def due_plan_and_apply() -> str:
    """Return a plan of the sample's due marks, carried out."""
    return _carried_out(f"{PLAN} --due")


def _carried_out(plan: str) -> str:
    with sample.workplace():
        shown = [f"$ {sample.COMMAND} {command}\n{sample.output_of(shlex.split(command))}" for command in (plan, APPLY)]
    return fenced("console", "\n".join(shown))


def plan_markdown() -> str:
    """Return the pull request's body."""
    with sample.workplace() as folder:
        sample.output_of(shlex.split(PLAN))
        written = (folder / "deletion-plan" / "plan.md").read_text(encoding="utf-8")
    return fenced("markdown", written.strip())


def patch() -> str:
    """Return the first lines of the patch."""
    with sample.workplace() as folder:
        sample.output_of(shlex.split(PLAN))
        written = (folder / "deletion-plan" / "removals.patch").read_text(encoding="utf-8")
    lines = written.splitlines()[:12]
    return fenced("diff", "\n".join(line.replace("\t", "") for line in lines))
