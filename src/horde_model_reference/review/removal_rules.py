"""Rules about names that go, come back or change, and about the files that follow the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimitError, check_json
from horde_model_reference.categories import has_styles
from horde_model_reference.curation.db_json import generated_records
from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.curation.reasons import LIMIT_REACHED, used_enough
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.json_text import loads
from horde_model_reference.reports.words import first_names
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.rule import Remark, Severity, about, about_gone, rule

OF_USE_OR_LIMITS = {used_enough.code, *(limit.code for limit in LIMIT_REACHED.values())}
"""The codes of reasons that :func:`removal_used` tells, or that follow from what else a plan removes."""


def _why(verdict: ModelVerdict) -> str:
    return " ".join(reason.sentence for reason in verdict.reasons if reason.verdict is verdict.verdict)


@rule(Severity.ERROR)
def removal_protected(facts: ReviewFacts) -> Iterator[Remark]:
    """A removed model is protected by the policy."""
    for record in facts.change.removed:
        verdict = facts.removals.of(record, Verdict.PROTECTED)
        if verdict is not None:
            yield about_gone(record, f"It is removed, and protected: {_why(verdict)}")


@rule(Severity.WARNING)
def removal_used(facts: ReviewFacts) -> Iterator[Remark]:
    """A removed model has enough use to stay."""
    for record in facts.change.removed:
        verdict = facts.removals.of(record, Verdict.KEEP)
        if verdict is not None and any(reason.code == used_enough.code for reason in verdict.reasons):
            yield about_gone(record, f"It is removed, and used: {_why(verdict)}")


@rule(Severity.INFO)
def removal_kept(facts: ReviewFacts) -> Iterator[Remark]:
    """The policy would keep a removed model for another reason than its use."""
    for record in facts.change.removed:
        verdict = facts.removals.of(record, Verdict.KEEP)
        codes = {reason.code for reason in verdict.reasons} if verdict is not None else {used_enough.code}
        if verdict is not None and not codes & OF_USE_OR_LIMITS:
            yield about_gone(record, f"It is removed, and the policy would keep it: {_why(verdict)}")


@rule(Severity.WARNING)
def removal_unknown(facts: ReviewFacts) -> Iterator[Remark]:
    """Whether a removed model may go is unknown."""
    for record in facts.change.removed:
        found = facts.removals.verdicts.get(record.name)
        if found is None:
            yield about_gone(record, f"It is removed, and its use is unknown: {facts.removals.unknown}")
        elif found.verdict is Verdict.UNKNOWN:
            yield about_gone(record, f"It is removed, and whether it may go is unknown: {_why(found)}")


@rule(Severity.WARNING)
def removal_unmarked(facts: ReviewFacts) -> Iterator[Remark]:
    """No mark announced the removal of a model."""
    for record in facts.change.removed:
        if facts.marks is not None and record.name not in facts.marks:
            yield about_gone(record, "It is removed, and no mark announced it.")


@rule(Severity.ERROR)
def removal_early(facts: ReviewFacts) -> Iterator[Remark]:
    """A model is removed before the day that its mark names."""
    for record in facts.change.removed:
        mark = (facts.marks or {}).get(record.name)
        if mark is not None and facts.today is not None and facts.today < mark.remove_after:
            yield about_gone(record, f"It is removed before {mark.remove_after}, the day that its mark names.")


@rule(Severity.ERROR)
def style_broken(facts: ReviewFacts) -> Iterator[Remark]:
    """Styles name a model whose name goes."""
    for record in facts.change.gone_names:
        naming = facts.styles.naming(record.name) if facts.styles is not None else ()
        if naming:
            styles = first_names([quoted(style) for style in naming])
            yield about_gone(record, f"The name goes, and styles give it: {styles}.")


@rule(Severity.INFO)
def style_orphaned(facts: ReviewFacts) -> Iterator[Remark]:
    """Styles name a model that the catalogue did not list before, nor does now."""
    if facts.styles is None or not (facts.change.new_names or facts.change.gone_names):
        return
    orphans = facts.styles.orphans(facts.change.base.listed | facts.change.head.listed)
    if orphans:
        named = first_names([f"{quoted(style)} ({quoted(model)})" for style, model in orphans.items()])
        yield Remark(f"Styles named unlisted models before as well: {named}.")


@rule(Severity.WARNING)
def styles_unknown(facts: ReviewFacts) -> Iterator[Remark]:
    """Names go, and whether styles name them is unknown."""
    if facts.styles is None and has_styles(facts.category) and facts.change.gone_names:
        yield Remark("Whether styles name a model that goes is unknown: the styles could not be read.")


@rule(Severity.WARNING)
def added_again(facts: ReviewFacts) -> Iterator[Remark]:
    """A new name was removed before."""
    for record in facts.change.new_names:
        removed = facts.removed_before.get(record.name)
        if removed is not None:
            day = datetime.fromtimestamp(removed, UTC).date()
            yield about(record, f"It comes back: the name was removed on {day}.")


@rule(Severity.INFO)
def renamed(facts: ReviewFacts) -> Iterator[Remark]:
    """A removed and an added record share a file's hash or an address, so the model has another name."""
    for pair in facts.change.renamed:
        yield about(pair.after, f"It was named {quoted(pair.before.name)} before; its use begins anew.")


@rule(Severity.ERROR)
def generated_out_of_step(facts: ReviewFacts) -> Iterator[Remark]:
    """The generated file is not that of the catalogue."""
    found = facts.generated
    if found is None or found.before == found.after or facts.change.head.unreadable is not None:
        return
    catalogue, generated = found.after
    if catalogue is None:
        return
    if generated is None:
        yield Remark(f"{found.name}: there is no such file, although it is generated from {found.catalogue}.")
        return
    try:
        expected = generated_records(catalogue, found.catalogue)
        check_json(generated, DEFAULT_LIMITS)
        given = loads(generated)
    except CatalogueFormatError as error:
        yield Remark(f"Whether {found.name} is in step is unknown: {visible(error.message)}")
    except (BodyLimitError, ValueError, RecursionError) as error:
        yield Remark(f"{found.name} cannot be read: {visible(str(error))}.")
    else:
        yield from _differences(found.name, found.catalogue, expected, given)


def _differences(name: str, catalogue: str, expected: Mapping[str, object], given: object) -> Iterator[Remark]:
    if not isinstance(given, dict):
        yield Remark(f"{name} is no JSON object of records.")
        return
    keys = [key for key in {**expected, **given} if expected.get(key) != given.get(key)]
    if keys:
        records = first_names([quoted(key) for key in keys])
        yield Remark(f"{name} is not that of {catalogue}; records that differ: {records}.")
