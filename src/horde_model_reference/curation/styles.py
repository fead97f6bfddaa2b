"""The dependents of a model: the styles that name it, and the style categories that hold no other style."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

from horde_model_reference.body_limits import DEFAULT_LIMITS, BodyLimitError, BodyLimits, check_json
from horde_model_reference.catalogue.records import LATEST
from horde_model_reference.errors import CatalogueFormatError
from horde_model_reference.json_text import JsonError, loads

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Dependents:
    """The styles and style categories that break when models go.

    Attributes:
        styles: The styles that name one of them, sorted.
        emptied_categories: The style categories none of whose styles would be left, sorted.
    """

    styles: tuple[str, ...]
    emptied_categories: tuple[str, ...]


class StyleFile(NamedTuple):
    """A file of the styles repository.

    Attributes:
        location: The path or URL that it was read from.
        content: Its bytes.
    """

    location: str
    content: bytes


class StyleFiles(NamedTuple):
    """The two files of the styles repository."""

    styles: StyleFile
    categories: StyleFile


@dataclass(frozen=True)
class Styles:
    """The styles and their categories.

    Attributes:
        models: The model that each style names.
        categories: The styles and categories that each category lists.
        settings: All keys of each style, as its file has them.
        files: The files that they were read from; None where they come from none.
    """

    models: Mapping[str, str]
    categories: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: StyleFiles | None = None

    def naming(self, model: str) -> tuple[str, ...]:
        """Return the styles that name a model, sorted."""
        return self._by_model.get(model, ())

    def counts(self) -> dict[str, int]:
        """Return how many styles name each model that any names."""
        return {model: len(styles) for model, styles in self._by_model.items()}

    @cached_property
    def _by_model(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for style, model in sorted(self.models.items()):
            found.setdefault(model, []).append(style)
        return {model: tuple(styles) for model, styles in found.items()}

    def dependents(self, models: Iterable[str]) -> Dependents:
        """Return the styles and style categories that break when these models go together."""
        gone = set(models)
        broken = {style for style, model in self.models.items() if model in gone}
        return Dependents(tuple(sorted(broken)), self.emptied_without(broken))

    def emptied_without(self, styles: Collection[str]) -> tuple[str, ...]:
        """Return the categories that lose their last style when these go, sorted."""
        if not styles:
            return ()
        members = {category: styles_in(category, self.models, self.categories) for category in self.categories}
        return tuple(sorted(category for category, found in members.items() if found and found <= set(styles)))

    def orphans(self, known: Iterable[str]) -> dict[str, str]:
        """Return the styles that name a model which is not among the known ones, with that model."""
        names = set(known)
        return {style: model for style, model in sorted(self.models.items()) if model not in names}


def styles_in(category: str, styles: Collection[str], categories: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the styles of a category and of the categories that it lists.

    A name may be that of a style and of a category, and then means both.

    Args:
        category: The category.
        styles: The styles that there are; others are left out.
        categories: The styles and categories that each category lists.
    """
    found: set[str] = set()
    seen = {category}
    waiting = list(categories[category])
    while waiting:
        name = waiting.pop()
        if name in styles:
            found.add(name)
        if name in categories and name not in seen:
            seen.add(name)
            waiting.extend(categories[name])
    return frozenset(found)


def parse_styles(content: bytes, place: str, limits: BodyLimits = DEFAULT_LIMITS) -> dict[str, dict[str, Any]]:
    """Read ``styles.json``: all keys of each style that names a model.

    Raises:
        CatalogueFormatError: It is no such file.
    """
    expected = "a JSON object of styles, each with a model"
    raw = _json_object(content, place, expected, limits)
    styles = {name: style for name, style in raw.items() if isinstance(style, dict)}
    found = {name: style for name, style in styles.items() if _is_text(name) and _is_text(style.get("model"))}
    if raw and not found:
        raise CatalogueFormatError(f"{place}: no style names a model; expected {expected}.")
    return found


def parse_style_categories(
    content: bytes, place: str, limits: BodyLimits = DEFAULT_LIMITS
) -> dict[str, tuple[str, ...]]:
    """Read ``categories.json``: the styles and categories that each category lists.

    Raises:
        CatalogueFormatError: It is no such file.
    """
    expected = "a JSON object of lists of names"
    raw = _json_object(content, place, expected, limits)
    found = {
        name: tuple(entry for entry in entries if _is_text(entry))
        for name, entries in raw.items()
        if _is_text(name) and isinstance(entries, list)
    }
    if raw and not found:
        raise CatalogueFormatError(f"{place}: no category lists anything; expected {expected}.")
    return found


def parse_history(content: bytes, place: str, limits: BodyLimits = DEFAULT_LIMITS) -> dict[str, float]:
    """Read a file like ``model_mod_data.json``: when each model was added, in seconds of the epoch.

    Raises:
        CatalogueFormatError: It is no such file.
    """
    expected = "a JSON object of models, each with date_added"
    raw = _json_object(content, place, expected, limits)
    dates = {name: entry.get("date_added") for name, entry in raw.items() if isinstance(entry, dict)}
    found = {
        name: float(date)
        for name, date in dates.items()
        if isinstance(date, int | float) and not isinstance(date, bool) and 0 < date < LATEST
    }
    if raw and not found:
        raise CatalogueFormatError(f"{place}: no model has a date; expected {expected}.")
    return found


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is text that can be written out again; half a surrogate pair cannot."""
    return isinstance(value, str) and not _HALF.search(value)


def _json_object(content: bytes, place: str, expected: str, limits: BodyLimits) -> dict[str, Any]:
    try:
        check_json(content, limits)
        raw = loads(content)
    except JsonError as fault:
        where = f"{place}, line {fault.line}, column {fault.column}"
        raise CatalogueFormatError(f"{where}: {fault.reason}; expected {expected}.") from fault
    except BodyLimitError as error:
        raise CatalogueFormatError(f"{place}: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise CatalogueFormatError(f"{place}: JSON that cannot be read; expected {expected}.") from error
    if not isinstance(raw, dict):
        raise CatalogueFormatError(f"{place}: a JSON {type(raw).__name__}; expected {expected}.")
    return raw
