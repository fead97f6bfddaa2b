"""The formats in which reports and the history are written."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How the report of a category is written."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    parquet = "parquet"


class ShownFormat(StrEnum):
    """How a plan or an explanation is shown: for people, or for programs."""

    table = "table"
    json = "json"


class ExportFormat(StrEnum):
    """How the history is written out."""

    csv = "csv"
    parquet = "parquet"


class ReviewFormat(StrEnum):
    """How a review is written."""

    table = "table"
    json = "json"
    markdown = "markdown"


class FailOn(StrEnum):
    """The least grave finding that makes a review fail."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


class ChangesFormat(StrEnum):
    """Formats of changes."""

    markdown = "markdown"
    json = "json"
    atom = "atom"
