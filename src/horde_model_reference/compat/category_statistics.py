"""Counts over the records of a category: baselines, tags, sizes, files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

import polars as pl

from horde_model_reference.categories import has_families
from horde_model_reference.compat.catalogue_index import CatalogueIndex
from horde_model_reference.compat.schema import (
    BaselineShare,
    CategoryStatistics,
    DownloadStats,
    ParameterBucket,
    TagShare,
)
from horde_model_reference.curation.replacements import SIZE_CLASSES

MOST_TAGS = 20
"""Tags, and styles, that the statistics name."""

_COUNTED: Mapping[str, str] = {
    "nsfw_count": "nsfw",
    "models_with_trigger_words": "has_trigger_words",
    "models_with_inpainting": "inpainting",
    "models_with_requirements": "has_requirements",
    "models_with_showcases": "has_showcases",
}
"""The flag whose models each field counts."""


def _union(column: str) -> pl.Expr:
    return pl.col(column).explode().drop_nulls().unique().sort()


_OF_FAMILY: tuple[pl.Expr, ...] = (
    pl.col(*_COUNTED.values()).any(),
    pl.when(pl.col("baseline").n_unique() == 1).then(pl.col("baseline").first()).alias("baseline"),
    _union("tags"),
    pl.col("style").drop_nulls().unique().sort().alias("styles"),
    pl.col("parameters").max(),
    pl.col("download_count").sum(),
    pl.col("file_hosts").explode().drop_nulls(),
    pl.when(pl.col("size_bytes").null_count() == 0).then(pl.col("size_bytes").sum()).alias("size_bytes"),
)
"""A family's facts from its members': the baseline that all share, any flag, all tags, the largest size in weights."""


def category_statistics(
    index: CatalogueIndex, *, grouped: bool = False, limit: int | None = None, offset: int = 0
) -> CategoryStatistics:
    """Count over the records of a category.

    Args:
        index: The catalogue.
        grouped: Count families of text models instead of models; no effect in a category without families.
        limit: Rows of the page; None for all. The page changes no count.
        offset: Rows before the page.
    """
    members = index.facts
    grouped = grouped and has_families(index.catalogue.category)
    facts = members.group_by("family").agg(_OF_FAMILY) if grouped else _single(members)
    total = facts.height
    left = max(0, total - offset)
    sums = facts.select(pl.col(*_COUNTED.values()).sum()).row(0, named=True)
    return CategoryStatistics(
        category=index.catalogue.category,
        total_models=total,
        returned_models=left if limit is None else min(limit, left),
        offset=offset,
        limit=limit,
        **{field: sums[flag] for field, flag in _COUNTED.items()},
        baseline_distribution={
            value: BaselineShare(baseline=value, count=count, percentage=percentage(count, total))
            for value, count in _frequencies(facts["baseline"])
        },
        download_stats=_downloads(facts),
        top_tags=_top(facts["tags"], total),
        top_styles=_top(facts["styles"], total),
        parameter_buckets=list(_buckets(facts["parameters"], total)),
        models_without_param_info=facts["parameters"].null_count(),
        computed_at=_seconds(index.catalogue.modified_at),
    )


def percentage(count: int, total: int) -> float:
    """Return a share in percent with two decimals; 0 of nothing."""
    return round(100 * count / total, 2) if total else 0.0


def _single(models: pl.DataFrame) -> pl.DataFrame:
    """Return models with the columns of ``_OF_FAMILY``."""
    style = pl.concat_list("style").list.drop_nulls()
    return models.with_columns(pl.col("nsfw").fill_null(value=False), styles=style)


def _frequencies(values: pl.Series) -> Iterator[tuple[str, int]]:
    """Yield the values with their number, most first; ties by code point."""
    counts = values.drop_nulls().alias("value").value_counts(name="number")
    yield from counts.sort("number", "value", descending=[True, False]).iter_rows()


def _top(values: pl.Series, total: int) -> list[TagShare]:
    found = list(_frequencies(values.explode()))[:MOST_TAGS]
    return [TagShare(tag=tag, count=count, percentage=percentage(count, total)) for tag, count in found]


def _downloads(facts: pl.DataFrame) -> DownloadStats | None:
    with_files = facts.filter(pl.col("download_count") > 0)
    if with_files.is_empty():
        return None
    sizes = with_files["size_bytes"].drop_nulls()
    return DownloadStats(
        total_models_with_downloads=with_files.height,
        total_download_entries=with_files["download_count"].sum(),
        total_size_bytes=sizes.sum() if sizes.len() else None,
        models_with_size_info=sizes.len(),
        average_size_bytes=sizes.sum() / sizes.len() if sizes.len() else None,
        hosts=dict(_frequencies(with_files["file_hosts"].explode())),
    )


def _buckets(parameters: pl.Series, total: int) -> Iterator[ParameterBucket]:
    """Yield the classes of size of the plans' kinds; none where no record names a number of weights."""
    if not parameters.count():
        return
    labels = [label for _, label in SIZE_CLASSES]
    for label, (low, high) in zip(labels, pairwise((0, *(limit for limit, _ in SIZE_CLASSES))), strict=True):
        count = int(((parameters > low) & (parameters <= high)).sum())
        yield ParameterBucket(
            bucket_label=label,
            min_params=int(low),
            max_params=None if high == math.inf else int(high),
            count=count,
            percentage=percentage(count, total),
        )


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
