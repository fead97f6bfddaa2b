"""Which facts set which flag, and what level the flags give (rules 3 to 8)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.flags import FLAG_NAMES, FLAGS, HOST_FLAGS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.integrations.horde_api_models import MAX_FIGURE
from tests.support.builders import GOOD_URL, IMAGE, TEXT, catalogue_of, observation_of, stats_of, status_of
from tests.support.rows import files, flags_of, rows_of, table_under

OTHERS = 100_000
"""Month usage of the rest of the category."""

SEVERITIES: dict[str, RiskLevel] = {
    "zero_usage_day": RiskLevel.LOW,
    "zero_usage_month": RiskLevel.HIGH,
    "zero_usage_total": RiskLevel.HIGH,
    "no_active_workers": RiskLevel.MEDIUM,
    "has_multiple_hosts": RiskLevel.LOW,
    "has_non_preferred_host": RiskLevel.LOW,
    "has_unknown_host": RiskLevel.MEDIUM,
    "no_download_urls": RiskLevel.HIGH,
    "missing_description": RiskLevel.LOW,
    "missing_baseline": RiskLevel.LOW,
    "low_usage": RiskLevel.MEDIUM,
}
"""Rule 6, as the specification lists it."""

RANKS = list(RiskLevel)
USED = (10, 50, 500)
USAGE_FLAGS = {"zero_usage_day", "zero_usage_month", "zero_usage_total", "low_usage"}
MASKED_STATUS = [{"name": "model", "count": 0}]


def judged(
    fields: dict[str, Any] | None = None,
    usage: tuple[int, int, int] | None = USED,
    threads: int | None = 1,
    category: MODEL_REFERENCE_CATEGORY = IMAGE,
    **settings: Any,
) -> ModelDeletionRiskInfo:
    """The row of a model with these facts, beside another one with ``OTHERS`` month usage."""
    figures: dict[str, tuple[int, int, int]] = {"other": (1000, OTHERS, 1_000_000)}
    serving = {"other": 1}
    if usage is not None:
        figures["model"] = usage
    if threads is not None:
        serving["model"] = threads
    catalogue = catalogue_of({"model": fields or {}, "other": {}}, category)
    observation = observation_of(stats_of(figures), status_of(serving), category)
    return rows_of(table_under(catalogue, observation, **settings))["model"]


CASES: dict[str, tuple[dict[str, Any], tuple[int, int, int] | None, int | None, set[str]]] = {
    "nothing": ({}, USED, 1, set()),
    "no use in a day": ({}, (0, 50, 500), 1, {"zero_usage_day"}),
    "no use in a month": ({}, (0, 0, 500), 1, {"zero_usage_day", "zero_usage_month", "low_usage"}),
    "a month of less than the day is unknown (rule 3)": ({}, (1, 0, 500), 1, set()),
    "never used (rule 4)": ({}, (0, 0, 0), 1, USAGE_FLAGS),
    "the total trails (rule 4)": ({}, (37, 37, 0), 1, set()),
    "the total trails the month (rule 4)": ({}, (0, 37, 0), 1, {"zero_usage_day"}),
    "absent from the statistics is 0 (rule 3)": ({}, None, 1, USAGE_FLAGS),
    "a listed model without workers": ({}, USED, 0, {"no_active_workers"}),
    "absent from the status is 0 (rule 3)": ({}, USED, None, {"no_active_workers"}),
    "one host twice": (files(GOOD_URL, GOOD_URL), USED, 1, set()),
    "two preferred hosts": (files(GOOD_URL, "https://cdn.huggingface.co/x"), USED, 1, {"has_multiple_hosts"}),
    "another host": (files("https://civitai.com/x"), USED, 1, {"has_non_preferred_host"}),
    "another host too": (
        files(GOOD_URL, "https://civitai.com/x"),
        USED,
        1,
        {"has_multiple_hosts", "has_non_preferred_host"},
    ),
    "an unusable address too": (files(GOOD_URL, "ftp://huggingface.co/x"), USED, 1, {"has_unknown_host"}),
    "only an unusable address": (files("huggingface.co/x"), USED, 1, {"has_unknown_host", "no_download_urls"}),
    "no files": (files(), USED, 1, {"no_download_urls"}),
    "a file with a blank address (rule 8)": (files(""), USED, 1, {"has_unknown_host", "no_download_urls"}),
    "no description": ({"description": None}, USED, 1, {"missing_description"}),
    "empty description": ({"description": " \n"}, USED, 1, {"missing_description"}),
    "no baseline": ({"baseline": None}, USED, 1, {"missing_baseline"}),
    "empty baseline": ({"baseline": ""}, USED, 1, {"missing_baseline"}),
    "low use": ({}, (1, 6, 500), 1, {"low_usage"}),
    "just enough use": ({}, (1, 7, 500), 1, set()),
}


@pytest.mark.parametrize(("fields", "usage", "threads", "expected"), CASES.values(), ids=CASES.keys())
def test_facts_set_flags_which_set_level_and_score(
    fields: dict[str, Any], usage: tuple[int, int, int] | None, threads: int | None, expected: set[str]
) -> None:
    """Rules 3, 4, 5, 6, 8: the flags are these and no others; level and score follow from them."""
    row = judged(fields, usage, threads)
    assert flags_of(row) == expected
    assert row.at_risk is bool(expected)
    assert row.risk_score == len(expected)
    assert row.risk_level is max((SEVERITIES[flag] for flag in expected), key=RANKS.index, default=RiskLevel.NONE)
    assert row.is_critical is False


def test_every_flag_is_in_the_cases() -> None:
    assert {flag for *_, expected in CASES.values() for flag in expected} == set(SEVERITIES) == set(FLAG_NAMES)


def test_the_flags_are_the_eleven_of_the_contract() -> None:
    assert len(FLAG_NAMES) == len(set(FLAG_NAMES)) == 11
    assert {flag.name: flag.severity for flag in FLAGS} == SEVERITIES
    assert all(flag.sentence.endswith(".") and flag.words for flag in FLAGS)


@pytest.mark.parametrize(
    ("category", "month", "threads", "critical"),
    [
        (IMAGE, 0, 0, True),
        (IMAGE, 0, None, True),
        (IMAGE, 0, 1, False),
        (IMAGE, 1, 0, False),
        (TEXT, 0, 0, True),
        (TEXT, 9, 0, True),
        (TEXT, 9, None, True),
        (TEXT, 9, 1, False),
        (TEXT, 10, 0, False),
        (TEXT, 0, 1, False),
    ],
)
def test_critical(category: MODEL_REFERENCE_CATEGORY, month: int, threads: int | None, critical: bool) -> None:
    """Rule 6: image models unused and unserved; text models below 10 and below 1."""
    row = judged(usage=(0, month, 500), threads=threads, category=category)
    assert row.is_critical is critical
    assert (row.risk_level is RiskLevel.CRITICAL) is critical


@pytest.mark.parametrize(
    ("settings", "month", "threads", "critical"),
    [
        ({"text_gen_critical_usage_threshold": 3}, 3, 0, False),
        ({"text_gen_critical_usage_threshold": 4}, 3, 0, True),
        ({"text_gen_critical_worker_threshold": 2}, 3, 1, True),
        ({"text_gen_critical_worker_threshold": 2}, 3, 2, False),
        ({"text_gen_critical_worker_threshold": 0}, 3, 0, False),
    ],
)
def test_thresholds_of_critical_text_models(settings: dict[str, Any], month: int, threads: int, critical: bool) -> None:
    """Rule 6: the numbers are settings."""
    assert judged(usage=(0, month, 500), threads=threads, category=TEXT, **settings).is_critical is critical


UNKNOWN_STATS = {
    "empty": {"day": {}, "month": {}, "total": {}},
    "no month": {"day": {"model": 0}, "total": {"model": 0}},
    "no total": {"day": {"model": 0}, "month": {"model": 0}},
    "no day": {"month": {"model": 0}, "total": {"model": 0}},
    "a null map": {"day": {"model": 0}, "month": None, "total": {"model": 0}},
    "no map": {},
}


@pytest.mark.parametrize("category", [IMAGE, TEXT])
@pytest.mark.parametrize("stats", UNKNOWN_STATS.values(), ids=UNKNOWN_STATS.keys())
def test_unknown_usage_sets_no_flag(stats: dict[str, Any], category: MODEL_REFERENCE_CATEGORY) -> None:
    """Rule 3: statistics without rows, or without a map, are unknown: no usage flag, never critical."""
    observation = observation_of(stats, status_of({"model": 0, "other": 1}), category)
    row = rows_of(table_under(catalogue_of(["model"], category), observation))["model"]
    assert flags_of(row) == {"no_active_workers"}
    assert row.usage_known is False
    assert row.workers_known is True
    assert row.is_critical is False
    figures = (row.usage_day, row.usage_month, row.usage_total, row.usage_percentage_of_category)
    assert figures == (None, None, None, None)
    assert (row.cost_benefit_score, row.usage_trend.day_to_month_ratio, row.usage_trend.month_to_total_ratio) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize("status", [[], MASKED_STATUS], ids=["empty", "masked"])
@pytest.mark.parametrize("category", [IMAGE, TEXT])
def test_unknown_workers_set_no_flag(status: list[Any], category: MODEL_REFERENCE_CATEGORY) -> None:
    """Rule 3: an empty or masked status list is unknown: no worker flag, never critical."""
    observation = observation_of(stats_of({"model": 0, "other": OTHERS}), status, category)
    row = rows_of(table_under(catalogue_of(["model", "other"], category), observation))["model"]
    assert flags_of(row) == USAGE_FLAGS
    assert (row.worker_count, row.queued_jobs, row.workers_known) == (None, None, False)
    assert row.is_critical is False
    assert row.risk_level is RiskLevel.HIGH


def test_a_name_clash_makes_workers_unknown() -> None:
    """Rule 7: a worker of the other type hides the image model's workers; it is never critical then."""
    clash = observation_of(stats_of({"other": OTHERS}), other_type_names=frozenset({"model"}))
    table = table_under(catalogue_of(["model", "other"]), clash)
    rows = rows_of(table)
    assert (rows["model"].workers_known, rows["model"].worker_count) == (False, None)
    assert "no_active_workers" not in flags_of(rows["model"])
    assert rows["model"].is_critical is False
    assert rows["other"].workers_known is True
    assert [warning.code for warning in table.warnings] == ["name_clash"]


@pytest.mark.parametrize(
    ("category", "settings", "month", "others", "low"),
    [
        (IMAGE, {}, 13, 199_987, False),
        (IMAGE, {}, 13, 199_988, True),
        (IMAGE, {}, 12, 199_988, True),
        (TEXT, {}, 1, 4_999, False),
        (TEXT, {}, 1, 5_000, True),
        (IMAGE, {"low_usage_threshold_percentage": 1.0}, 1, 99, False),
        (IMAGE, {"low_usage_threshold_percentage": 1.0}, 1, 100, True),
        (TEXT, {"text_gen_low_usage_threshold_percentage": 1.0}, 1, 99, False),
        (TEXT, {"text_gen_low_usage_threshold_percentage": 1.0}, 1, 100, True),
        (TEXT, {"low_usage_threshold_percentage": 1.0}, 1, 100, False),
        (IMAGE, {"low_usage_threshold_percentage": 0.0}, 0, 100, False),
        (IMAGE, {"low_usage_threshold_percentage": 100.0}, 100, 0, False),
        (IMAGE, {}, 0, 0, False),
        (TEXT, {}, 0, 0, False),
    ],
)
def test_low_usage(
    category: MODEL_REFERENCE_CATEGORY, settings: dict[str, Any], month: int, others: int, low: bool
) -> None:
    """Rule 5: below the threshold of its type, not at it; false where the category's total is 0."""
    stats = stats_of({"model": (1, month, 10**9), "other": (1, others, 10**9)})
    table = table_under(
        catalogue_of(["model", "other"], category), observation_of(stats, category=category), **settings
    )
    assert rows_of(table)["model"].deletion_risk_flags.model_dump()["low_usage"] is low


@given(month=st.integers(0, 10**5), nudge=st.integers(-3, 3))
def test_low_usage_is_decided_on_exact_values(month: int, nudge: int) -> None:
    """Rule 5: whatever the figures, the flag says what exact arithmetic says, not what 4 decimals say."""
    total = max(1, month, month * 200_000 // 13 + nudge)
    stats = stats_of({"model": (0, month, 1), "other": (0, total - month, 1)})
    row = rows_of(table_under(catalogue_of(["model", "other"]), observation_of(stats)))["model"]
    assert ("low_usage" in flags_of(row)) is (Fraction(100 * month, total) < Fraction("0.0065"))


def test_huge_figures_do_not_wrap() -> None:
    """Rule 5: the largest figures that are believed give a share of 100 percent, not a negative one."""
    stats = stats_of(dict.fromkeys([f"koboldcpp/model-Q{at}" for at in range(100)], MAX_FIGURE))
    row = rows_of(table_under(catalogue_of(["model"], TEXT), observation_of(stats, category=TEXT)))["model"]
    assert row.usage_percentage_of_category == 100.0
    assert "low_usage" not in flags_of(row)


HOSTS: dict[str, tuple[list[str], set[str]]] = {
    "https://huggingface.co/x": (["huggingface.co"], set()),
    "http://huggingface.co/x": (["huggingface.co"], set()),
    "HTTPS://HuggingFace.CO/x": (["huggingface.co"], set()),
    "https://huggingface.co:8443/x": (["huggingface.co"], set()),
    "https://user:word@huggingface.co/x": (["huggingface.co"], set()),
    "https://huggingface.co./x": (["huggingface.co"], set()),
    "https://a.b.huggingface.co/x": (["a.b.huggingface.co"], set()),
    "https://evilhuggingface.co/x": (["evilhuggingface.co"], {"has_non_preferred_host"}),
    "https://huggingface.co.evil.example/x": (["huggingface.co.evil.example"], {"has_non_preferred_host"}),
    "https://huggingface.co@evil.example/x": (["evil.example"], {"has_non_preferred_host"}),
    "https://evil.example/huggingface.co": (["evil.example"], {"has_non_preferred_host"}),
    "https://evil.example/?u=https://huggingface.co/": (["evil.example"], {"has_non_preferred_host"}),
    "https://huggingface.com/x": (["huggingface.com"], {"has_non_preferred_host"}),
    "//huggingface.co/x": ([], {"has_unknown_host", "no_download_urls"}),
    "huggingface.co/x": ([], {"has_unknown_host", "no_download_urls"}),
    "ftp://huggingface.co/x": ([], {"has_unknown_host", "no_download_urls"}),
    "javascript:alert(1)": ([], {"has_unknown_host", "no_download_urls"}),
    "https://": ([], {"has_unknown_host", "no_download_urls"}),
    "https:///huggingface.co": ([], {"has_unknown_host", "no_download_urls"}),
    "https://[::1/x": ([], {"has_unknown_host", "no_download_urls"}),
    "": ([], {"has_unknown_host", "no_download_urls"}),
    " \t": ([], {"has_unknown_host", "no_download_urls"}),
}


@pytest.mark.parametrize(("address", "hosts", "expected"), [(url, *facts) for url, facts in HOSTS.items()])
def test_hosts_are_compared_as_hosts(address: str, hosts: list[str], expected: set[str]) -> None:
    """Rule 8: lower case, no port, no user; preferred is the host or a subdomain, never a substring."""
    row = judged(files(address))
    assert row.download_hosts == hosts
    assert flags_of(row) == expected
    assert row.has_warning is bool(expected)


@pytest.mark.parametrize(
    ("preferred", "expected"),
    [
        (("civitai.com",), set()),
        (("CivitAI.com",), set()),
        (("CivitAI.com.", "bücher.example"), set()),
        (("huggingface.co", "civitai.com"), set()),
        (("huggingface.co",), {"has_non_preferred_host"}),
        ((), {"has_non_preferred_host"}),
    ],
)
def test_preferred_hosts_are_a_setting(preferred: tuple[str, ...], expected: set[str]) -> None:
    """Rule 8: any file elsewhere than on a preferred host."""
    assert flags_of(judged(files("https://civitai.com/x"), preferred_file_hosts=preferred)) == expected


def test_a_model_without_files_is_not_elsewhere_even_if_no_host_is_preferred() -> None:
    """Rule 8: no file, so no file elsewhere."""
    assert flags_of(judged(files(), preferred_file_hosts=())) == {"no_download_urls"}


HOST_CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "several": (files(GOOD_URL, "https://civitai.com/x"), {"has_multiple_hosts", "has_non_preferred_host"}),
    "unusable": (files("ftp://x/y"), {"has_unknown_host", "no_download_urls"}),
    "one blank": (files(GOOD_URL, ""), {"has_unknown_host"}),
    "one host in two forms": (
        files("https://bücher.example/x", "https://xn--bcher-kva.example/y"),
        {"has_non_preferred_host"},
    ),
}


@pytest.mark.parametrize(("fields", "expected"), HOST_CASES.values(), ids=HOST_CASES.keys())
def test_text_models_have_no_host_flags_unless_asked(fields: dict[str, Any], expected: set[str]) -> None:
    """Rule 8: off for text by a setting; image models do not heed it."""
    assert flags_of(judged(fields, category=TEXT)) == set()
    assert flags_of(judged(fields, category=TEXT, text_gen_ignore_download_hosts=False)) == expected
    assert flags_of(judged(fields, text_gen_ignore_download_hosts=True)) == expected
    assert expected <= set(HOST_FLAGS)
