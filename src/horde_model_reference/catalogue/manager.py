"""The catalogues of all categories, each read from its source and kept fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import httpx

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.catalogue.aliases import NO_ALIASES, Aliases, bundled_aliases, parse_aliases
from horde_model_reference.catalogue.catalogue import Catalogue, read_catalogue
from horde_model_reference.catalogue.document import Document, Parsing
from horde_model_reference.catalogue.records import ModelRecord
from horde_model_reference.catalogue.sources import SourceCopy
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, has_families
from horde_model_reference.clock import Clock
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import EmptyCategoryError
from horde_model_reference.escaping import quoted
from horde_model_reference.settings import Settings, environment_name

CATALOGUE_SHRUNK = "catalogue_shrunk"
"""The code of the warning about a catalogue that lost much; plans refuse such a catalogue."""
NAMED_LOSSES = 3
"""Names that the warning about a shrunk catalogue gives."""

Announce = Callable[[MODEL_REFERENCE_CATEGORY, str], Awaitable[None]]
"""Told of a category's new revision."""


async def _nobody(_: MODEL_REFERENCE_CATEGORY, __: str) -> None:
    """Listen to nothing."""


class ModelReferenceManager:
    """The catalogues of all categories; each is a :class:`Document`."""

    def __init__(
        self,
        settings: Settings,
        client: httpx.AsyncClient,
        clock: Clock,
        announce: Announce = _nobody,
    ) -> None:
        self._announce = announce
        self._documents = {
            category: Document(
                settings.sources.location(category),
                Parsing(partial(_parse, category, settings.body_limits), self._changed, _has_no_models, _losses),
                settings,
                client,
                clock,
            )
            for category in MODEL_REFERENCE_CATEGORY
        }
        self._bundled = bundled_aliases() if settings.bundled_aliases else NO_ALIASES
        self._aliases: Document[Aliases] = Document(
            settings.sources.aliases, Parsing(parse_aliases), settings, client, clock
        )

    async def get_catalogue(self, category: MODEL_REFERENCE_CATEGORY, patience: float | None = None) -> Catalogue:
        """Return a category's catalogue, not older than the settings allow where its source answers in time.

        Args:
            category: Which category.
            patience: Seconds to wait at most; None waits for the end.

        Raises:
            CatalogueError: The source failed, or takes longer, and no good copy is held.
            EmptyCategoryError: The settings name no source.
        """
        return (await self.get_catalogue_with_copy(category, patience))[0]

    async def get_catalogue_with_copy(
        self, category: MODEL_REFERENCE_CATEGORY, patience: float | None = None
    ) -> tuple[Catalogue, SourceCopy]:
        """Return a category's catalogue and the bytes it was read from; see :meth:`get_catalogue`."""
        document = self._documents[category]
        if not document.location:
            variable = environment_name(("sources", category.value))
            raise EmptyCategoryError(f"Category {category.value} has no source.", hint=f"Set {variable}.")
        reading = await document.read(patience)
        catalogue = reading.value
        if reading.warnings:
            catalogue = replace(catalogue, warnings=(*catalogue.warnings, *reading.warnings))
        return await self.with_aliases(catalogue, patience), reading.copy

    async def with_aliases(self, catalogue: Catalogue, patience: float | None = None) -> Catalogue:
        """Return a catalogue with the curators' aliases, where names of its category have any.

        Args:
            catalogue: The catalogue.
            patience: Seconds to wait at most; None waits for the end.

        Raises:
            CatalogueError: The aliases cannot be read.
        """
        if not has_families(catalogue.category):
            return catalogue
        aliases, warnings = await self._read_aliases(patience)
        return replace(catalogue, aliases=aliases, warnings=(*catalogue.warnings, *warnings))

    async def _read_aliases(self, patience: float | None) -> tuple[Aliases, tuple[DataWarning, ...]]:
        if not self._aliases.location:
            return self._bundled, ()
        reading = await self._aliases.read(patience)
        return reading.value.then(self._bundled), reading.warnings

    async def get_model_reference(self, category: MODEL_REFERENCE_CATEGORY) -> Mapping[str, ModelRecord]:
        """Return a category's records by name; errors as for :meth:`get_catalogue`."""
        return (await self.get_catalogue(category)).records

    async def get_model_names(self, category: MODEL_REFERENCE_CATEGORY) -> list[str]:
        """Return a category's model names, sorted by code point; errors as for :meth:`get_catalogue`."""
        return sorted(await self.get_model_reference(category))

    def location(self, category: MODEL_REFERENCE_CATEGORY) -> str:
        """Return the path or URL that a category's catalogue is read from."""
        return self._documents[category].location

    def look_again(self, category: MODEL_REFERENCE_CATEGORY) -> None:
        """Have the next reader look at the source, however young the catalogue is."""
        self._documents[category].look_again()

    async def accept(self, category: MODEL_REFERENCE_CATEGORY) -> None:
        """Make the present catalogue the last good copy, however much it lost; see :func:`_losses`."""
        await self._documents[category].accept()

    async def aclose(self) -> None:
        """End the refreshes that are under way."""
        await asyncio.gather(self._aliases.aclose(), *(document.aclose() for document in self._documents.values()))

    async def _changed(self, catalogue: Catalogue) -> None:
        await self._announce(catalogue.category, catalogue.revision)


def _parse(
    category: MODEL_REFERENCE_CATEGORY, limits: BodyLimits, content: bytes, place: str, modified_at: datetime | None
) -> Catalogue:
    return read_catalogue(content, category, place, modified_at, limits)


def _has_no_models(catalogue: Catalogue) -> bool:
    return not catalogue.records


def _losses(good: Catalogue, new: Catalogue) -> tuple[DataWarning, ...]:
    """Warn of a catalogue that lost more than a tenth of its models (rule 11); a single model is no sign of a fault."""
    lost = sorted(good.records.keys() - new.records.keys())
    if len(lost) == 1 or 10 * len(lost) <= len(good.records):
        return ()
    some = ", ".join(quoted(name) for name in lost[:NAMED_LOSSES])
    message = f"{len(lost):,} of the {len(good.records):,} models of the last good copy are missing, among them {some}."
    return (DataWarning(CATALOGUE_SHRUNK, message),)
