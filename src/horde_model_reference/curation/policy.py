"""The policy: by which rules a plan proposes removals. Every key has a default, a unit and a sentence.

Keys with one value have words as well, under which the web page shows them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.globs import matching
from horde_model_reference.marks.because import Because, RemovalCode

MOST_ENTRIES = 1000
"""Names, and patterns, of a policy."""
MOST_GLOB_CHARACTERS = 20_000
"""Characters of all patterns together: each is compared with every model."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_written(day: object) -> object:
    """Refuse numbers, which would be read as seconds of the epoch."""
    if day is None or isinstance(day, date) or (isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day)):
        return day
    raise PydanticCustomError("day", "a day is written like 2026-12-31")


class Protection(_Section):
    """A name, or a pattern of names, that is never proposed.

    In the file it is a text, or a table with ``name`` (or ``glob``), and perhaps ``reason`` and ``until``.
    """

    pattern: str = Field(min_length=1, max_length=300, description="The name or pattern.")
    reason: str = Field("", max_length=1000, description="Why it is protected; may be empty.")
    until: Annotated[date | None, BeforeValidator(_as_written)] = Field(
        None, description="The last day of the protection; null: for ever."
    )

    def holds(self, today: date) -> bool:
        """Whether it has not expired: ``until`` is its last day."""
        return self.until is None or today <= self.until

    def sentence(self) -> str:
        """Return why a model that it matches is protected."""
        until = f" until {self.until}" if self.until else ""
        return f"The policy protects {self.pattern!r}{until}{f': {self.reason}' if self.reason else ''}."


def _protection(word: str) -> Any:
    def read(raw: object) -> object:
        if isinstance(raw, str):
            return {"pattern": raw}
        if isinstance(raw, dict) and word in raw and "pattern" not in raw:
            return {"pattern": raw[word]} | {key: value for key, value in raw.items() if key != word}
        return raw

    return BeforeValidator(read)


def _protection_schema(word: str) -> WithJsonSchema:
    """Return the schema of a protection as it may be written: a text, or a table."""
    text = {"type": "string", "minLength": 1, "maxLength": 300}
    until = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
    others = {"reason": {"type": "string", "maxLength": 1000}, "until": until}
    tables = (
        {"type": "object", "properties": {key: text, **others}, "required": [key], "additionalProperties": False}
        for key in (word, "pattern")
    )
    return WithJsonSchema({"anyOf": [text, *tables]})


NameProtection = Annotated[Protection, _protection("name"), _protection_schema("name")]
GlobProtection = Annotated[Protection, _protection("glob"), _protection_schema("glob")]


def _bounded(globs: tuple[Protection, ...]) -> tuple[Protection, ...]:
    length = sum(len(entry.pattern) for entry in globs)
    if length > MOST_GLOB_CHARACTERS:
        raise PydanticCustomError(
            "globs_too_long", f"the patterns have {length:,} characters, more than {MOST_GLOB_CHARACTERS:,} in all"
        )
    return globs


class Candidates(_Section):
    """The conditions under which a model is a candidate for removal."""

    month_usage_below: Annotated[int, Field(ge=0, strict=True)] = Field(
        200,
        description="Only models with less month usage are candidates.",
        json_schema_extra={"unit": "requests in 30 days", "words": "Month use below"},
    )
    min_age_days: Annotated[int, Field(ge=0, strict=True)] = Field(
        90,
        description="Only models that entered the catalogue at least so long before the statistics are candidates.",
        json_schema_extra={"unit": "days", "words": "Listed at least, days"},
    )
    unused_for_days: Annotated[int, Field(ge=0, strict=True)] = Field(
        0,
        description="Only models that were not used for at least so long are candidates; 0 = off.",
        json_schema_extra={"unit": "days", "words": "Unused for, days"},
    )
    falling_for_days: Annotated[int, Field(ge=0, le=364, strict=True)] = Field(
        0,
        description="Only models whose use has surely been falling for at least so long are candidates; 0 = off.",
        json_schema_extra={"unit": "days", "words": "Falling for, days"},
    )
    min_history_days: Annotated[int, Field(ge=0, strict=True)] = Field(
        0,
        description="Models of which fewer days were seen are unknown; 0 = off.",
        json_schema_extra={"unit": "days", "words": "History at least, days"},
    )
    suspicious_worker_threads: Annotated[int, Field(ge=0, strict=True)] = Field(
        5,
        description="Models without use in 30 days that at least so many threads serve are suspicious, and unknown; "
        "0 = off.",
        json_schema_extra={"unit": "worker threads", "words": "Suspicious from threads"},
    )
    risk_levels: tuple[RiskLevel, ...] = Field(
        (RiskLevel.CRITICAL, RiskLevel.HIGH, RiskLevel.MEDIUM),
        max_length=MOST_ENTRIES,
        description="Only models of these levels are candidates.",
        json_schema_extra={"unit": "levels", "words": "Levels"},
    )


class Protect(_Section):
    """The conditions under which a model is never proposed."""

    names: tuple[NameProtection, ...] = Field(
        (),
        max_length=MOST_ENTRIES,
        description="Models of these names; each may carry a reason and a last day.",
        json_schema_extra={"unit": "names", "words": "Models, one a line"},
    )
    globs: Annotated[tuple[GlobProtection, ...], AfterValidator(_bounded)] = Field(
        (),
        max_length=MOST_ENTRIES,
        description="Models whose names match these patterns (*, ?, [...]; case counts).",
        json_schema_extra={"unit": "patterns", "words": "Patterns of names, one a line"},
    )
    top_by_month_usage: Annotated[int, Field(ge=0, strict=True)] = Field(
        10,
        description="The most used models of the category; 0 = off.",
        json_schema_extra={"unit": "rank", "words": "Most used"},
    )
    last_of_its_kind: Annotated[bool, Field(strict=True)] = Field(
        True,
        description="Models for which there is no replacement.",
        json_schema_extra={"unit": "yes or no", "words": "last of its kind"},
    )
    with_queued_jobs: Annotated[bool, Field(strict=True)] = Field(
        True,
        description="Models that jobs are waiting for.",
        json_schema_extra={"unit": "yes or no", "words": "jobs waiting"},
    )
    rising: Annotated[bool, Field(strict=True)] = Field(
        True,
        description="Models whose use surely rises, over eight weeks.",
        json_schema_extra={"unit": "yes or no", "words": "surely rising"},
    )
    seasonal: Annotated[bool, Field(strict=True)] = Field(
        True,
        description="Models that were used enough at the same time last year, and at most half as much after that.",
        json_schema_extra={"unit": "yes or no", "words": "seasonal"},
    )
    min_worker_threads: Annotated[int, Field(ge=0, strict=True)] = Field(
        0,
        description="Models served by at least so many threads; 0 = off.",
        json_schema_extra={"unit": "worker threads", "words": "Worker threads at least"},
    )


class OnRemoval(StrEnum):
    """The treatment of styles whose model is a candidate for removal."""

    PROTECT = "protect"
    DELETE = "delete"
    REPOINT = "repoint"


class StylesPolicy(_Section):
    """The treatment of styles that name a removed model."""

    on_removal: OnRemoval = Field(
        OnRemoval.PROTECT,
        description="Models that a style names: `protect` keeps them; `delete` deletes the styles of a removed model; "
        "`repoint` has them name another model, and deletes those for which there is none.",
        json_schema_extra={"unit": "protect, delete or repoint", "words": "Models that styles name"},
    )


class RemovalReason(Because):
    """The reason of curators for the removal of a model."""

    name: str = Field(min_length=1, max_length=300, description="The model.")


def _of_different_models(reasons: tuple[RemovalReason, ...]) -> tuple[RemovalReason, ...]:
    (name, times), *_ = Counter(entry.name for entry in reasons).most_common(1) or [("", 0)]
    if times > 1:
        raise PydanticCustomError("reason_repeated", "{name} has more than one reason", {"name": repr(name)})
    return reasons


class RemovalPolicy(_Section):
    """The reasons of curators for removals."""

    reasons: Annotated[tuple[RemovalReason, ...], AfterValidator(_of_different_models)] = Field(
        (),
        max_length=MOST_ENTRIES,
        description="Why curators remove models: `name`, `code` and perhaps `detail`, as with `--remove`. A reason "
        "stands in the plan that removes its model; it selects none.",
        json_schema_extra={"unit": "reasons", "words": "MODEL=CODE, or MODEL=CODE:DETAIL, one a line"},
    )


class NoticePolicy(_Section):
    """How long before its removal a model is marked."""

    days: Annotated[int, Field(ge=0, strict=True)] = Field(
        30, description="The notice that a mark gives.", json_schema_extra={"unit": "days", "words": "Days"}
    )
    days_if_relied_on: Annotated[int, Field(ge=0, strict=True)] = Field(
        180,
        description="The notice for models that styles name, or that are among the most used; also where that is "
        "unknown.",
        json_schema_extra={"unit": "days", "words": "Days, if relied on"},
    )
    most_used_share: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        10.0,
        description="The share of the category's models, by month usage, that are the most used.",
        json_schema_extra={"unit": "percent", "words": "Most used, %"},
    )
    none_for: tuple[RemovalCode, ...] = Field(
        (RemovalCode.BROKEN, RemovalCode.LICENCE, RemovalCode.WITHDRAWN, RemovalCode.PREMATURE),
        max_length=len(RemovalCode),
        description="Reasons for which no notice is needed.",
        json_schema_extra={"unit": "codes", "words": "No notice for"},
    )


class Limits(_Section):
    """How much one plan may remove."""

    max_models: Annotated[int, Field(ge=0, strict=True)] = Field(
        10, description="At most so many models.", json_schema_extra={"unit": "models", "words": "Models"}
    )
    max_share_of_models: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        10.0,
        description="At most this share of the category's models.",
        json_schema_extra={"unit": "percent", "words": "Share of models, %"},
    )
    max_share_of_month_usage: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        1.0,
        description="At most this share of the category's attributed month usage.",
        json_schema_extra={"unit": "percent", "words": "Share of month use, %"},
    )
    shrunk_catalogue: Annotated[bool, Field(strict=True)] = Field(
        False,
        description="Plan although the catalogue lost more than a tenth of its models (`catalogue_shrunk`).",
        json_schema_extra={"unit": "yes or no", "words": "plan on a shrunk catalogue"},
    )


Matches = dict[str, list[tuple[Protection, list[str]]]]
"""By key of ``Protect`` (``names`` or ``globs``): its entries, each with the models that it protects."""


class Policy(_Section):
    """The whole policy."""

    candidates: Candidates = Field(Candidates(), description="Which models are candidates.")
    protect: Protect = Field(Protect(), description="Which models are never proposed.")
    styles: StylesPolicy = Field(StylesPolicy(), description="The treatment of styles that name a removed model.")
    removal: RemovalPolicy = Field(RemovalPolicy(), description="The reasons of curators.")
    notice: NoticePolicy = Field(NoticePolicy(), description="How long before its removal a model is marked.")
    limits: Limits = Field(Limits(), description="How much one plan may remove.")

    def digest(self) -> str:
        """Return a hash of the effective policy."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def removal_reasons(self) -> dict[str, Because]:
        """Return the reasons of curators for removals, by model."""
        return {entry.name: Because(code=entry.code, detail=entry.detail) for entry in self.removal.reasons}

    def matches(self, names: Sequence[str], today: date) -> Matches:
        """Return the names and the patterns that hold on a day, each with the models that it protects."""
        known, column = frozenset(names), pl.Series(names, dtype=pl.String)
        named = [(entry, [entry.pattern] if entry.pattern in known else []) for entry in self.protect.names]
        globbed = [(entry, matching(column, entry.pattern).to_list()) for entry in self.protect.globs]
        return {
            kind: [(entry, protected) for entry, protected in found if entry.holds(today)]
            for kind, found in (("names", named), ("globs", globbed))
        }
