"""Every error this project raises on purpose, as one tree.

::

    HordeModelReferenceError
    ├── UsageError                    400  exit 2   the request is invalid
    │   ├── UnsupportedCategoryError
    │   ├── UnknownPresetError
    │   ├── UnknownSortColumnError
    │   └── UnknownRiskLevelError
    ├── NotFoundError                 404  exit 1   the request is valid, but nothing was found
    │   ├── EmptyCategoryError
    │   ├── UnknownModelError
    │   └── NoHistoryError
    ├── CatalogueError                500  exit 1   the catalogue is unavailable
    │   ├── CatalogueSourceError                    it cannot be fetched or read
    │   └── CatalogueFormatError                    the document is no catalogue
    │       └── CatalogueCutError     409           no record can be taken out of it
    ├── HordeAPIError                 502  exit 1   the Horde is unavailable
    │   └── HordeAPIDegradedError                   ... and no usable copy is held
    ├── HistoryError                  503  exit 1   the history of use cannot be read or written
    ├── LinksUnreachableError         502  exit 1   no host of a check of links answered
    ├── SavedAnswerError              400  exit 1   a file is no saved answer of the Horde's
    ├── PolicyError                   400  exit 1   a policy file is invalid
    ├── PlanError                     409  exit 1   a plan cannot be made or applied as asked
    ├── PlanProcessError              503  exit 1   the process that makes plans has ended
    ├── SettingsError                 500  exit 1   a setting is invalid
    ├── OutputError                   500  exit 1   a result cannot be written
    └── ServeError                    500  exit 1   the service cannot start

Foreign errors (httpx, OSError, pydantic, ...) become one of these once, where they enter. The HTTP status,
the stable ``code`` and the exit code are properties of the class; ``docs/errors.md`` lists them and a test
compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class HordeModelReferenceError(Exception):
    """Root of the tree.

    Args:
        message: One line: the fault and its place.
        hint: One line: the way out; may be empty.
        retry_after: Seconds after which asking again makes sense, or None.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    exit_code: ClassVar[int] = 1
    public_detail: ClassVar[str | None] = "The service failed to answer; its log says why."
    """The message for HTTP clients; None if the error's own message may be shown."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after = retry_after


class UsageError(HordeModelReferenceError):
    """The question cannot be asked."""

    status = 400
    code = "bad_request"
    exit_code = 2
    public_detail = None


class UnsupportedCategoryError(UsageError):
    """The Horde reports no usage for this category."""

    code = "category_not_supported"


class UnknownPresetError(UsageError):
    """No preset has this name."""

    code = "preset_unknown"


class UnknownSortColumnError(UsageError):
    """No scalar column has this name."""

    code = "sort_unknown"


class UnknownRiskLevelError(UsageError):
    """No risk level has this name."""

    code = "risk_level_unknown"


class NotFoundError(HordeModelReferenceError):
    """The question is fine; its object is not there."""

    status = 404
    code = "not_found"
    public_detail = None


class EmptyCategoryError(NotFoundError):
    """The category's catalogue has no models."""

    code = "category_empty"


class UnknownModelError(NotFoundError):
    """The catalogue has no model of this name.

    Args:
        message: See the root.
        hint: See the root.
        retry_after: See the root.
        closest: The names of models that are closest to it.
    """

    code = "model_unknown"

    def __init__(
        self, message: str, *, hint: str = "", retry_after: float | None = None, closest: Sequence[str] = ()
    ) -> None:
        super().__init__(message, hint=hint, retry_after=retry_after)
        self.closest = tuple(closest)


class NoHistoryError(NotFoundError):
    """No history of use is kept here."""

    code = "history_off"


class CatalogueError(HordeModelReferenceError):
    """A catalogue cannot be had, and no earlier good copy of it is held."""

    code = "catalogue_unavailable"
    public_detail: ClassVar[str | None] = (
        "The catalogue of this category cannot be read, and no good copy of it is held."
    )


class CatalogueSourceError(CatalogueError):
    """The source of a catalogue cannot be fetched or read."""


class CatalogueFormatError(CatalogueError):
    """A document is no catalogue; the message names the place, the line and the expected form."""


class CatalogueCutError(CatalogueFormatError):
    """A catalogue file cannot be cut into its records, so none can be taken out; the message names the line."""

    status = 409
    code = "catalogue_uncuttable"
    public_detail = None


class HordeAPIError(HordeModelReferenceError):
    """A route of the Horde's API gave no usable answer."""

    status = 502
    code = "horde_unavailable"
    public_detail = None


class HordeAPIDegradedError(HordeAPIError):
    """A route of the Horde's API failed, and no usable earlier answer of it is held."""


class HistoryError(HordeModelReferenceError):
    """The history of use cannot be read or written; nothing else depends on it."""

    status = 503
    code = "history_unavailable"
    public_detail = "The history of use cannot be read just now."


class LinksUnreachableError(HordeModelReferenceError):
    """No host of a check of links answered, so that our own network may be the cause."""

    status = 502
    code = "links_unreachable"
    public_detail = None


class SavedAnswerError(HordeModelReferenceError):
    """A file is no saved answer of the Horde's, or lacks its time or type; the message names it."""

    status = 400
    code = "saved_answer_invalid"
    public_detail = None


class PolicyError(HordeModelReferenceError):
    """A policy has no sense; the message names the key."""

    status = 400
    code = "policy_invalid"
    public_detail = None


class PlanError(HordeModelReferenceError):
    """A plan cannot be made or applied as asked; nothing was written."""

    status = 409
    code = "plan_refused"
    public_detail = None


class PlanProcessError(HordeModelReferenceError):
    """The process that makes plans has ended."""

    status = 503
    code = "plan_process_ended"
    public_detail = "The process that makes plans has ended; try again in a moment."


class SettingsError(HordeModelReferenceError):
    """A setting has no sense; the message names its environment variable."""

    code = "settings_invalid"


class OutputError(HordeModelReferenceError):
    """A result cannot be written."""

    code = "output_unwritable"


class ServeError(HordeModelReferenceError):
    """The service cannot start."""

    code = "serve_failed"
