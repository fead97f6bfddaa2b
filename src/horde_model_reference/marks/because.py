"""The reasons of curators for a removal: a code of a fixed table, and a detail (design section 8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from horde_model_reference.errors import UsageError
from horde_model_reference.escaping import quoted, visible

LONGEST_DETAIL = 1000
"""Characters of a detail."""


class RemovalCode(StrEnum):
    """Why curators remove a model."""

    LOW_USE = "low_use"
    SUPERSEDED_BY = "superseded_by"
    RENAMED_TO = "renamed_to"
    MOVED = "moved"
    BROKEN = "broken"
    LICENCE = "licence"
    WITHDRAWN = "withdrawn"
    DEAD_DOWNLOAD = "dead_download"
    PREMATURE = "premature"
    TOO_LARGE = "too_large"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CodeTraits:
    """The traits of a code.

    Attributes:
        meaning: Its meaning for people.
        detail: The detail that it needs; empty where the detail is optional.
        use_decides: A model that is marked for it stays if it is used enough, or if the policy keeps it.
    """

    meaning: str
    detail: str = ""
    use_decides: bool = False


CODES: dict[RemovalCode, CodeTraits] = {
    RemovalCode.LOW_USE: CodeTraits("Hardly anybody uses it.", use_decides=True),
    RemovalCode.SUPERSEDED_BY: CodeTraits(
        "Another model, or a LoRA, does the same better.", "its successor", use_decides=True
    ),
    RemovalCode.RENAMED_TO: CodeTraits("It stays under another name.", "its new name"),
    RemovalCode.MOVED: CodeTraits("It stays in another file or category.", "its new place"),
    RemovalCode.BROKEN: CodeTraits("It does not work."),
    RemovalCode.LICENCE: CodeTraits("Its licence does not allow its use."),
    RemovalCode.WITHDRAWN: CodeTraits("Its author withdrew it, or its beta has ended."),
    RemovalCode.DEAD_DOWNLOAD: CodeTraits("Its file cannot be downloaded any more."),
    RemovalCode.PREMATURE: CodeTraits("It was added too early."),
    RemovalCode.TOO_LARGE: CodeTraits("It is too large for volunteers.", use_decides=True),
    RemovalCode.OTHER: CodeTraits("None of these.", "the reason", use_decides=True),
}
"""The codes, in the order of the documentation."""


class Because(BaseModel):
    """The reason of a curator for a removal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: RemovalCode = Field(description="The code of the reason.")
    detail: str = Field("", max_length=LONGEST_DETAIL, description="For people; some codes need one.")

    @model_validator(mode="after")
    def _has_its_detail(self) -> Self:
        needed = CODES[self.code].detail
        if needed and not self.detail.strip():
            raise PydanticCustomError("detail_missing", f"{self.code.value} needs a detail: {needed}")
        return self

    def text(self) -> str:
        """Return the reason as ``--remove`` takes it: ``CODE`` or ``CODE:DETAIL``."""
        return f"{self.code.value}:{self.detail}" if self.detail else self.code.value


_FORM = re.compile(rf"(?P<name>.+?)=(?P<code>{'|'.join(RemovalCode)})(?::(?P<detail>.*))?", re.DOTALL)


def removals_of(given: Sequence[str]) -> dict[str, Because]:
    """Return the reason of each removal by name; a name ends at the first ``=`` that a code follows.

    Args:
        given: Texts of the form ``NAME=CODE[:DETAIL]``.

    Raises:
        UsageError: A text has another form, lacks the detail that its code needs, or names a model again.
    """
    found: dict[str, Because] = {}
    for text in given:
        name, reason = _removal(text)
        if name in found:
            raise UsageError(f"--remove {quoted(text)}: {quoted(name)} has a reason already.", hint="Give one.")
        found[name] = reason
    return found


def _removal(text: str) -> tuple[str, Because]:
    form = _FORM.fullmatch(text)
    if form is None:
        hint = f"CODE is one of: {', '.join(RemovalCode)}."
        raise UsageError(f"--remove {quoted(text)}: it has not the form NAME=CODE[:DETAIL].", hint=hint)
    hint = f"--remove NAME={form['code']}:DETAIL"
    return form["name"], _because(form["code"], form["detail"] or "", f"--remove {quoted(text)}", hint)


def because_of(text: str, successor: str | None = None) -> Because:
    """Return the reason that ``--because`` gives.

    Args:
        text: Of the form ``CODE[:DETAIL]``.
        successor: The detail of a code that needs one, where the text has none.

    Raises:
        UsageError: The code is none, or lacks the detail that it needs.
    """
    code, _, detail = text.partition(":")
    if code not in set(RemovalCode):
        hint = f"CODE is one of: {', '.join(RemovalCode)}."
        raise UsageError(f"--because {quoted(text)}: it has not the form CODE[:DETAIL].", hint=hint)
    needed = CODES[RemovalCode(code)].detail
    spare = successor or "" if needed else ""
    return _because(code, detail.strip() or spare, f"--because {quoted(text)}", f"--because {code}:DETAIL")


def _because(code: str, detail: str, option: str, hint: str) -> Because:
    found, detail = RemovalCode(code), visible(detail.strip())  # It may be no valid Unicode.
    needed = CODES[found].detail
    if needed and not detail:
        raise UsageError(f"{option}: {found.value} needs a detail: {needed}.", hint=hint)
    if len(detail) > LONGEST_DETAIL:
        hint = "Give a shorter one."
        raise UsageError(f"{option}: its detail has more than {LONGEST_DETAIL:,} characters.", hint=hint)
    return Because(code=found, detail=detail)
