"""A question to a risk table: which rows, in which order, which page. :mod:`.matching` answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from horde_model_reference.analytics.columns import COLUMNS
from horde_model_reference.analytics.filter_presets import PRESETS, unknown_preset
from horde_model_reference.analytics.query_parameters import Declared, QueryParameter, parameters_of
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.size_bands import SIZE_BANDS
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import UnknownRiskLevelError, UnknownSortColumnError
from horde_model_reference.escaping import quoted

SCALAR_COLUMNS: tuple[str, ...] = tuple(COLUMNS)
"""The columns with one value a row; CSV shows them, and queries sort by them."""

ROUTE = "/api/model_references/statistics/{category}/deletion-risk"
"""The path of the route that answers questions."""

BY_REMOVAL = "removal"
"""The order in which a curator goes through the models: worst level, then least used in 30 days; then
image models by size, text models by total use, time listed and number of weights."""

DEFAULT_SORT = "-usage_month"


LEVELS: tuple[str, ...] = tuple(level.value for level in reversed(RiskLevel))
SORTS: tuple[str, ...] = (*SCALAR_COLUMNS, *(f"-{column}" for column in SCALAR_COLUMNS), BY_REMOVAL)
"""The orders of rows."""


def _unknown_sort(sort: str) -> UnknownSortColumnError:
    return UnknownSortColumnError(
        f"Cannot sort by {quoted(sort)}; the columns are: {', '.join(SCALAR_COLUMNS)} "
        f"(a leading - for descending), or {BY_REMOVAL}."
    )


def _unknown_level(level: str) -> UnknownRiskLevelError:
    return UnknownRiskLevelError(f"There is no risk level {quoted(level)}; the levels are: {', '.join(LEVELS)}.")


@dataclass(frozen=True, slots=True)
class RiskQuery:
    """One question to a risk table; the fields are the parameters of API, web page and command line.

    An empty text means that nothing is asked.

    Raises:
        UnknownPresetError, UnknownSortColumnError, UnknownRiskLevelError: The message lists the valid names.
        UsageError: There is no such verdict or size; or the limit or the offset is too small.
    """

    group_text_models: Annotated[
        bool, Declared("Families instead of single text models; no effect on image models.")
    ] = False
    include_backend_variations: Annotated[
        bool, Declared("Per-backend figures of text models; only when not grouped.")
    ] = False
    preset: Annotated[
        str | None,
        Declared(
            "Only the rows that answer one question: "
            + " ".join(f"`{preset.name}`: {preset.sentence}" for preset in PRESETS.values()),
            choices=tuple(sorted(PRESETS)),
            example="zero_usage",
            refusal=unknown_preset,
        ),
    ] = None
    limit: Annotated[int | None, Declared("At most so many rows; all by default.", least=1, example=50)] = None
    offset: Annotated[int, Declared("Leave out so many rows first.", least=0)] = 0
    sort: Annotated[
        str,
        Declared(
            f"A column with one value, `-` before it for descending, or `{BY_REMOVAL}`: worst level first, then least "
            "month use, then size, or of text models total use and parameters. Ties by name.",
            choices=SORTS,
            example=BY_REMOVAL,
            refusal=_unknown_sort,
        ),
    ] = DEFAULT_SORT
    search: Annotated[str | None, Declared("Part of a name or a member's; any case.", example="XL")] = None
    risk_level: Annotated[
        str | None,
        Declared(
            f"Only rows of at least this level: {', '.join(LEVELS)}.",
            choices=LEVELS,
            example="high",
            refusal=_unknown_level,
        ),
    ] = None
    baseline: Annotated[str | None, Declared("Only this baseline.", example="stable_diffusion_xl")] = None
    nsfw: Annotated[bool | None, Declared("Only NSFW models, or only others.", option="--nsfw/--sfw")] = None
    host: Annotated[str | None, Declared("Only rows with a file on this host.", example="huggingface.co")] = None
    exact_level: Annotated[
        RiskLevel | None, Declared("Only rows of exactly this level.", example="medium", refusal=_unknown_level)
    ] = None
    verdict: Annotated[Verdict | None, Declared("Only this verdict; families with it.")] = None
    reason: Annotated[
        str | None,
        Declared(
            "Only this flag or code of `verdict_reasons`; families with it.",
            example="age_unknown",
        ),
    ] = None
    size: Annotated[
        str | None,
        Declared(
            "Only rows of this size, such as `up to 2.6 GB` or `36B to 80B`.",
            choices=tuple(SIZE_BANDS),
            example="up to 2.6 GB",
        ),
    ] = None
    backend: Annotated[
        str | None,
        Declared("Only text models, and families with a member, reported under this backend.", example="koboldcpp"),
    ] = None

    def __post_init__(self) -> None:
        for parameter in PARAMETERS:
            parameter.check(getattr(self, parameter.name))

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Self:
        """Return the question of some parameters; those that are None or an empty text take their defaults."""
        return cls(**{name: value for name, value in asked.items() if value is not None and value != ""})


PARAMETERS: tuple[QueryParameter, ...] = parameters_of(RiskQuery)
"""The parameters of queries, in the order in which they are shown."""


def address(category: MODEL_REFERENCE_CATEGORY, query: RiskQuery) -> str:
    """Return the path and query of the route that answers a question; defaults are left out."""
    asked = {found.name: getattr(query, found.name) for found in PARAMETERS}
    changed = {found.name: asked[found.name] for found in PARAMETERS if asked[found.name] != found.default}
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in changed.items()}
    return f"{ROUTE.format(category=category.value)}?{urlencode(texts)}"
