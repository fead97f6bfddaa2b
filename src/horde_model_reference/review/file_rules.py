"""Rules about the file, and about records that cannot be read or told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from horde_model_reference.catalogue.legacy import generated_short_name
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families, usage_traits
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.integrations.attribution import ATTRIBUTED, attribute_names, candidates_of
from horde_model_reference.integrations.name_steps import name_rules
from horde_model_reference.polars_queries import collected
from horde_model_reference.reports.words import first_names
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.rule import Remark, Severity, about, rule

SHRUNK = 10
"""A change that removes more than one of so many models may be half of a file (rule 11)."""


@rule(Severity.ERROR)
def catalogue_missing(facts: ReviewFacts) -> Iterator[Remark]:
    """The change deletes the catalogue file."""
    fault, before = facts.change.head.unreadable, facts.change.base.unreadable
    if fault is not None and fault.absent and (before is None or not before.absent):
        yield Remark(visible(fault.reason))


@rule(Severity.ERROR)
def catalogue_unreadable(facts: ReviewFacts) -> Iterator[Remark]:
    """The catalogue file cannot be read after the change, so nothing is known of its records."""
    fault = facts.change.head.unreadable
    if fault is not None and not fault.absent:
        yield Remark(visible(fault.reason), line=fault.line)


@rule(Severity.INFO)
def base_unreadable(facts: ReviewFacts) -> Iterator[Remark]:
    """The catalogue file could not be read before the change, so every record counts as added."""
    fault = facts.change.base.unreadable
    if fault is not None and not fault.absent:
        yield Remark(f"Every record counts as added, since the version before cannot be read: {visible(fault.reason)}")


@rule(Severity.WARNING)
def catalogue_shrunk(facts: ReviewFacts) -> Iterator[Remark]:
    """More than a tenth of the models are gone."""
    gone, models = len(facts.change.removed), len(facts.change.base.models)
    if gone > 1 and SHRUNK * gone > models:
        yield Remark(f"{gone:,} of {models:,} models are gone; the file may have been cut short.")


@rule(Severity.ERROR)
def record_malformed(facts: ReviewFacts) -> Iterator[Remark]:
    """A record cannot be read."""
    for record in facts.change.touched:
        if record.fault and not record.lost:
            yield about(record, f"It cannot be read: {record.fault}.")


@rule(Severity.ERROR)
def rows_lost(facts: ReviewFacts) -> Iterator[Remark]:
    """A quote that is not closed swallows other rows."""
    for record in facts.change.touched:
        if record.lost:
            names = first_names([quoted(name) for name in record.lost])
            yield about(record, f"{record.fault[:1].upper()}{record.fault[1:]}: {names}.")


@rule(Severity.ERROR)
def name_repeated(facts: ReviewFacts) -> Iterator[Remark]:
    """A name stands more than once; the last record of it is used."""
    before, after = (Counter(found.name for found in side.records) for side in (facts.change.base, facts.change.head))
    last = {found.name: found for found in facts.change.head.records}
    for name, times in after.items():
        if name and times > max(1, before[name]):
            yield about(last[name], f"The name is given {times} times; the last record of it is used.")


@rule(Severity.WARNING)
def name_mismatch(facts: ReviewFacts) -> Iterator[Remark]:
    """A record calls itself by another name than its key."""
    for record in facts.change.touched:
        if record.other_name:
            yield about(record, record.other_name)


@rule(Severity.ERROR)
def name_unsafe(facts: ReviewFacts) -> Iterator[Remark]:
    """A new name has control characters, or blanks around it."""
    for record in facts.change.new_names:
        if visible(record.name) != record.name or record.name.strip() != record.name:
            yield about(record, f"The name {quoted(record.name)} has control characters, or blanks around it.")


def reported_names(name: str, category: MODEL_REFERENCE_CATEGORY) -> list[str]:
    """Return the names under which workers report a model."""
    if not has_families(category):
        return [name]
    return [name, f"aphrodite/{name}", f"koboldcpp/{generated_short_name(name)}"]


@rule(Severity.WARNING)
def name_unattributed(facts: ReviewFacts) -> Iterator[Remark]:
    """A name under which workers report a new model belongs to another model, to several, or to none."""
    new = facts.change.new_names
    models = facts.change.head.catalogue.frame["name"]
    pairs = [(api_name, record) for record in new for api_name in reported_names(record.name, facts.category)]
    if not pairs:
        return
    reported = pl.Series("api_name", [api_name for api_name, _ in pairs]).unique(maintain_order=True).to_frame().lazy()
    found = collected(attribute_names(reported, models, name_rules(usage_traits(facts.category).model_type)))
    several = candidates_of(found, models)
    outcomes = {row["api_name"]: row for row in found.iter_rows(named=True)}
    for api_name, record in pairs:
        row = outcomes[api_name]
        model = models[row["model_index"]] if row["outcome"] == ATTRIBUTED else None
        if model != record.name:
            owners = [model] if model is not None else several.get(api_name, [])
            names = first_names([quoted(owner) for owner in owners])
            yield about(record, f"Use that workers report as {quoted(api_name)} would belong to: {names}.")
