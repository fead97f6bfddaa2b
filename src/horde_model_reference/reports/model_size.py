"""The size of models in reports: GB on disk, or the number of weights, by category (design section 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, SizeMeasure, usage_traits
from horde_model_reference.reports import words


@dataclass(frozen=True, slots=True)
class ModelSize:
    """How reports show the size of the models of a category.

    Attributes:
        column: The column of rows, verdicts and effects that holds it.
        heading: The heading of tables.
        narrow: The heading of tables in the terminal.
        unit: The unit behind a value.
        meaning: The name of a chart's axis.
        text: Formats a value without its unit.
        adds_up: The sum over models has a meaning.
    """

    column: SizeMeasure
    heading: str
    narrow: str
    unit: str
    meaning: str
    text: Callable[[float | None], str]
    adds_up: bool

    def cell(self, sized: object) -> str:
        """Return the size of a row, verdict or effect without its unit; ``?`` where it is unknown."""
        return self.text(getattr(sized, self.column))

    def with_unit(self, sized: object) -> str:
        """Return the size of a row, verdict or effect: ``4.9 GB``, ``7.2B parameters``."""
        return f"{self.cell(sized)} {self.unit}"


_SIZES = {
    shown.column: shown
    for shown in (
        ModelSize(SizeMeasure.GIGABYTES, "GB", "GB", "GB", "size on disk", words.size, adds_up=True),
        ModelSize(
            SizeMeasure.PARAMETERS,
            "Parameters",
            "Param-\neters",
            "parameters",
            "number of parameters",
            words.weights,
            adds_up=False,
        ),
    )
}


def model_size(category: MODEL_REFERENCE_CATEGORY) -> ModelSize:
    """Return how reports show the size of a category's models.

    Raises:
        UnsupportedCategoryError: The Horde reports no usage for the category.
    """
    return _SIZES[usage_traits(category).size]
