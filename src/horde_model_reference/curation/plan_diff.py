"""The difference between two plans of a category."""

from __future__ import annotations

from dataclasses import dataclass

from horde_model_reference.curation.plan import ModelVerdict, Plan

ABSENT = "not in the catalogue"


@dataclass(frozen=True, slots=True)
class Change:
    """One model whose verdict changed between two plans."""

    name: str
    before: str
    after: str
    why: str


def compare(before: Plan, after: Plan) -> list[Change]:
    """Return the models whose verdicts differ between two plans of a category, by name."""
    old = {verdict.name: verdict for verdict in before.verdicts}
    new = {verdict.name: verdict for verdict in after.verdicts}
    names = sorted(old.keys() | new.keys())
    changes = (_change(name, old.get(name), new.get(name)) for name in names)
    return [change for change in changes if change is not None]


def _change(name: str, old: ModelVerdict | None, new: ModelVerdict | None) -> Change | None:
    before = old.verdict.value if old else ABSENT
    after = new.verdict.value if new else ABSENT
    if before == after:
        return None
    known = {reason.code for reason in old.reasons} if old else set()
    gone = known - {reason.code for reason in new.reasons} if new else set()
    why = [reason.sentence for reason in new.reasons if reason.code not in known] if new else []
    why += [f"No longer: {reason.sentence}" for reason in (old.reasons if old else []) if reason.code in gone]
    return Change(name, before, after, " ".join(why))
