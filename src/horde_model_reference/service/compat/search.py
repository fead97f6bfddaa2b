"""Searches over the records of one category, and over those of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from horde_model_reference.analytics.risk_schema import WarningInfo
from horde_model_reference.compat.catalogue_index import CatalogueIndex
from horde_model_reference.compat.model_usage import models_of_backend
from horde_model_reference.compat.record_search import RecordQuery, RecordSort, search
from horde_model_reference.compat.schema import SearchResponse
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import CatalogueError
from horde_model_reference.name_parts import BACKENDS, CANONICAL_BACKEND
from horde_model_reference.service import problems
from horde_model_reference.service.answers import json_answer
from horde_model_reference.service.cacheable import cacheable
from horde_model_reference.service.dependencies import Catalogues, Reader
from horde_model_reference.service.openapi import PAGED
from horde_model_reference.service.pagination import linked, next_page
from horde_model_reference.service.parameters import Category
from horde_model_reference.service.served import Served, ServedTogether
from horde_model_reference.service.unknown_parameters import Unknown
from horde_model_reference.thread_pool import run_in_thread

router = APIRouter(tags=["v2", "older clients"])

MOST_RECORDS = 1_000
"""Records of one page at most."""
LONGEST_TEXT = 200
"""Characters of a text or tag that is searched for."""
MOST_TAGS = 50
"""Tags of one list at most."""


class Source(StrEnum):
    """The providers of records."""

    horde = "horde"


if TYPE_CHECKING:
    Backend = str
else:
    Backend = StrEnum("Backend", [*BACKENDS, CANONICAL_BACKEND])
    Backend.__doc__ = "The backends that names of text models tell."

Text = Annotated[str, Query(max_length=LONGEST_TEXT)]
Tag = Annotated[str, Query(max_length=LONGEST_TEXT)]


def _tags(sentence: str) -> Any:
    words = f"{sentence}, ignoring case; the parameter may be repeated."
    return Query(default_factory=list, max_length=MOST_TAGS, description=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParameters:
    """The parameters of every search."""

    nsfw: Annotated[bool | None, Query(description="Only NSFW models, or only others.")] = None
    name_contains: Annotated[Text | None, Query(description="A part of the name, ignoring case.")] = None
    tags_any: Annotated[list[Tag], _tags("Only records with one of these tags")]
    tags_all: Annotated[list[Tag], _tags("Only records with all of these tags")]
    tags_none: Annotated[list[Tag], _tags("Only records with none of these tags")]
    sort_by: Annotated[RecordSort, Query(description="The order; ties by name, unknown values last.")] = RecordSort.name
    sort_desc: Annotated[bool, Query(description="Descending instead of ascending.")] = False
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS, description="At most so many records.")] = 50
    offset: Annotated[int, Query(ge=0, le=2**31, description="Leave out so many records first.")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CategorySearchParameters(SearchParameters):
    """The parameters of a search over one category."""

    baseline: Annotated[Text | None, Query(description="Only this baseline.")] = None
    inpainting: Annotated[bool | None, Query(description="Only inpainting models, or only others.")] = None
    exclude_backend_variations: Annotated[
        bool, Query(description="Leave out records whose names begin with a backend, such as `koboldcpp/`.")
    ] = False
    quantized: Annotated[
        bool | None, Query(description="Only models whose names say that their weights were quantised, or only others.")
    ] = None


OfBackend = Annotated[
    Backend | None,
    Query(description="Only models for which the Horde reports a name of this backend; `canonical`: one of none."),
]
OfSource = Annotated[Source, Query(description="The provider of the records; there is one.")]


@router.get(
    "/search",
    operation_id="search_v2_references",
    summary="Search the records of all categories",
    response_model=SearchResponse,
    responses=problems.responses(422, 500) | PAGED,
)
async def search_references(
    request: Request, catalogues: Catalogues, asked: Annotated[SearchParameters, Depends()], unknown: Unknown
) -> Response:
    """The records of all categories that match; a category that cannot be read is left out, with a warning."""
    served, errors = await catalogues.all()
    warnings = (*map(_left_out, errors), *unknown)
    indexes = [one.index for one in served]
    answer = await run_in_thread(_answer, request, indexes, RecordQuery(**asdict(asked)), warnings)
    return cacheable(answer, ServedTogether(served), keep=False) if served and not errors else answer


@router.get(
    "/{model_category_name}/search",
    operation_id="search_v2_reference",
    summary="Search the records of a category",
    response_model=SearchResponse,
    responses=problems.responses(400, 404, 422, 500, 502) | PAGED,
)
async def search_reference(  # noqa: PLR0913, PLR0917 - one parameter a path or query parameter
    request: Request,
    catalogues: Catalogues,
    reader: Reader,
    model_category_name: Category,
    asked: Annotated[CategorySearchParameters, Depends()],
    unknown: Unknown,
    backend: OfBackend = None,
    source: OfSource = Source.horde,
) -> Response:
    """The records of a category that match."""
    served = await catalogues.served(model_category_name)
    query = RecordQuery(**asdict(asked))
    parts: list[Served] = [served]
    if backend is not None:
        table = await reader.served(model_category_name)
        query = replace(query, names=await run_in_thread(models_of_backend, table.table, backend))
        parts.append(table)
    answer = await run_in_thread(_answer, request, [served.index], query, unknown)
    kept = backend is None and not asked.name_contains
    return cacheable(answer, served if kept else ServedTogether(parts), keep=kept)


def _answer(
    request: Request, indexes: Sequence[CatalogueIndex], query: RecordQuery, warnings: Sequence[WarningInfo]
) -> Response:
    found = search(indexes, query)
    following = next_page(request, query.offset, len(found.results), found.total)
    answer = SearchResponse(
        results=found.results,
        total=found.total,
        offset=query.offset,
        limit=query.limit,
        has_more=following is not None,
        next=following,
        warnings=list(warnings),
    )
    return linked(json_answer(answer), following)


def _left_out(error: CatalogueError) -> WarningInfo:
    warning = DataWarning("category_left_out", error.public_detail or error.message)
    return WarningInfo(code=warning.code, message=warning.message)
