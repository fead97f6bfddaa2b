"""Counts over the records of a category."""

from __future__ import annotations

from typing import Any

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.compat.catalogue_index import CatalogueIndex
from horde_model_reference.compat.category_statistics import MOST_TAGS, category_statistics, percentage
from tests.support.builders import GOOD_URL, IMAGE, MODIFIED, TEXT, catalogue_of, weighing

FILE = {"file_name": "x", "file_url": GOOD_URL}


def index_of(records: Any, category: MODEL_REFERENCE_CATEGORY = IMAGE) -> CatalogueIndex:
    return CatalogueIndex(catalogue_of(records, category))


IMAGES = index_of(
    {
        "a": {"nsfw": True, "tags": ["x", "y"], "style": "anime", "size_on_disk_bytes": 30, "inpainting": True},
        "b": {"nsfw": None, "tags": ["x"], "style": "anime", "baseline": "flux_1", "size_on_disk_bytes": 10},
        "c": {"size_on_disk_bytes": None, "config": {"download": [FILE, FILE | {"file_url": "https://b.example/1"}]}},
        "d": {"baseline": None, "config": {}, "trigger": ["say"], "requirements": {"n": 1}, "showcases": ["s"]},
    }
)


def test_records_are_counted() -> None:
    found = category_statistics(IMAGES)
    assert (found.category, found.total_models, found.returned_models) == (IMAGE, 4, 4)
    assert found.nsfw_count == found.models_with_inpainting == 1
    assert found.models_with_trigger_words == found.models_with_requirements == found.models_with_showcases == 1
    shares = {name: (share.count, share.percentage) for name, share in found.baseline_distribution.items()}
    assert shares == {"stable_diffusion_xl": (2, 50.0), "flux_1": (1, 25.0)}
    assert [(share.tag, share.count, share.percentage) for share in found.top_tags] == [("x", 2, 50.0), ("y", 1, 25.0)]
    assert [(share.tag, share.count) for share in found.top_styles] == [("anime", 2)]
    assert found.computed_at == MODIFIED.timestamp()


def test_downloads_are_summed_over_the_models_whose_size_is_known() -> None:
    downloads = category_statistics(IMAGES).download_stats
    assert downloads is not None
    assert (downloads.total_models_with_downloads, downloads.total_download_entries) == (3, 4)
    assert (downloads.total_size_bytes, downloads.models_with_size_info, downloads.average_size_bytes) == (40, 2, 20.0)
    assert downloads.hosts == {"huggingface.co": 3, "b.example": 1}


def test_rule_3_sizes_that_nobody_knows_are_null_and_not_0() -> None:
    downloads = category_statistics(index_of({"a": {"size_on_disk_bytes": None}})).download_stats
    assert downloads is not None
    assert downloads.total_size_bytes is downloads.average_size_bytes is None
    assert category_statistics(index_of({"a": {"config": {}}})).download_stats is None


@pytest.mark.parametrize(
    ("limit", "offset", "returned"), [(None, 0, 4), (3, 0, 3), (3, 2, 2), (3, 9, 0), (None, 3, 1), (2**31, 2**31, 0)]
)
def test_the_page_changes_no_count(limit: int | None, offset: int, returned: int) -> None:
    whole, page = category_statistics(IMAGES), category_statistics(IMAGES, limit=limit, offset=offset)
    cut = {"limit": limit, "offset": offset, "returned_models": returned}
    assert page == whole.model_copy(update=cut)


TEXTS: dict[str, dict[str, Any]] = {
    "x/Harbor-8B": weighing(8 * 10**9) | {"tags": ["chat"], "style": "chat", "baseline": "llama"},
    "x/Harbor-70B": weighing(70 * 10**9) | {"tags": ["big", "chat"], "style": "story", "baseline": "llama"},
    "y/Sparrow-4B": weighing(4 * 10**9) | {"tags": [], "style": None, "baseline": "gemma", "nsfw": True},
    "y/Sparrow": weighing(None) | {"baseline": "llama"},
}


def buckets(**asked: Any) -> dict[str, int]:
    found = category_statistics(index_of(TEXTS, TEXT), **asked).parameter_buckets
    assert [bucket.min_params for bucket in found][1:] == [bucket.max_params for bucket in found][:-1]
    assert found[-1].max_params is None
    return {bucket.bucket_label: bucket.count for bucket in found if bucket.count}


def test_text_models_are_counted_by_size() -> None:
    assert buckets() == {"up to 4B": 1, "up to 9B": 1, "up to 80B": 1}
    assert category_statistics(index_of(TEXTS, TEXT)).models_without_param_info == 1
    assert category_statistics(IMAGES).parameter_buckets == []


def test_families_are_counted_by_what_their_members_share() -> None:
    """A family has its largest member's size, all tags of its members, and a baseline if all share it."""
    found = category_statistics(index_of(TEXTS, TEXT), grouped=True)
    assert found.total_models == found.returned_models == 2
    assert buckets(grouped=True) == {"up to 4B": 1, "up to 80B": 1}
    assert (found.nsfw_count, found.models_without_param_info) == (1, 0)
    assert {name: share.count for name, share in found.baseline_distribution.items()} == {"llama": 1}
    assert {share.tag: share.count for share in found.top_tags} == {"big": 1, "chat": 1}
    assert {share.tag: share.count for share in found.top_styles} == {"chat": 1, "story": 1}
    assert found.download_stats is None


def test_grouping_has_no_effect_on_other_categories() -> None:
    assert category_statistics(IMAGES, grouped=True) == category_statistics(IMAGES)


def test_an_empty_category_counts_nothing() -> None:
    found = category_statistics(index_of({}, MODEL_REFERENCE_CATEGORY.lora))
    assert (found.total_models, found.nsfw_count, found.baseline_distribution, found.top_tags) == (0, 0, {}, [])
    assert found.download_stats is None


def test_the_most_frequent_tags_are_named() -> None:
    tags = [f"tag {number:02}" for number in range(MOST_TAGS + 5)]
    found = category_statistics(index_of({"a": {"tags": tags}, "b": {"tags": tags[-1:]}}))
    assert [share.tag for share in found.top_tags] == [tags[-1], *tags[: MOST_TAGS - 1]]


def test_a_share_of_nothing_is_0() -> None:
    assert (percentage(0, 0), percentage(1, 3)) == (0.0, 33.33)
