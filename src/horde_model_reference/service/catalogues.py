"""The catalogue that each category's records are answered from now, and when to look for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from horde_model_reference.catalogue.manager import ModelReferenceManager
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.compat.catalogue_index import CatalogueIndex
from horde_model_reference.service.served import Period
from horde_model_reference.settings import Settings
from horde_model_reference.single_flight import SingleFlight


@dataclass(slots=True, kw_only=True)
class ServedCatalogue(Period):
    """A catalogue in service.

    Attributes:
        index: The catalogue.
    """

    index: CatalogueIndex

    @property
    def stale(self) -> bool:
        """Never: where a source fails, the last good catalogue counts."""
        return False

    @property
    def identity(self) -> tuple[str, str]:
        """The content that answers follow from: that of the file and of the curators' aliases."""
        return self.index.catalogue.revision, self.index.catalogue.aliases.digest


class CurrentCatalogues:
    """The served catalogues, one per category.

    A catalogue is looked at again when it is older than ``CACHE_TTL_SECONDS``: by the next reader, or, with
    ``refreshed_in_background``, beside the readers of as long a time after that.
    """

    def __init__(self, settings: Settings, clock: Clock, *, refreshed_in_background: bool) -> None:
        self._lasts = settings.cache_ttl_seconds
        self._goes_on = settings.cache_ttl_seconds if refreshed_in_background else 0.0
        self._now = clock.monotonic
        self._current: dict[MODEL_REFERENCE_CATEGORY, ServedCatalogue] = {}
        self._refreshes: SingleFlight[MODEL_REFERENCE_CATEGORY, ServedCatalogue] = SingleFlight()

    async def get(self, category: MODEL_REFERENCE_CATEGORY, manager: ModelReferenceManager) -> ServedCatalogue:
        """Return the served catalogue of a category.

        Raises:
            CatalogueError: The catalogue cannot be had.
            EmptyCategoryError: The settings name no source.
        """
        current = self._current.get(category)
        if current is not None and current.serves(self._now()):
            return current
        return await self.refresh(category, manager)

    async def refresh(self, category: MODEL_REFERENCE_CATEGORY, manager: ModelReferenceManager) -> ServedCatalogue:
        """Look for a newer catalogue and serve it; errors as for :meth:`get`."""
        return await self._refreshes.run(category, partial(self._refresh, category, manager))

    async def aclose(self) -> None:
        """End the refreshes that are under way."""
        await self._refreshes.aclose()

    async def _refresh(self, category: MODEL_REFERENCE_CATEGORY, manager: ModelReferenceManager) -> ServedCatalogue:
        catalogue = await manager.get_catalogue(category)
        due_at = self._now() + self._lasts
        fresh = ServedCatalogue(
            index=CatalogueIndex(catalogue),
            due_at=due_at,
            serve_until=due_at + self._goes_on,
            renew=partial(self._renew, category, manager),
            renew_at=due_at,
        )
        current = self._current.get(category)
        if current is not None and current.identity == fresh.identity:
            current.extend(fresh)
            return current
        self._current[category] = fresh
        if current is not None:
            current.retired = True
        return fresh

    def _renew(self, category: MODEL_REFERENCE_CATEGORY, manager: ModelReferenceManager) -> None:
        self._refreshes.start(category, partial(self._refresh, category, manager))
