"""The filters of the models' page: each is a menu of links, and a chip with a way out once it is set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import polars as pl

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.row_selection import matching
from horde_model_reference.analytics.size_bands import bands_of
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import has_families, usage_traits
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.views import View
from horde_model_reference.integrations.attribution import ATTRIBUTED

Changes = Mapping[str, object]
"""Fields of a query with the values that an option gives them."""
Options = Iterable[tuple[str, Changes]]

NAME = "Name"
"""The word for the text that names have in them, which has a field instead of a menu."""
MOST_OPTIONS = 100
"""Options of a menu at most; hosts of a hostile catalogue would fill pages."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that options are found in.

    Attributes:
        models: The ungrouped table.
        shown: The table that the view looks at: the models, or their families.
    """

    models: RiskTable
    shown: RiskTable


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    Attributes:
        word: Its name.
        fields: The fields of the query that it sets.
        options: Returns its options: the words of each, and the values that it gives the fields.
        offered: It is shown where it has options; others are shown only where links set them.
    """

    word: str
    fields: tuple[str, ...]
    options: Callable[[Tables], Options]
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a menu: its words, the address that chooses it, and whether it is chosen."""

    word: str
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A filter on a page.

    Attributes:
        word: Its name.
        value: The words of the chosen option; None where it is not set.
        clear: The address of the view without it.
        options: Its options.
    """

    word: str
    value: str | None
    clear: str
    options: tuple[Option, ...]


def _levels(_: Tables) -> Iterator[tuple[str, Changes]]:
    worst, *others = reversed(RiskLevel)
    yield worst.value, {"risk_level": worst.value, "exact_level": None}
    for level in others[:-1]:
        yield f"{level.value} or worse", {"risk_level": level.value, "exact_level": None}
    for level in others:
        yield f"only {level.value}", {"risk_level": None, "exact_level": level.value}


def _verdicts(_: Tables) -> Options:
    return [
        (verdict.value, {"verdict": verdict.value})
        for verdict in (Verdict.REMOVE, Verdict.PROTECTED, Verdict.UNKNOWN, Verdict.KEEP)
    ]


def _reasons(tables: Tables) -> Iterator[tuple[str, Changes]]:
    for name in FLAG_NAMES:
        if tables.shown.rows[name].any():
            yield labels.FLAG_WORDS[name], {"reason": name}
    for code in tables.models.rows["verdict_reasons"].explode().drop_nulls().unique().sort():
        yield labels.reasons([code]), {"reason": code}


def _baselines(tables: Tables) -> Options:
    return [(labels.baseline(name), {"baseline": name}) for name in tables.shown.baselines]


def _sizes(tables: Tables) -> Options:
    bands = bands_of(usage_traits(tables.shown.category).size)
    return [(band.name, {"size": band.name}) for band in bands if tables.shown.rows.select(band.condition.any()).item()]


def _backends(tables: Tables) -> Options:
    if not has_families(tables.models.category):
        return ()
    names = tables.models.api_names
    return [(name, {"backend": name}) for name in names.filter(outcome=ATTRIBUTED)["backend"].unique().sort()]


def _hosts(tables: Tables) -> Options:
    return [(host, {"host": host}) for host in tables.shown.hosts]


def _presets(_: Tables) -> Options:
    return [(words, {"preset": name}) for name, words in labels.PRESET_WORDS.items()]


def _nsfw(tables: Tables) -> Options:
    some = tables.shown.rows["nsfw"].any()
    return [("only", {"nsfw": True}), ("without", {"nsfw": False})] if some else ()


FILTERS: tuple[Filter, ...] = (
    Filter("Level", ("risk_level", "exact_level"), _levels),
    Filter("Verdict", ("verdict",), _verdicts),
    Filter("Size", ("size",), _sizes),
    Filter("Baseline", ("baseline",), _baselines),
    Filter("Reason", ("reason",), _reasons),
    Filter("Backend", ("backend",), _backends),
    Filter("Host", ("host",), _hosts),
    Filter("NSFW", ("nsfw",), _nsfw),
    Filter("Question", ("preset",), _presets, offered=False),
)
"""The filters, in the order in which they are shown; one that is set is always shown."""


def menus(tables: Tables, view: View) -> list[Menu]:
    """Return the menus of a view."""
    found = ((one, _menu(one, tables, view)) for one in FILTERS)
    return [menu for one, menu in found if menu.value is not None or (one.offered and menu.options)]


def _menu(found: Filter, tables: Tables, view: View) -> Menu:
    asked = {field: getattr(view.query, field) for field in found.fields}
    now = {field: None if value == "" else value for field, value in asked.items()}
    options = [
        Option(word, view.link(**changes), changes == now)
        for word, changes in islice(found.options(tables), MOST_OPTIONS)
    ]
    unset = all(value is None for value in now.values())
    chosen = next((option.word for option in options if option.chosen), _words_of(now))
    nothing = dict.fromkeys(found.fields)
    return Menu(found.word, None if unset else chosen, view.link(**nothing), tuple(options))


def _words_of(now: Changes) -> str:
    """Return a value that no row has, as it was asked for."""
    given = ((field, str(value)) for field, value in now.items() if value is not None)
    return ", ".join(labels.baseline(value) if field == "baseline" else value for field, value in given)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A filter without which a view would not be empty.

    Attributes:
        menu: The filter.
        rows: The rows without it.
    """

    menu: Menu
    rows: int


def too_much(rows: pl.DataFrame, view: View, shown: Sequence[Menu]) -> TooMuch | None:
    """Return the set filter, or the text to search for, whose absence leaves most rows; None where none leaves any."""
    fields = {NAME: ("search",)} | {found.word: found.fields for found in FILTERS}
    name = Menu(NAME, view.query.search or None, view.link(search=None), ())
    found = [
        TooMuch(menu, matching(rows, _without(view.query, fields[menu.word])).height)
        for menu in (*shown, name)
        if menu.value is not None
    ]
    best = max(found, key=lambda one: one.rows, default=None)
    return best if best and best.rows else None


def _without(query: RiskQuery, fields: tuple[str, ...]) -> RiskQuery:
    unset: dict[str, Any] = dict.fromkeys(fields)
    return replace(query, **unset)
