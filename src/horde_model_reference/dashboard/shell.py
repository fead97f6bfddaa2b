"""The shell of every page: category switch, tabs with counts, jump field, state of the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import polars as pl

from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, USAGE
from horde_model_reference.dashboard.checks import Check, freshness
from horde_model_reference.integrations.attribution import ATTRIBUTED

FRONT = next(iter(USAGE))
"""The category of the front page."""


class Section(StrEnum):
    """The sections of the page, in the order of their tabs; the value begins their address."""

    OVERVIEW = "overview"
    MODELS = "models"
    CHARTS = "charts"
    PLAN = "plan"
    NAMES = "names"

    def path(self, category: MODEL_REFERENCE_CATEGORY) -> str:
        """Return the address of a category's page."""
        return f"/{self.value}/{category.value}"


def _proposed(table: RiskTable) -> int:
    return table.rows.filter(pl.col("verdict") == Verdict.REMOVE.value).height


def _unattributed(table: RiskTable) -> int:
    return table.api_names.filter(pl.col("outcome") != ATTRIBUTED).height


COUNTS: Mapping[Section, Callable[[RiskTable], int]] = {
    Section.MODELS: lambda table: table.model_count,
    Section.PLAN: _proposed,
    Section.NAMES: _unattributed,
}
"""The counts beside the tabs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the shell.

    Attributes:
        word: Its text.
        link: Its address.
        current: The reader is there.
        count: The number beside it; None without one.
    """

    word: str
    link: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame around a page.

    Attributes:
        category: The category of its links.
        switch: The same section of every category.
        tabs: The sections of the category.
        fetched_at: When the older part of the Horde's figures was fetched; None without figures.
        stale: The newest attempt to refresh them failed.
        checks: How fresh each part of the data is.
    """

    category: MODEL_REFERENCE_CATEGORY
    switch: tuple[Entry, ...]
    tabs: tuple[Entry, ...]
    fetched_at: datetime | None = None
    stale: bool = False
    checks: tuple[Check, ...] = ()


def shell_of(table: RiskTable, section: Section) -> Shell:
    """Return the shell around a page of a category."""
    data = table.data_as_of
    return Shell(
        category=table.category,
        switch=_switch(section, table.category),
        tabs=tuple(
            Entry(
                at.value.capitalize(),
                at.path(table.category),
                at is section,
                COUNTS[at](table) if at in COUNTS else None,
            )
            for at in Section
        ),
        fetched_at=min(data.stats_fetched_at, data.status_fetched_at),
        stale=data.stale,
        checks=freshness(table),
    )


def bare_shell(category: MODEL_REFERENCE_CATEGORY | None = None) -> Shell:
    """Return the shell around a page without data; its links are those of the first category where none is given."""
    leads_to = category or FRONT
    return Shell(
        category=leads_to,
        switch=_switch(Section.OVERVIEW, category),
        tabs=tuple(Entry(at.value.capitalize(), at.path(leads_to), False) for at in Section),
    )


def _switch(section: Section, current: MODEL_REFERENCE_CATEGORY | None) -> tuple[Entry, ...]:
    return tuple(
        Entry(traits.model_type.value.capitalize(), section.path(category), category is current)
        for category, traits in USAGE.items()
    )
