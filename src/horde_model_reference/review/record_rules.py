"""Rules about the fields and files of records that a change touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from horde_model_reference.catalogue.links import web_address
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.escaping import quoted
from horde_model_reference.reports.words import first_names
from horde_model_reference.review.facts import ReviewFacts
from horde_model_reference.review.rule import Remark, Severity, about, record_rule, rule
from horde_model_reference.review.version import VersionRecord

EXPECTED: Mapping[MODEL_REFERENCE_CATEGORY, tuple[str, ...]] = {
    MODEL_REFERENCE_CATEGORY.image_generation: ("baseline", "description", "nsfw", "style", "version"),
    MODEL_REFERENCE_CATEGORY.text_generation: ("url",),
}
"""Fields that the records of a category should have."""


@record_rule(Severity.WARNING)
def field_missing(record: ModelRecord, facts: ReviewFacts) -> Iterator[str]:
    """A record lacks a field that those of its category should have."""
    given = record.as_json()
    missing = [name for name in EXPECTED[facts.category] if given.get(name) is None or given[name] == ""]
    if missing:
        yield f"It lacks: {', '.join(missing)}."


@record_rule(Severity.WARNING)
def size_unknown(record: ModelRecord, facts: ReviewFacts) -> Iterator[str]:
    """The size of a model is unknown: the bytes of its files, or the number of weights of a text model."""
    if facts.has_files and record.size_bytes is None:
        yield "Its size is unknown: neither each file nor the record says how many bytes it has."
    if not facts.has_files and record.parameters is None:
        yield "Its number of weights is unknown."


@record_rule(Severity.ERROR)
def download_missing(record: ModelRecord, facts: ReviewFacts) -> Iterator[str]:
    """A record has no address from which a file could be downloaded."""
    if facts.has_files and not any(download.host for download in record.config.download):
        yield "It has no address from which a file could be downloaded."


@record_rule(Severity.ERROR)
def address_unusable(record: ModelRecord, facts: ReviewFacts) -> Iterator[str]:
    """An address of a file has no http(s) scheme or no plain host, or holds a user."""
    for download in record.config.download if facts.has_files else ():
        if web_address(download.file_url) is None:
            yield f"The address {quoted(download.file_url)} has no http(s) scheme or no plain host, or holds a user."


@record_rule(Severity.WARNING)
def hash_missing(record: ModelRecord, facts: ReviewFacts) -> Iterator[str]:
    """A file has no SHA-256 hash, so that nobody can tell whether a download is right."""
    for download in record.config.download if facts.has_files else ():
        if not (download.sha256sum or "").strip():
            yield f"The file {quoted(download.file_name)} has no SHA-256 hash."


@record_rule(Severity.INFO)
def host_not_preferred(record: ModelRecord, facts: ReviewFacts) -> Iterator[str]:
    """A file lies on a host that is not a preferred one."""
    hosts = {download.host for download in record.config.download if facts.has_files}
    for host in sorted(filter(None, hosts)):
        if not any(host == name or host.endswith(f".{name}") for name in facts.preferred_hosts):
            yield f"A file lies on {quoted(host)}, which is not among: {', '.join(facts.preferred_hosts) or 'none'}."


@rule(Severity.WARNING)
def same_hash(facts: ReviewFacts) -> Iterator[Remark]:
    """Records have a file of the same hash."""
    before, after = facts.change.base.by_hash, facts.change.head.by_hash
    return _shared(facts, before, after, "A file has the same hash in")


@rule(Severity.WARNING)
def same_address(facts: ReviewFacts) -> Iterator[Remark]:
    """Records have the same address."""
    before, after = facts.change.base.by_address, facts.change.head.by_address
    return _shared(facts, before, after, "The same address stands in")


_Owners = Mapping[str, list[VersionRecord]]


def _shared(facts: ReviewFacts, before: _Owners, after: _Owners, sentence: str) -> Iterator[Remark]:
    """Yield one remark for each group of records that share a mark, if the change makes the group or adds to it."""
    touched = {record.name for record in facts.change.touched}
    old_names = {pair.after.name: pair.before.name for pair in facts.change.renamed}
    reported: set[tuple[str, ...]] = set()
    for mark, records in after.items():
        names = tuple(record.name for record in records)
        held = {record.name for record in before.get(mark, ())}
        new = [record for record in records if old_names.get(record.name, record.name) not in held]
        first = next((record for record in new if record.name in touched), None)
        if len(names) > 1 and first is not None and names not in reported:
            reported.add(names)
            yield about(first, f"{sentence}: {first_names([quoted(name) for name in names])}.")


@rule(Severity.INFO)
def files_changed(facts: ReviewFacts) -> Iterator[Remark]:
    """A record that stays has other files, which workers download again."""
    for pair in facts.change.changed:
        if facts.has_files and pair.before.hashes != pair.after.hashes:
            yield about(pair.after, "Its files change; workers download them again.")


CROWD = 20
"""So many models of a kind are a crowd."""


@rule(Severity.INFO)
def kind_crowded(facts: ReviewFacts) -> Iterator[Remark]:
    """A new model joins a kind that has many models."""
    for record in facts.change.added:
        others = facts.others_of_kind(record.name)
        if others is not None and others >= CROWD:
            yield about(record, f"The catalogue has {others} other models that are {facts.kinds[record.name]}.")
