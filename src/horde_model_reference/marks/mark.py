"""A mark: one entry of a file of marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.marks.because import CODES, LONGEST_DETAIL, Because, RemovalCode

LONGEST_NAME = 300
"""Characters of a model's name."""
MOST_STYLES = 1000
"""Styles of one mark."""


def _with_usage(category: MODEL_REFERENCE_CATEGORY) -> MODEL_REFERENCE_CATEGORY:
    if category not in USAGE:
        raise PydanticCustomError("no_usage", f"the Horde reports usage for {' and '.join(USAGE)} only")
    return category


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, Field(max_length=LONGEST_DETAIL)]
Day = Annotated[date, Field(strict=True)]


class Mark(BaseModel):
    """The notice that a model is to be removed.

    ``styles`` are those that named the model when it was marked; a style that names it later is a new dependant. None
    where the mark does not tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Annotated[MODEL_REFERENCE_CATEGORY, AfterValidator(_with_usage)] = Field(description="Its category.")
    name: Name = Field(description="The model's name.")
    since: Day = Field(description="The day from which the mark is published.")
    remove_after: Day = Field(description="The first day on which the model may be removed.")
    because: RemovalCode = Field(description="The code of the reason.")
    detail: Text = Field("", description="More about the reason; some codes need it.")
    replacement: Name | None = Field(None, description="The model to use instead.")
    by: Text = Field("", description="The people that marked it.")
    note: Text = Field("", description="For people.")
    styles: Annotated[tuple[Name, ...], Field(max_length=MOST_STYLES)] | None = Field(
        None, description="The styles that named it when it was marked."
    )

    @model_validator(mode="after")
    def _has_sense(self) -> Self:
        if self.remove_after < self.since:
            raise PydanticCustomError("too_early", "remove_after: it is before since")
        needed = CODES[self.because].detail
        if needed and not (self.detail.strip() or self.replacement):
            raise PydanticCustomError("detail_missing", f"detail: {self.because.value} needs one: {needed}")
        if self.replacement == self.name:
            raise PydanticCustomError("own_replacement", "replacement: it is the model itself")
        return self

    @property
    def reason(self) -> Because:
        """The reason, as a plan gives it; the replacement stands for a detail that is needed and missing."""
        spare = self.replacement or "" if CODES[self.because].detail else ""
        return Because(code=self.because, detail=self.detail.strip() or spare)


@dataclass(frozen=True)
class Marks:
    """The marks of one file, in its order.

    Attributes:
        entries: At most one for each model.
        warnings: The entries that were skipped, each with its line and the reason.
    """

    entries: tuple[Mark, ...] = ()
    warnings: tuple[DataWarning, ...] = ()

    def of(self, category: MODEL_REFERENCE_CATEGORY) -> Mapping[str, Mark]:
        """Return the marks of a category, by model."""
        return {mark.name: mark for mark in self.entries if mark.category is category}


NO_MARKS = Marks()


def fields_of(mark: Mark) -> Iterable[tuple[str, object]]:
    """Yield the keys of a mark with their values, as TOML has them; optional keys that say nothing are left out."""
    for key, value in mark.model_dump(mode="python", exclude_defaults=True).items():
        yield key, list(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else value
