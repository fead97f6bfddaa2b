"""The policy: by which rules a plan proposes removals. Every key has a default, a unit and a sentence."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.curation.globs import matching
from horde_model_reference.errors import PolicyError
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.thread_pool import while_wanted
from horde_model_reference.toml_bounds import TOML_BYTES, excess

MOST_ENTRIES = 1000
"""Names, and patterns, of a policy."""
MOST_GLOB_CHARACTERS = 20_000
"""Characters of all patterns together: each is compared with every model."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Protection(_Section):
    """A name, or a pattern of names, that is never proposed.

    In the file it is a text, or a table with ``name`` (or ``glob``), and perhaps ``reason`` and ``until``.
    """

    pattern: str = Field(min_length=1, max_length=300)
    reason: str = Field("", max_length=1000)
    until: date | None = None

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
        if isinstance(raw, dict) and word in raw:
            return {"pattern": raw[word]} | {key: value for key, value in raw.items() if key != word}
        return raw

    return BeforeValidator(read)


NameProtection = Annotated[Protection, _protection("name")]
GlobProtection = Annotated[Protection, _protection("glob")]


def _bounded(globs: tuple[Protection, ...]) -> tuple[Protection, ...]:
    length = sum(len(entry.pattern) for entry in globs)
    if length > MOST_GLOB_CHARACTERS:
        raise PydanticCustomError(
            "globs_too_long", f"the patterns have {length:,} characters, more than {MOST_GLOB_CHARACTERS:,} in all"
        )
    return globs


class Candidates(_Section):
    """Which models are candidates for removal."""

    month_usage_below: Annotated[int, Field(ge=0, strict=True)] = Field(
        200,
        description="Only models with less month usage are candidates.",
        json_schema_extra={"unit": "requests in 30 days"},
    )
    min_age_days: Annotated[int, Field(ge=0, strict=True)] = Field(
        90,
        description="Only models that entered the catalogue at least so long before the statistics are candidates.",
        json_schema_extra={"unit": "days"},
    )
    unused_for_days: Annotated[int, Field(ge=0, strict=True)] = Field(
        0,
        description="Only models that were not used for at least so long are candidates; 0 = off.",
        json_schema_extra={"unit": "days"},
    )
    falling_for_days: Annotated[int, Field(ge=0, le=364, strict=True)] = Field(
        0,
        description="Only models whose use has surely been falling for at least so long are candidates; 0 = off.",
        json_schema_extra={"unit": "days"},
    )
    min_history_days: Annotated[int, Field(ge=0, strict=True)] = Field(
        0,
        description="Models of which fewer days were seen are unknown; 0 = off.",
        json_schema_extra={"unit": "days"},
    )
    suspicious_worker_threads: Annotated[int, Field(ge=0, strict=True)] = Field(
        5,
        description="Models without use in 30 days that at least so many threads serve are suspicious, and unknown; "
        "0 = off.",
        json_schema_extra={"unit": "worker threads"},
    )
    risk_levels: tuple[RiskLevel, ...] = Field(
        (RiskLevel.CRITICAL, RiskLevel.HIGH, RiskLevel.MEDIUM),
        max_length=MOST_ENTRIES,
        description="Only models of these levels are candidates.",
        json_schema_extra={"unit": "levels"},
    )


class Protect(_Section):
    """Which models are never proposed."""

    names: tuple[NameProtection, ...] = Field(
        (),
        max_length=MOST_ENTRIES,
        description="Models of these names; each may carry a reason and a last day.",
        json_schema_extra={"unit": "names"},
    )
    globs: Annotated[tuple[GlobProtection, ...], AfterValidator(_bounded)] = Field(
        (),
        max_length=MOST_ENTRIES,
        description="Models whose names match these patterns (*, ?, [...]; case counts).",
        json_schema_extra={"unit": "patterns"},
    )
    top_by_month_usage: Annotated[int, Field(ge=0, strict=True)] = Field(
        10, description="The most used models of the category; 0 = off.", json_schema_extra={"unit": "rank"}
    )
    last_of_its_kind: Annotated[bool, Field(strict=True)] = Field(
        True, description="Models for which there is no replacement.", json_schema_extra={"unit": "yes or no"}
    )
    with_queued_jobs: Annotated[bool, Field(strict=True)] = Field(
        True, description="Models that jobs are waiting for.", json_schema_extra={"unit": "yes or no"}
    )
    rising: Annotated[bool, Field(strict=True)] = Field(
        True, description="Models whose use surely rises, over eight weeks.", json_schema_extra={"unit": "yes or no"}
    )
    seasonal: Annotated[bool, Field(strict=True)] = Field(
        True,
        description="Models that were used enough at the same time last year, and at most half as much after that.",
        json_schema_extra={"unit": "yes or no"},
    )
    min_worker_threads: Annotated[int, Field(ge=0, strict=True)] = Field(
        0,
        description="Models served by at least so many threads; 0 = off.",
        json_schema_extra={"unit": "worker threads"},
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
        json_schema_extra={"unit": "protect, delete or repoint"},
    )


class RemovalReason(Because):
    """The reason of curators for the removal of a model."""

    name: str = Field(min_length=1, max_length=300)


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
        json_schema_extra={"unit": "reasons"},
    )


class NoticePolicy(_Section):
    """How long before its removal a model is marked."""

    days: Annotated[int, Field(ge=0, strict=True)] = Field(
        30, description="The notice that a mark gives.", json_schema_extra={"unit": "days"}
    )
    days_if_relied_on: Annotated[int, Field(ge=0, strict=True)] = Field(
        180,
        description="The notice for models that styles name, or that are among the most used; also where that is "
        "unknown.",
        json_schema_extra={"unit": "days"},
    )
    most_used_share: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        10.0,
        description="The share of the category's models, by month usage, that are the most used.",
        json_schema_extra={"unit": "percent"},
    )
    none_for: tuple[RemovalCode, ...] = Field(
        (RemovalCode.BROKEN, RemovalCode.LICENCE, RemovalCode.WITHDRAWN, RemovalCode.PREMATURE),
        max_length=len(RemovalCode),
        description="Reasons for which no notice is needed.",
        json_schema_extra={"unit": "codes"},
    )


class Limits(_Section):
    """How much one plan may remove."""

    max_models: Annotated[int, Field(ge=0, strict=True)] = Field(
        10, description="At most so many models.", json_schema_extra={"unit": "models"}
    )
    max_share_of_models: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        10.0, description="At most this share of the category's models.", json_schema_extra={"unit": "percent"}
    )
    max_share_of_month_usage: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        1.0,
        description="At most this share of the category's attributed month usage.",
        json_schema_extra={"unit": "percent"},
    )
    shrunk_catalogue: Annotated[bool, Field(strict=True)] = Field(
        False,
        description="Plan although the catalogue lost more than a tenth of its models (`catalogue_shrunk`).",
        json_schema_extra={"unit": "yes or no"},
    )


Matches = dict[str, list[tuple[Protection, list[str]]]]
"""By key of ``Protect`` (``names`` or ``globs``): its entries, each with the models that it protects."""


class Policy(_Section):
    """The whole policy."""

    candidates: Candidates = Candidates()
    protect: Protect = Protect()
    styles: StylesPolicy = StylesPolicy()
    removal: RemovalPolicy = RemovalPolicy()
    notice: NoticePolicy = NoticePolicy()
    limits: Limits = Limits()

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
        globbed = [(entry, matching(column, entry.pattern).to_list()) for entry in while_wanted(self.protect.globs)]
        return {
            kind: [(entry, protected) for entry, protected in found if entry.holds(today)]
            for kind, found in (("names", named), ("globs", globbed))
        }


REPLACED_KEYS = {"protect.named_by_styles": "`styles.on_removal` replaces it: protect, delete or repoint."}
"""Keys of earlier versions, each with the hint that its refusal gives."""


def read_policy(text: str, place: str) -> Policy:
    """Read a policy from TOML.

    Raises:
        PolicyError: It is no TOML, or a key is unknown or has a value without sense; the message names the key.
    """
    too_much = excess(text)
    if too_much:
        raise PolicyError(f"{place}: {too_much}.", hint="A policy needs less; `policy show` prints one.")
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{place}: {error}.", hint="A policy is a TOML file; `policy show` prints one.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = _key(fault["loc"])
        what = "no such key" if fault["type"] == "extra_forbidden" else fault["msg"]
        hint = REPLACED_KEYS.get(key, "`policy show` prints every key.")
        raise PolicyError(f"{place}: {key}: {what}.", hint=hint) from error


def _key(location: tuple[int | str, ...]) -> str:
    """Return the key that a fault is at, as the file writes it."""
    *above, last = location
    if last == "pattern":
        last = str(location[1]).removesuffix("s")
    return ".".join(map(str, (*above, last)))


def load_policy(path: Path | None) -> Policy:
    """Read a policy file; the default policy where there is none.

    Raises:
        PolicyError: The file cannot be read, or see :func:`read_policy`.
    """
    if path is None:
        return Policy()
    try:
        with path.open("rb") as file:
            content = file.read(TOML_BYTES + 1)
        # Cut off within a character, it is too long all the same.
        errors = "strict" if len(content) <= TOML_BYTES else "replace"
        return read_policy(content.decode("utf-8-sig", errors), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise PolicyError(f"{path}: {reason}.", hint="Check --policy.") from error


def show_policy(policy: Policy) -> str:
    """Return a policy as TOML, every key with its unit and sentence."""
    lines: list[str] = []
    for section_name, section in policy:
        lines += [f"[{section_name}]"]
        for key, field in type(section).model_fields.items():
            unit = (field.json_schema_extra or {}).get("unit", "")
            lines += [
                f"# {field.description} ({unit})",
                f"{key} = {_toml(getattr(section, key), key.removesuffix('s'))}",
            ]
        lines.append("")
    return "\n".join(lines)


def _inline_table(parts: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key} = {_toml(part)}" for key, part in parts.items() if part) + "}"


def _toml(value: object, word: str = "name") -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(entry, word) for entry in value)}]"
    if isinstance(value, Protection):
        return _inline_table({word: value.pattern, "reason": value.reason, "until": value.until})
    if isinstance(value, RemovalReason):
        return _inline_table({"name": value.name, "code": value.code, "detail": value.detail})
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
    return str(value)
