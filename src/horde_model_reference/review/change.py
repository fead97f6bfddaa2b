"""The difference between two versions of a catalogue, record by record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from horde_model_reference.review.version import Version, VersionRecord, owners


@dataclass(frozen=True, slots=True)
class RecordPair:
    """A record before and after a change."""

    before: VersionRecord
    after: VersionRecord

    def fields(self) -> list[str]:
        """Return the names of the fields that differ, sorted."""
        old, new = ({} if one.record is None else one.record.as_json() for one in (self.before, self.after))
        return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


@dataclass(frozen=True)
class Change:
    """The difference between two versions.

    Attributes:
        base: The version before.
        head: The version after.
        touched: Records of ``head`` that ``base`` lacks in this form, malformed ones included, in the file's order.
        added: Those whose names ``base`` does not list, without renamed ones.
        removed: Records of ``base`` whose names ``head`` does not list, without renamed ones.
        changed: Records with other fields than before.
        renamed: Removed and added records that share a file's hash or an address that no third record has.
    """

    base: Version
    head: Version
    touched: tuple[VersionRecord, ...] = ()
    added: tuple[VersionRecord, ...] = ()
    removed: tuple[VersionRecord, ...] = ()
    changed: tuple[RecordPair, ...] = ()
    renamed: tuple[RecordPair, ...] = ()

    @cached_property
    def predecessors(self) -> Mapping[str, VersionRecord]:
        """The record before the change of each readable record that had one, by its present name."""
        return {**self.base.models, **{pair.after.name: pair.before for pair in self.renamed}}

    @property
    def new_names(self) -> tuple[VersionRecord, ...]:
        """The records whose names are new: added ones, and renamed ones as they are now."""
        return (*self.added, *(pair.after for pair in self.renamed))

    @property
    def gone_names(self) -> tuple[VersionRecord, ...]:
        """The records whose names are gone: removed ones, and renamed ones as they were before."""
        return (*self.removed, *(pair.before for pair in self.renamed))


def compare(base: Version, head: Version) -> Change:
    """Return the difference between two versions; without a readable ``head``, nothing is known to have changed.

    Without a readable ``base``, every record counts as added.
    """
    if head.unreadable is not None:
        return Change(base, head)
    known = {(record.name, record.content) for record in base.records}
    added = [record for name, record in head.models.items() if name not in base.listed]
    removed = [record for name, record in base.models.items() if name not in head.listed]
    renamed = _renamed(removed, added, head)
    old, new = ({getattr(pair, side).name for pair in renamed} for side in ("before", "after"))
    pairs = (RecordPair(base.models[name], record) for name, record in head.models.items() if name in base.models)
    return Change(
        base=base,
        head=head,
        touched=tuple(record for record in head.records if (record.name, record.content) not in known),
        added=tuple(record for record in added if record.name not in new),
        removed=tuple(record for record in removed if record.name not in old),
        changed=tuple(pair for pair in pairs if pair.before.content != pair.after.content),
        renamed=renamed,
    )


def _renamed(removed: Iterable[VersionRecord], added: Iterable[VersionRecord], head: Version) -> tuple[RecordPair, ...]:
    """Return the renamed records: hash or address belong to one removed and one record of the new version alone."""
    before = owners(removed, _marks)
    after = owners(head.models.values(), _marks)
    found: dict[str, RecordPair] = {}
    taken: set[str] = set()
    for record in added:
        for mark in sorted(_marks(record)):
            old = before.get(mark, [])
            if len(old) == 1 == len(after[mark]) and old[0].name not in taken:
                found[record.name] = RecordPair(old[0], record)
                taken.add(old[0].name)
                break
    return tuple(found.values())


def _marks(record: VersionRecord) -> frozenset[str]:
    return record.hashes | record.addresses
