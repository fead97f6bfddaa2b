"""The inputs of a review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import polars as pl

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.curation.replacements import kinds
from horde_model_reference.curation.styles import Styles
from horde_model_reference.links.link import LinkResult
from horde_model_reference.marks.mark import Mark
from horde_model_reference.review.change import Change
from horde_model_reference.review.version import VersionRecord


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file that is generated from the catalogue, before and after a change.

    Attributes:
        name: Its name, such as ``db.json``.
        catalogue: The name of the catalogue file.
        before: The bytes of the catalogue and of the file; None where there is no such file.
        after: The same, after the change.
    """

    name: str
    catalogue: str
    before: tuple[bytes | None, bytes | None]
    after: tuple[bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class Removals:
    """The verdicts on models that a change removes.

    Attributes:
        verdicts: The verdict of the policy on each model of the version before, by name.
        unknown: Why there are none; empty where there are.
        as_of: When the statistics were fetched that they rest on; None without verdicts.
    """

    verdicts: Mapping[str, ModelVerdict] = field(default_factory=dict)
    unknown: str = ""
    as_of: datetime | None = None

    def of(self, record: VersionRecord, verdict: Verdict) -> ModelVerdict | None:
        """Return the verdict on a record if it is a certain one, else None."""
        found = self.verdicts.get(record.name)
        return found if found is not None and found.verdict is verdict else None


@dataclass(frozen=True)
class ReviewFacts:
    """The inputs of a review.

    Attributes:
        change: The change.
        removals: The verdicts on removed models.
        styles: The styles; None where they are unknown.
        removed_before: When names that the version before does not list were removed, in seconds of the epoch.
        generated: The file that is generated from the catalogue; None where there is none, or it was not given.
        preferred_hosts: Hosts, with their subdomains, that files should lie on.
        links: The results of asking for new addresses; empty where they were not asked.
        marks: The marks by model; None where there is no source of marks, or it cannot be read.
        today: The day that marks are held against; None without marks.
    """

    change: Change
    removals: Removals = field(default_factory=Removals)
    styles: Styles | None = None
    removed_before: Mapping[str, float] = field(default_factory=dict)
    generated: GeneratedFile | None = None
    preferred_hosts: Collection[str] = ()
    links: Mapping[str, LinkResult] = field(default_factory=dict)
    marks: Mapping[str, Mark] | None = None
    today: date | None = None

    @property
    def category(self) -> MODEL_REFERENCE_CATEGORY:
        """The category of the records."""
        return self.change.head.category

    @property
    def has_files(self) -> bool:
        """Whether records of the category list files to download."""
        return not USAGE[self.category].thresholds.ignore_download_hosts

    @cached_property
    def kinds(self) -> Mapping[str, str | None]:
        """The kind of each model after the change; None where its record does not tell."""
        catalogue = self.change.head.catalogue
        rows = catalogue.frame.with_columns(usage_month=pl.lit(None, pl.Int64), family=catalogue.families)
        return dict(kinds(rows, self.category).select("name", "kind").iter_rows())

    @cached_property
    def _kind_sizes(self) -> Mapping[str | None, int]:
        return Counter(self.kinds.values())

    def others_of_kind(self, name: str) -> int | None:
        """Return how many other models are of the kind of one; None where its record does not tell its kind."""
        kind = self.kinds.get(name)
        return None if kind is None else self._kind_sizes[kind] - 1
