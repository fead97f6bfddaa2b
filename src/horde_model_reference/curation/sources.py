"""The sources of curation: styles, style categories, when image models entered the catalogue, and marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.document import Document, Parsing, Reading
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import has_styles
from horde_model_reference.clock import Clock
from horde_model_reference.cooldown import Cooldown
from horde_model_reference.curation.dates import believable
from horde_model_reference.curation.listing_histories import ListingHistories
from horde_model_reference.curation.styles import (
    StyleFile,
    StyleFiles,
    Styles,
    parse_history,
    parse_style_categories,
    parse_styles,
)
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import CatalogueError
from horde_model_reference.escaping import visible
from horde_model_reference.marks.mark import NO_MARKS, Marks
from horde_model_reference.marks.marks_file import parse_marks
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import side_by_side

T = TypeVar("T")

AGE_UNKNOWN = "When models entered the catalogue is unknown"


class _Aside:
    """Documents that an answer can do without: one that failed is skipped for a short cooldown."""

    def __init__(self, clock: Clock, retry_after: float) -> None:
        self._cooldown = Cooldown(clock, retry_after)
        self._failure = CatalogueError("")

    async def read(self, patience: float | None, *documents: Document[Any]) -> list[Reading[Any]]:
        """Read documents side by side.

        Args:
            patience: Seconds to wait at most; None waits for the end.
            documents: The documents.

        Raises:
            CatalogueError: One of them cannot be read, or not in time, and no good copy of it is held.
        """
        held = all(document.held for document in documents)
        if patience is not None and not held and self._cooldown.active:
            raise self._failure
        try:
            return await side_by_side(document.read(patience) for document in documents)
        except CatalogueError as error:
            self._failure = error
            self._cooldown.begin()
            raise


class CurationSources:
    """The styles, the ages of models and the marks; a source that cannot be read makes them unknown, with a warning."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient, clock: Clock) -> None:
        sources = settings.sources
        self._clock = clock
        styles, categories = _parsing(parse_styles, settings), _parsing(parse_style_categories, settings)
        self._styles = Document(sources.styles, styles, settings, client, clock)
        self._categories = Document(sources.style_categories_location(), categories, settings, client, clock)
        self._history = Document(sources.image_history, _parsing(parse_history, settings), settings, client, clock)
        self._marks = Document(sources.marks, Parsing(parse_marks), settings, client, clock)
        self._styles_aside, self._history_aside, self._marks_aside = (
            _Aside(clock, settings.cache_ttl_seconds) for _ in range(3)
        )
        self._listing_histories = ListingHistories(settings.data_dir)

    async def styles(self, patience: float | None = None) -> tuple[Styles | None, tuple[DataWarning, ...]]:
        """Return the styles with their categories; None where they cannot be read, or not in time.

        Args:
            patience: Seconds to wait at most, and not at all shortly after a failure; None waits for the end.
        """
        if not self._styles.location:
            return None, ()
        try:
            styles, categories = await self._styles_aside.read(patience, self._styles, self._categories)
        except CatalogueError as error:
            return None, (_unknown("styles_unknown", "Which styles name a model is unknown", error),)
        files = StyleFiles(
            StyleFile(self._styles.location, styles.copy.content),
            StyleFile(self._categories.location, categories.copy.content),
        )
        models = {name: style["model"] for name, style in styles.value.items()}
        return Styles(models, categories.value, styles.value, files), (*styles.warnings, *categories.warnings)

    async def read_marks(self, patience: float | None = None) -> tuple[Marks, tuple[DataWarning, ...]]:
        """Return the marks; parameters as for :meth:`styles`.

        Raises:
            CatalogueError: They cannot be read, or not in time.
        """
        if not self._marks.location:
            return NO_MARKS, ()
        (marks,) = await self._marks_aside.read(patience, self._marks)
        return marks.value, (*marks.warnings, *marks.value.warnings)

    async def marks(self, patience: float | None = None) -> tuple[Marks | None, tuple[DataWarning, ...]]:
        """Return the marks; None where they cannot be read, or not in time. Parameters as for :meth:`styles`."""
        try:
            return await self.read_marks(patience)
        except CatalogueError as error:
            return None, (_unknown("marks_unknown", "Which models are marked is unknown", error),)

    async def listings(
        self, catalogue: Catalogue, location: str, patience: float | None = None
    ) -> tuple[Mapping[str, Listing], tuple[DataWarning, ...]]:
        """Return since when models are listed: by their record, else ``model_mod_data.json``, else git's history.

        A date that cannot be (rule 11) is unknown.

        Args:
            catalogue: The models.
            location: The catalogue's path or URL.
            patience: As for :meth:`styles`.
        """
        dated, warnings = await self._dated(catalogue, patience)
        listed, more = await self._listing_histories.read(location, patience)
        by_git = believable({name: listing.since for name, listing in listed.items()}, self._clock.now())
        removed_at = {name: listing.removed_at for name, listing in listed.items()}
        since = {name: at for name, at in {**by_git, **dated}.items() if name in catalogue.records}
        return {name: Listing(at, removed_at.get(name)) for name, at in since.items()}, (*warnings, *more)

    async def _dated(
        self, catalogue: Catalogue, patience: float | None
    ) -> tuple[Mapping[str, float], tuple[DataWarning, ...]]:
        now = self._clock.now()
        own = {name: record.metadata.created_at for name, record in catalogue.records.items()}
        found = believable(own, now)
        if not has_styles(catalogue.category) or not self._history.location:
            return found, ()
        try:
            (history,) = await self._history_aside.read(patience, self._history)
        except CatalogueError as error:
            return found, (_unknown("age_unknown", AGE_UNKNOWN, error),)
        return believable(history.value, now) | found, history.warnings

    async def aclose(self) -> None:
        """End the refreshes that are under way."""
        for document in (self._styles, self._categories, self._history, self._marks):
            await document.aclose()
        await self._listing_histories.aclose()


def _unknown(code: str, what: str, error: CatalogueError) -> DataWarning:
    return DataWarning(code, f"{what}: {visible(error.message)}")


def _parsing(parse: Callable[[bytes, str, BodyLimits], T], settings: Settings) -> Parsing[T]:
    return Parsing(lambda content, place, _: parse(content, place, settings.body_limits))
