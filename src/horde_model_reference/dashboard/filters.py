"""The filters of the models' page: each is a menu of links, and a chip with a way out once it is set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from horde_model_reference.analytics.flags import FLAG_NAMES
from horde_model_reference.analytics.matching import matching
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.dashboard import labels
from horde_model_reference.dashboard.views import View

Changes = Mapping[str, object]
"""Fields of a query with the values that an option gives them."""
Options = Iterable[tuple[str, Changes]]

MOST_OPTIONS = 100
"""Options of a menu at most; hosts of a hostile catalogue would fill pages."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    Attributes:
        word: Its name.
        fields: The fields of the query that it sets.
        options: Returns its options for a table: the words of each, and the values that it gives the fields.
        shown: Whether a view offers it.
    """

    word: str
    fields: tuple[str, ...]
    options: Callable[[RiskTable], Options]
    shown: Callable[[RiskTable, View], bool] = lambda _, __: True


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


def _levels(_: RiskTable) -> Iterator[tuple[str, Changes]]:
    worst, *others = reversed(RiskLevel)
    yield worst.value, {"risk_level": worst.value, "exact_level": None}
    for level in others[:-1]:
        yield f"{level.value} or worse", {"risk_level": level.value, "exact_level": None}
    for level in others:
        yield f"only {level.value}", {"risk_level": None, "exact_level": level.value}


def _verdicts(_: RiskTable) -> Options:
    return [
        (verdict.value, {"verdict": verdict.value})
        for verdict in (Verdict.REMOVE, Verdict.PROTECTED, Verdict.UNKNOWN, Verdict.KEEP)
    ]


def _reasons(table: RiskTable) -> Iterator[tuple[str, Changes]]:
    for name in FLAG_NAMES:
        if table.rows[name].any():
            yield labels.FLAG_WORDS[name], {"reason": name}
    for code in table.rows["verdict_reasons"].explode().drop_nulls().unique().sort():
        yield labels.reasons([code]), {"reason": code}


def _baselines(table: RiskTable) -> Options:
    return [(labels.baseline(name), {"baseline": name}) for name in table.baselines]


def _hosts(table: RiskTable) -> Options:
    return [(host, {"host": host}) for host in table.hosts]


def _presets(_: RiskTable) -> Options:
    return [(words, {"preset": name}) for name, words in labels.PRESET_WORDS.items()]


FILTERS: tuple[Filter, ...] = (
    Filter("Level", ("risk_level", "exact_level"), _levels),
    Filter("Verdict", ("verdict",), _verdicts, lambda table, _: not table.grouped),
    Filter("Baseline", ("baseline",), _baselines, lambda table, view: bool(table.baselines or view.query.baseline)),
    Filter("Reason", ("reason",), _reasons, lambda table, _: not table.grouped),
    Filter("Host", ("host",), _hosts, lambda table, view: bool(table.hosts or view.query.host)),
    Filter(
        "NSFW",
        ("nsfw",),
        lambda _: [("only", {"nsfw": True}), ("without", {"nsfw": False})],
        lambda table, view: table.rows["nsfw"].any() is True or view.query.nsfw is not None,
    ),
    Filter("Question", ("preset",), _presets, lambda _, view: bool(view.query.preset)),
)
"""The filters, in the order in which they are shown."""


def menus(table: RiskTable, view: View) -> list[Menu]:
    """Return the menus of a view.

    Args:
        table: The table that the view looks at: models or families.
        view: The view.
    """
    return [_menu(found, table, view) for found in FILTERS if found.shown(table, view)]


def _menu(found: Filter, table: RiskTable, view: View) -> Menu:
    now = {field: getattr(view.query, field) or None for field in found.fields if field != "nsfw"}
    now |= {"nsfw": view.query.nsfw} if "nsfw" in found.fields else {}
    options = [
        Option(word, view.link(**changes), changes == now)
        for word, changes in list(found.options(table))[:MOST_OPTIONS]
    ]
    unset = all(value is None for value in now.values())
    chosen = next((option.word for option in options if option.chosen), _words_of(now))
    nothing = dict.fromkeys(found.fields)
    return Menu(found.word, None if unset else chosen, view.link(**nothing), tuple(options))


def _words_of(now: Changes) -> str:
    """Return a value that no row has, as it was asked for."""
    return ", ".join(str(value) for value in now.values() if value is not None)


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
    """Return the set filter whose absence leaves most rows; None where none leaves any."""
    fields = {found.word: found.fields for found in FILTERS}
    found = [
        TooMuch(menu, matching(rows, _without(view.query, fields[menu.word])).height)
        for menu in shown
        if menu.value is not None
    ]
    best = max(found, key=lambda one: one.rows, default=None)
    return best if best and best.rows else None


def _without(query: RiskQuery, fields: tuple[str, ...]) -> RiskQuery:
    unset: dict[str, Any] = dict.fromkeys(fields)
    return replace(query, **unset)
