"""Families of text models (rule 9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_schema import ModelDeletionRiskInfo
from horde_model_reference.catalogue.catalogue import read_catalogue
from horde_model_reference.catalogue.families import base_name
from tests.support.builders import GOOD_URL, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.rows import files, flags_of, rows_of, table_under

GIB = 2**30
SERVED = {"a/foo-7B": 1, "a/foo-13B": 2}


def family_of(
    members: dict[str, dict[str, Any]] | list[str],
    usage: dict[str, int | tuple[int, int, int]] | None = None,
    threads: dict[str, int] | None = None,
    others: int = 100_000,
    **settings: Any,
) -> ModelDeletionRiskInfo:
    """The one family of these models, beside another model."""
    records = members if isinstance(members, dict) else {name: {} for name in members}
    catalogue = catalogue_of({**records, "other": {}}, TEXT)
    stats = stats_of({"other": others, **(usage or {})})
    status = status_of({"other": 1} if threads is None else threads)
    rows = rows_of(table_under(catalogue, observation_of(stats, status, TEXT), **settings), group_text_models=True)
    (found,) = [row for name, row in rows.items() if name != "other"]
    return found


@pytest.mark.parametrize(
    ("members", "name"),
    [
        (["a/foo-7B"], "foo"),
        (["a/foo-7B", "b/foo-13B"], "foo"),
        (["a/Foo-7B", "b/foo-13B", "c/foo-70B"], "foo"),
        (["a/Foo-7B", "b/Foo-13B", "c/foo-70B"], "Foo"),
        (["a/foo-7B", "b/Foo-13B"], "Foo"),
        (["a/foo-7B", "b/FOO-13B", "c/Foo-1B"], "FOO"),
        (["a/ÄFOO-7B", "a/äfoo-13B"], "ÄFOO"),
        (["a/Straße-7B", "a/STRASSE-13B"], "STRASSE"),
        (["a/\u00e9t\u00e9-7B", "a/e\u0301te\u0301-13B"], "e\u0301te\u0301"),
        (["a/7B"], "a/7B"),
    ],
)
def test_a_family_is_named_as_most_members_spell_it(members: list[str], name: str) -> None:
    """Rule 9: families match ignoring case; ties of spellings go by code point."""
    family = family_of(members)
    assert family.name == name
    assert family.members == sorted(members)


def test_usage_and_workers_are_sums() -> None:
    """Rule 9: and share, trend and cost are computed from the sums."""
    sizes = {"a/foo-7B": {"size_on_disk_bytes": GIB}, "a/foo-13B": {"size_on_disk_bytes": 3 * GIB}}
    family = family_of(sizes, {"a/foo-7B": (1, 10, 100), "a/foo-13B": (3, 30, 60)}, SERVED, others=160)
    assert (family.usage_day, family.usage_month, family.usage_total) == (4, 40, 160)
    assert (family.worker_count, family.queued_jobs) == (3, 0)
    assert family.usage_percentage_of_category == 20.0
    assert (family.usage_trend.day_to_month_ratio, family.usage_trend.month_to_total_ratio) == (0.1, 0.25)
    assert (family.size_gb, family.cost_benefit_score) == (4.0, 10.0)


@pytest.mark.parametrize(("sizes", "largest"), [((7, 13), 13), ((13, 13), 13), ((7, None), None), ((None, None), None)])
def test_a_family_is_as_large_as_its_largest_member(sizes: tuple[int | None, ...], largest: int | None) -> None:
    """Section 8: the size of text models is their number of weights; unknown where a member's is."""
    family = family_of({f"a/foo-{at}B": {"parameters": size} for at, size in enumerate(sizes, 1)})
    assert family.parameters == largest


def test_usage_and_worker_flags_are_of_the_sums() -> None:
    """Rule 9: one member in use and served is enough; several barely used ones may be enough together."""
    used: dict[str, int | tuple[int, int, int]] = {"a/foo-7B": 0, "a/foo-13B": (1, 30, 30)}
    assert flags_of(family_of(list(SERVED), used, {"a/foo-13B": 1})) == set()
    unused = family_of(list(SERVED))
    assert flags_of(unused) == {
        "zero_usage_day",
        "zero_usage_month",
        "zero_usage_total",
        "no_active_workers",
        "low_usage",
    }
    assert unused.risk_level is RiskLevel.CRITICAL


@pytest.mark.parametrize(("each", "critical"), [(4, True), (5, False)])
def test_a_family_is_critical_by_its_sums(each: int, critical: bool) -> None:
    """Rules 6 and 9: two members of 5 requests make 10, which is not below 10."""
    family = family_of(list(SERVED), {"a/foo-7B": (0, each, 9), "a/foo-13B": (0, each, 9)})
    assert family.is_critical is critical


def test_low_usage_is_of_the_sum() -> None:
    """Rules 5 and 9: 0.01 percent each is low, 0.02 percent together is not."""
    usage: dict[str, int | tuple[int, int, int]] = {"a/foo-7B": 10, "a/foo-13B": 10}
    assert "low_usage" not in flags_of(family_of(list(SERVED), usage, SERVED, others=99_980))
    assert "low_usage" in flags_of(family_of(list(SERVED), usage, SERVED, others=99_981))


@pytest.mark.parametrize(
    ("one", "flags"),
    [
        ({"description": ""}, {"missing_description"}),
        ({"baseline": ""}, {"missing_baseline"}),
        (files("ftp://x/y"), {"has_unknown_host", "no_download_urls"}),
        (files("https://civitai.com/x"), {"has_non_preferred_host"}),
        (files(GOOD_URL, "https://hf.huggingface.co/x"), {"has_multiple_hosts"}),
    ],
)
def test_flags_of_records_are_set_if_any_member_has_them(one: dict[str, Any], flags: set[str]) -> None:
    """Rule 9; two members on one host each are not one model on several hosts."""
    members = {"a/foo-7B": one, "a/foo-13B": {}}
    usage: dict[str, int | tuple[int, int, int]] = dict.fromkeys(SERVED, 1000)
    family = family_of(members, usage, SERVED, text_gen_ignore_download_hosts=False)
    assert flags_of(family) == flags
    assert family.risk_score == len(flags)
    assert family.has_description is ("missing_description" not in flags)


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("baseline", ("llama", "llama"), "llama"),
        ("baseline", ("llama", "qwen"), None),
        ("baseline", ("llama", None), None),
        ("baseline", (None, None), None),
        ("nsfw", (True, False), True),
        ("nsfw", (True, None), True),
        ("nsfw", (False, False), False),
        ("nsfw", (False, None), None),
        ("nsfw", (None, None), None),
    ],
)
def test_baseline_and_nsfw(field: str, values: tuple[Any, Any], expected: Any) -> None:
    """Section 4: the members' one baseline, else null; nsfw if any member is."""
    members = {name: {field: value} for name, value in zip(SERVED, values, strict=True)}
    assert family_of(members).model_dump()[field] == expected


@pytest.mark.parametrize(("descriptions", "expected"), [(("x", "y"), True), (("x", ""), False), (("", None), False)])
def test_a_family_is_described_if_all_members_are(descriptions: tuple[Any, Any], expected: bool) -> None:
    members = {name: {"description": text} for name, text in zip(SERVED, descriptions, strict=True)}
    assert family_of(members).has_description is expected


def test_downloads_are_counted_and_hosts_united() -> None:
    members = {
        "a/foo-7B": files("https://b.example/x", GOOD_URL),
        "a/foo-13B": files(GOOD_URL, "https://a.example/x", "ftp://x/y"),
        "a/foo-1B": files(),
    }
    family = family_of(members)
    assert family.download_count == 5
    assert family.download_hosts == ["a.example", "b.example", "huggingface.co"]
    assert family_of({"a/foo-1B": files()}).download_hosts == []


def test_a_sum_with_an_unknown_member_is_unknown() -> None:
    """Section 2: unknown is null, never 0; and it sets no flag (rule 3)."""
    stats = stats_of({"a/foo-7B": 0, "a/foo-13B": 5, "b/bar-7B": 0, "other": 9})
    stats["month"]["a/foo-7B"] = -1
    status = status_of({"a/foo-7B": 0, "other": 1})
    status[0]["count"] = None
    catalogue = catalogue_of(
        {"a/foo-7B": {}, "a/foo-13B": {"size_on_disk_bytes": None}, "b/bar-7B": {}, "other": {}}, TEXT
    )
    rows = rows_of(table_of(catalogue, observation_of(stats, status, TEXT)), group_text_models=True)
    foo, bar = rows["foo"], rows["bar"]
    assert (foo.usage_month, foo.usage_known, foo.usage_percentage_of_category) == (None, False, None)
    assert (foo.worker_count, foo.workers_known) == (None, False)
    assert (foo.size_gb, foo.cost_benefit_score, foo.is_critical) == (None, None, False)
    assert not flags_of(foo) & {"zero_usage_month", "zero_usage_total", "low_usage", "no_active_workers"}
    assert (bar.usage_known, bar.workers_known, bar.is_critical) == (True, True, True)


FIGURE = st.none() | st.integers(0, 30)
AUTHORS, STEMS = st.sampled_from("abc"), st.sampled_from(["foo", "Foo", "bar", "bar-x", "v2"])
PARTS = st.sampled_from(["", "-7B", "-13B", "_Instruct", ".v2", "-Q4_K_M"])
NAMES = st.builds("{}/{}{}{}".format, AUTHORS, STEMS, PARTS, PARTS)
FACTS = st.tuples(FIGURE, FIGURE, FIGURE, FIGURE, st.none() | st.integers(0, 9 * GIB), st.sampled_from(["x", ""]))


@settings(max_examples=30)
@given(st.dictionaries(NAMES, FACTS, min_size=1, max_size=12))
def test_families_add_up_from_their_members(models: dict[str, tuple[Any, ...]]) -> None:
    """Rules 1 and 9: every model is in one family; figures are the members' sums, unknown where a member's is."""
    stats: dict[str, dict[str, Any]] = stats_of({"other": 1000})
    status = status_of({"other": 1, **dict.fromkeys(models, 1)})
    for name, facts in models.items():
        for period, figure in zip(("day", "month", "total"), facts, strict=False):
            stats[period][name] = figure
    for entry in status:
        if entry["name"] in models:
            entry["count"] = models[entry["name"]][3]
    records = {name: {"size_on_disk_bytes": facts[4], "description": facts[5]} for name, facts in models.items()}
    table = table_of(catalogue_of({**records, "other": {}}, TEXT), observation_of(stats, status, TEXT))
    singles, families = rows_of(table), rows_of(table, group_text_models=True)
    assert sorted(name for family in families.values() for name in family.members or ()) == sorted(singles)
    for family in families.values():
        members = [singles[name] for name in family.members or ()]
        assert {base_name(member.name).lower() for member in members} == {family.name.lower()}
        for field in ("usage_day", "usage_month", "usage_total", "worker_count", "queued_jobs"):
            figures = [getattr(member, field) for member in members]
            assert getattr(family, field) == (None if None in figures else sum(figures))
        assert family.usage_known is all(member.usage_known for member in members)
        assert family.workers_known is all(member.workers_known for member in members)
        assert (family.size_gb is None) is any(member.size_gb is None for member in members)
        assert family.has_description is all(member.has_description for member in members)
        assert family.risk_score == len(flags_of(family))


def test_the_real_catalogue_has_about_400_families(shared_data: Path) -> None:
    """Rule 9: about 400 families, which take in every model once."""
    content = (shared_data / "catalogue" / "models.csv").read_bytes()
    catalogue = read_catalogue(content, TEXT, "models.csv")
    table = table_of(catalogue, observation_of(stats_of({"x": 1}), category=TEXT))
    families = table.families.rows
    assert 380 <= families.height <= 420
    assert sorted(families["members"].explode().to_list()) == table.rows["name"].to_list()


USED_AND_NOT: dict[str, int | tuple[int, int, int]] = {
    "b/bar-7B": 900,
    "b/bar-13B": 0,
    "c/baz-7B": 0,
    "c/baz-13B": (0, 9, 9),
}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({}, ["bar", "baz", "other"]),
        ({"preset": "critical"}, ["bar", "baz"]),
        ({"risk_level": "critical"}, ["bar", "baz"]),
        ({"risk_level": "high"}, ["bar", "baz"]),
    ],
    ids=str,
)
def test_rule_9_a_critical_member_is_seen_in_a_family_that_is_used(query: dict[str, str], kept: list[str]) -> None:
    """Members are counted by level, and the preset and the level of critical ones keep their families."""
    catalogue = catalogue_of([*USED_AND_NOT, "other"], TEXT)
    observation = observation_of(stats_of({"other": 900} | USED_AND_NOT), status_of({"b/bar-7B": 1, "other": 1}), TEXT)
    table = table_under(catalogue, observation)
    rows = rows_of(table, group_text_models=True, **query)
    assert sorted(rows) == kept
    assert not rows["bar"].is_critical
    none = dict.fromkeys(RiskLevel, 0)
    assert rows["bar"].members_by_level == none | {RiskLevel.CRITICAL: 1, RiskLevel.NONE: 1}
    assert rows["baz"].members_by_level == none | {RiskLevel.CRITICAL: 2}
    assert list(rows["bar"].members_by_level or ()) == list(reversed(RiskLevel))
    assert {row.members_by_level for row in rows_of(table).values()} == {None}
