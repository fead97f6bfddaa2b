"""The columns with one value a row, each declared once.

Schema and OpenAPI, CSV, Parquet, sorting, families, reports, the web page and the documentation take theirs from the
declaration. This module imports neither Polars nor Pydantic, so that the command line can name columns at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Annotated, Any, get_args, get_type_hints

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY


class OfFamily(StrEnum):
    """How a family of text models has a column, in words (rule 9)."""

    COMPUTED = "from the family's own figures"
    SUM = "the sum; null where a member's is"
    LARGEST = "the largest; null where a member's is"
    FIRST = "the first"
    LAST = "the last"
    SHARED = "the members' one value, else null"
    ANY = "whether any member's is; null where that is unknown"
    ALL = "whether all members' are"
    NONE = "null"


class ShownIn(StrEnum):
    """Tables for people that show a column as it is; others have cells of their own."""

    REPORTS = "reports"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Declared:
    """The declaration of a column, beside its name and type.

    Attributes:
        description: Its meaning, in Markdown.
        unit: The unit of a number.
        family: How a family has it.
        heading: Its heading in tables for people.
        shown: The tables for people that show it as it is, under its heading.
        constant: It is the same in every row, so that sorting by it leaves the order by name.
    """

    description: str = ""
    unit: str = ""
    family: OfFamily = OfFamily.COMPUTED
    heading: str = ""
    shown: tuple[ShownIn, ...] = ()
    constant: bool = False


class RowColumns:
    """The columns of a row, in the order of CSV; integers are at least 0.

    A column that no part of the analysis computes is one of the catalogue's (``catalogue.COLUMNS``).
    """

    name: Annotated[str, Declared("A family has its base name.", heading="Model")]
    category: Annotated[MODEL_REFERENCE_CATEGORY, Declared("The category.", constant=True)]
    risk_level: Annotated[
        RiskLevel,
        Declared(
            "`critical` if critical, else the highest severity of a set flag, those of links included.",
            heading="Level",
        ),
    ]
    risk_score: Annotated[int, Declared("Number of flags set.", "flags")]
    at_risk: Annotated[bool, Declared("Any flag is set.")]
    is_critical: Annotated[bool, Declared("Hardly used and hardly served, both known.")]
    has_warning: Annotated[bool, Declared("Any of the four flags about downloads.")]
    usage_day: Annotated[
        int | None,
        Declared(
            "Attributed requests in the 24 hours before the statistics were compiled.",
            "requests in 24 hours",
            OfFamily.SUM,
        ),
    ]
    usage_month: Annotated[
        int | None,
        Declared("Attributed requests in 30 days.", "requests in 30 days", OfFamily.SUM, "Month use"),
    ]
    usage_total: Annotated[
        int | None,
        Declared("Attributed requests ever; it trails and can be below the month's.", "requests ever", OfFamily.SUM),
    ]
    usage_hour: Annotated[None, Declared("The Horde does not report it.", constant=True)]
    usage_minute: Annotated[None, Declared("The Horde does not report it.", constant=True)]
    usage_known: Annotated[bool, Declared("Whether the Horde gave usage figures for it.", family=OfFamily.ALL)]
    possible_usage_month: Annotated[
        int | None,
        Declared(
            "Requests in 30 days under names of no model that could well be its; never counted as use.",
            "requests in 30 days",
        ),
    ]
    usage_percentage_of_category: Annotated[
        float | None, Declared("Percent of the category's attributed month usage.", "percent", heading="Share")
    ]
    worker_count: Annotated[
        int | None, Declared("Worker threads now serving the model.", "worker threads", OfFamily.SUM, "Workers")
    ]
    queued_jobs: Annotated[int | None, Declared("Jobs waiting for the model.", "jobs", OfFamily.SUM, "Queue")]
    workers_known: Annotated[bool, Declared("Whether the Horde gave worker figures for it.", family=OfFamily.ALL)]
    size_gb: Annotated[float | None, Declared("Size on disk in GiB (2^30 bytes).", "GiB", heading="GB")]
    parameters: Annotated[
        int | None,
        Declared(
            "Number of weights, the size of a text model; a family's is that of its largest member.",
            "weights",
            OfFamily.LARGEST,  # The sum would be the size of no model.
            "Parameters",
        ),
    ]
    cost_benefit_score: Annotated[float | None, Declared("Month usage per GiB.", "requests in 30 days per GiB")]
    baseline: Annotated[
        str | None,
        Declared("What the record names; a family's one value, else null.", family=OfFamily.SHARED, heading="Baseline"),
    ]
    nsfw: Annotated[bool | None, Declared("What the record says; a family's if any member is.", family=OfFamily.ANY)]
    has_description: Annotated[
        bool, Declared("Whether the record has one; of a family, all members.", family=OfFamily.ALL)
    ]
    download_count: Annotated[int, Declared("Files that the record lists for download.", "files", OfFamily.SUM)]
    style_count: Annotated[
        int | None,
        Declared(
            "Styles that name it; null for text models, and where it is unknown.", "styles", OfFamily.SUM, "Styles"
        ),
    ]
    first_seen: Annotated[
        date | None,
        Declared("The first day on which the Horde named it; null if unknown.", family=OfFamily.FIRST),
    ]
    last_used: Annotated[
        date | None,
        Declared("The last day on which use was seen; null if unknown, or never.", family=OfFamily.LAST),
    ]
    trend_30d: Annotated[
        float | None, Declared("Percent by which use changes in 30 days, over the last eight weeks.", "percent")
    ]
    verdict: Annotated[
        Verdict | None,
        Declared(
            "The verdict of a plan by the service's policy; null for a family, and while plans are refused because "
            "the catalogue has shrunk.",
            family=OfFamily.NONE,
            heading="Verdict",
        ),
    ]
    remove_after: Annotated[
        date | None,
        Declared(
            "The first day on which it, or the first marked member of a family, may be removed.",
            family=OfFamily.FIRST,
        ),
    ]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of rows.

    Attributes:
        name: Its name everywhere.
        kind: The type of its values; a union with None where they may be unknown.
        declared: The rest.
    """

    name: str
    kind: Any
    declared: Declared

    @property
    def value_type(self) -> type:
        """The plain type of its known values: ``bool``, ``int``, ``float``, ``date``, ``str``, or of None."""
        (found,) = [kind for kind in get_args(self.kind) or (self.kind,) if kind is not type(None)] or [type(None)]
        return str if issubclass(found, Enum) else found

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.value_type in {int, float}


def _declared() -> tuple[Column, ...]:
    hints = get_type_hints(RowColumns, include_extras=True)
    return tuple(Column(name, *get_args(hint)) for name, hint in hints.items())


COLUMNS: dict[str, Column] = {column.name: column for column in _declared()}
"""The columns by name, in the order of CSV."""

CONSTANT_COLUMNS: tuple[str, ...] = tuple(name for name, column in COLUMNS.items() if column.declared.constant)


def combined(*rules: OfFamily) -> tuple[str, ...]:
    """Return the columns that families have by one of some rules."""
    return tuple(name for name, column in COLUMNS.items() if column.declared.family in rules)


def shown_in(table: ShownIn) -> tuple[Column, ...]:
    """Return the columns that a table for people shows as they are."""
    return tuple(column for column in COLUMNS.values() if table in column.declared.shown)
