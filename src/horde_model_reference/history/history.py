"""The interface between the engine and the history, and the history of an engine that keeps none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from horde_model_reference.analytics.usage_trend import UsageOverTime
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import NoHistoryError
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.links.link_check import LinkCheck

if TYPE_CHECKING:
    from datetime import date

    from horde_model_reference.history.changes import CategoryState, Change
    from horde_model_reference.history.changes_schema import CategoryChangesResponse

AWAY = DataWarning("history_away", "The history of use cannot be read just now, so what it says is unknown.")


def no_history() -> NoHistoryError:
    """Return the error that no history is kept."""
    hint = "`horde-model-reference history collect`, or `serve`, begins one."
    return NoHistoryError("No history of use is kept here.", hint=hint)


class History(Protocol):
    """The interface between the engine and the history."""

    @property
    def state(self) -> str:
        """``off``, ``ok``, or ``away`` while the database fails."""
        ...

    async def usage(
        self, catalogue: Catalogue, patience: float
    ) -> tuple[UsageOverTime | None, tuple[DataWarning, ...]]:
        """Return the use of a catalogue's models over time; None where it is unknown, with the reason.

        Args:
            catalogue: The models.
            patience: Seconds to wait at most; a slower result serves the next call.
        """
        ...

    async def listings(self, catalogue: Catalogue) -> tuple[Mapping[str, Listing], tuple[DataWarning, ...]]:
        """Return since when a catalogue's models are listed, by the record of its names; none where it is unknown."""
        ...

    async def link_checks(self, catalogue: Catalogue) -> tuple[Mapping[str, LinkCheck], tuple[DataWarning, ...]]:
        """Return the last result for each download address of a catalogue; none where it is unknown."""
        ...

    async def of_models(self, catalogue: Catalogue, names: Sequence[str], days: int) -> dict[str, Any]:
        """Return the past of some models together; see ``ModelHistoryResponse`` for the fields.

        Raises:
            NoHistoryError: No history is kept.
            HistoryError: It cannot be read just now.
        """
        ...

    async def changes(
        self, category: MODEL_REFERENCE_CATEGORY, since: date | None, limit: int, offset: int
    ) -> CategoryChangesResponse:
        """Return the changes of a category, the newest first; errors as for :meth:`of_models`."""
        ...

    async def collect(self, observation: Observation) -> None:
        """Keep an observation; a failure is noted, not raised."""
        ...

    async def note(self, state: CategoryState) -> Sequence[Change]:
        """Keep the state of a category, and return the changes; a failure is noted, not raised."""
        ...

    async def record(self, catalogue: Catalogue) -> None:
        """Record the names that a catalogue lists today; a failure is noted, not raised."""
        ...

    async def aclose(self) -> None:
        """Let go of the database."""
        ...


class NoHistory:
    """There is no past."""

    state = "off"

    async def usage(self, _: Catalogue, __: float) -> tuple[None, tuple[DataWarning, ...]]:
        """Nothing is known."""
        return None, ()

    async def listings(self, _: Catalogue) -> tuple[Mapping[str, Listing], tuple[DataWarning, ...]]:
        """Nothing is recorded."""
        return {}, ()

    async def link_checks(self, _: Catalogue) -> tuple[Mapping[str, LinkCheck], tuple[DataWarning, ...]]:
        """Nothing was checked."""
        return {}, ()

    async def of_models(self, _: Catalogue, __: Sequence[str], ___: int) -> dict[str, Any]:
        """Nothing is kept."""
        raise no_history()

    async def changes(self, _: object, __: object, ___: int, ____: int) -> CategoryChangesResponse:
        """Nothing is kept."""
        raise no_history()

    async def collect(self, _: Observation) -> None:
        """Nothing is to be kept."""

    async def note(self, _: CategoryState) -> Sequence[Change]:
        """Nothing is to be kept."""
        return ()

    async def record(self, _: Catalogue) -> None:
        """Nothing is to be recorded."""

    async def aclose(self) -> None:
        """Nothing is held."""
