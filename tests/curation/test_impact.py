"""What removals would do."""

from __future__ import annotations

import pytest

from horde_model_reference.curation.impact import NO_HOST, total
from horde_model_reference.curation.plan import Effect
from horde_model_reference.curation.styles import Styles
from tests.support.curation import CROWD, UNLIMITED, facts_of, plan_of
from tests.support.rows import files

GIB = 2**30
FACE = "https://huggingface.co/a"
CIVIT = "https://civitai.com/b"
FIGURES = {"top": 9000, "good": 600, "low": 100, "worse": 50, "none": 0}
STYLES = Styles({"a": "low", "b": "low", "c": "top", "lost": "gone"}, {"only": ("a", "b"), "both": ("a", "c")})


def impact_of(*select: str, **facts: object) -> Effect:
    overrides = dict.fromkeys(select, "because")
    figures = facts.pop("figures", FIGURES)
    assert isinstance(figures, dict)
    return plan_of(facts_of(figures, **facts), UNLIMITED, select=select, overrides=overrides).effect  # type: ignore[arg-type]


def test_nothing_removed_does_nothing() -> None:
    effect = impact_of()
    assert (effect.models, effect.files, effect.size_gb, effect.usage_month, effect.worker_threads) == (0, 0, 0, 0, 0)
    assert (effect.share_of_models, effect.share_of_month_usage) == (0, 0)
    assert (effect.hosts, effect.displaced, effect.broken_styles) == ([], [], [])


def test_the_figures_add_up() -> None:
    effect = impact_of("low", "worse", "none", threads={"low": 3, "none": 1, "top": 40}, styles=STYLES)
    assert (effect.models, effect.share_of_models) == (3, 60.0)
    assert (effect.files, effect.size_gb) == (3, 6.0)
    assert (effect.usage_month, effect.share_of_month_usage) == (150, round(100 * 150 / 9750, 4))
    assert effect.worker_threads == 4
    assert effect.broken_styles == ["a", "b"]
    assert effect.emptied_style_categories == ["only"]


@pytest.mark.parametrize(("size", "together"), [(7, 20), (None, None)])
def test_weights_add_up_and_are_unknown_where_one_is(size: int | None, together: int | None) -> None:
    records = {"low": {"parameters": size}, "worse": {"parameters": 13}, "top": {"parameters": None}}
    assert impact_of("low", "worse", records=records).parameters == together


def test_files_and_sizes_are_told_by_host() -> None:
    records = {
        "low": files(f"{FACE}/1", f"{FACE}/2", sizes=(GIB, GIB)) | {"size_on_disk_bytes": 2 * GIB},
        "worse": files(f"{CIVIT}/1", f"{FACE}/3", sizes=(2 * GIB, 3 * GIB)),
        "none": files("") | {"size_on_disk_bytes": GIB // 2},
        "good": files(f"{CIVIT}/2") | {"size_on_disk_bytes": 4 * GIB},
    }
    effect = impact_of("low", "worse", "none", "good", records=records)
    assert [(found.host, found.files, found.size_gb) for found in effect.hosts] == [
        ("civitai.com", 2, 6.0),
        ("huggingface.co", 3, 5.0),
        (NO_HOST, 1, 0.5),
    ]
    assert effect.files == sum(found.files for found in effect.hosts)
    assert effect.size_gb == 11.5


def test_rule_3_what_is_freed_on_a_host_is_unknown_where_the_size_of_a_file_there_is() -> None:
    """Of a model on several hosts, the size as a whole says nothing of any of them."""
    records = {
        "low": files(f"{FACE}/1", f"{CIVIT}/1", sizes=(GIB, None)) | {"size_on_disk_bytes": 5 * GIB},
        "worse": files("", "https://example.org/1") | {"size_on_disk_bytes": GIB},
        "none": files(f"{CIVIT}/2") | {"size_on_disk_bytes": GIB},
    }
    effect = impact_of("low", "worse", "none", records=records)
    assert [(found.host, found.files, found.size_gb) for found in effect.hosts] == [
        ("civitai.com", 2, None),
        ("example.org", 1, None),
        ("huggingface.co", 1, 1.0),
        (NO_HOST, 1, None),
    ]
    assert effect.size_gb == 7.0


def test_a_size_that_is_unknown_makes_the_sum_unknown() -> None:
    effect = impact_of("low", "none", records={"low": {"size_on_disk_bytes": None}})
    assert effect.size_gb is None
    assert [found.size_gb for found in effect.hosts] == [None]


def test_requests_go_to_the_best_replacement_that_stays() -> None:
    effect = impact_of("good", "low", "none")
    assert [(found.name, found.to, found.usage_month) for found in effect.displaced] == [
        ("low", "top", 100),
        ("good", "top", 600),
    ]
    effect = impact_of("top", "good", "low")
    assert {found.name: found.to for found in effect.displaced} == {"top": None, "good": None, "low": None}


@pytest.mark.parametrize(("styles", "broken"), [(None, None), (STYLES, ["a", "b"])])
def test_rule_3_styles_that_cannot_be_read_are_unknown_not_none(
    styles: Styles | None, broken: list[str] | None
) -> None:
    effect = impact_of("low", styles=styles)
    assert effect.broken_styles == broken
    assert (effect.emptied_style_categories is None) == (broken is None)


def test_rule_3_unknown_usage_and_workers_stay_unknown() -> None:
    effect = impact_of("low", stats={"day": {}, "month": {}, "total": {}}, status=[])
    assert (effect.usage_month, effect.share_of_month_usage, effect.worker_threads) == (None, None, None)
    assert effect.displaced == []


def test_a_category_that_nobody_uses_has_no_share() -> None:
    effect = impact_of("a", figures={"a": 0, "b": 0}, stats={"day": {"x": 1}, "month": {"x": 1}, "total": {"x": 1}})
    assert (effect.usage_month, effect.share_of_month_usage) == (0, None)


def test_shares_are_of_the_whole_category() -> None:
    effect = plan_of(facts_of(CROWD | {"low": 10}), select=["low"]).effect
    assert effect.share_of_models == round(100 / 31, 2)


def test_sums_of_figures() -> None:
    assert (total([1, 2]), total([]), total([1, None]), total([None])) == (3, 0, None, None)
