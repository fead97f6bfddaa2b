"""A view of a category: a question whose every part stands in the address, so that it can be sent to somebody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import urlencode

from horde_model_reference.analytics.risk_query import BY_REMOVAL, RiskQuery
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

PAGE_SIZE = 50
MOST_ROWS = 1000
"""Rows on a page at most."""

PLAIN = RiskQuery(limit=PAGE_SIZE, sort=BY_REMOVAL)
"""The default view of a page."""
WORST_FIRST = "-risk_level"
"""The column that comes first in the order of removal."""


@dataclass(frozen=True, slots=True)
class View:
    """The rows that a page shows.

    Attributes:
        category: Which category.
        query: Which rows, in which order, which page; the API's own question.
    """

    category: MODEL_REFERENCE_CATEGORY
    query: RiskQuery

    @property
    def path(self) -> str:
        """The address of the category's models."""
        return f"/models/{self.category.value}"

    def link(self, **changes: object) -> str:
        """Return the address of this view with some parts changed; a changed filter starts at the first page."""
        changed = changes if "offset" in changes else {**changes, "offset": 0}
        return f"{self.path}{query_string(replace(self.query, **changed), PLAIN)}"  # type: ignore[arg-type]

    def sorted_by(self, column: str, *, descending: bool) -> str:
        """Return the address of this view sorted by a column: first in the direction given, then the other way."""
        first, second = (f"-{column}", column) if descending else (column, f"-{column}")
        return self.link(sort=second if self.query.sort == first else first)

    def direction(self, column: str) -> str:
        """Return how the view is sorted by a column, in the words of ``aria-sort``."""
        sort = WORST_FIRST if self.query.sort == BY_REMOVAL else self.query.sort
        return {column: "ascending", f"-{column}": "descending"}.get(sort, "none")

    def api(self, suffix: str = "") -> str:
        """Return the API's address of all rows that this view pages through, in its order."""
        path = f"/api/model_references/statistics/{self.category.value}/deletion-risk{suffix}"
        return path + query_string(replace(self.query, limit=None, offset=0), RiskQuery())

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """Return the parts of this view that differ from the default, as fields of a form, but for some."""
        given = _differing(replace(self.query, offset=0), PLAIN)
        return [(field, value) for field, value in given.items() if field not in without]

    @property
    def page_size(self) -> int:
        """Rows on a page."""
        return self.query.limit or PAGE_SIZE

    def pages(self, total: int) -> list[tuple[str, int]]:
        """Return the pages one can turn to, as word and offset."""
        offset, size = self.query.offset, self.page_size
        last = max(0, (total - 1) // size * size)
        turns = []
        if offset > 0:
            turns += [("First", 0), ("Previous", min(max(0, offset - size), last))]
        if offset + size < total:
            turns += [("Next", offset + size), ("Last", last)]
        return turns


def query_string(query: RiskQuery, plain: RiskQuery) -> str:
    """Return the parameters of a query that differ from another one's, as in an address."""
    asked = _differing(query, plain)
    return f"?{urlencode(asked)}" if asked else ""


def _differing(query: RiskQuery, plain: RiskQuery) -> dict[str, str]:
    given = {field: getattr(query, field) for field in RiskQuery.__slots__}
    return {
        field: _written(value)
        for field, value in given.items()
        if value != getattr(plain, field) and value not in (None, "")
    }


def _written(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return str(value).lower() if isinstance(value, bool) else str(value)
