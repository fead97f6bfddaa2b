"""Verdicts and reasons, limits and selections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.risk_response import respond
from horde_model_reference.analytics.usage_trend import UsageYear
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.curation_facts import CurationFacts
from horde_model_reference.curation.reasons import REASONS
from horde_model_reference.curation.styles import Styles
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.errors import PlanError, UnknownModelError
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.reports.json_report import to_json
from tests.support.builders import TEXT, stats_of
from tests.support.curation import (
    CROWD,
    SUBJECT,
    UNLIMITED,
    codes_of,
    facts_of,
    plan_of,
    removed_from,
    verdicts_of,
)

Keys = Mapping[str, Mapping[str, Any]]
NO_STATS: dict[str, dict[str, int]] = {"day": {}, "month": {}, "total": {}}
UNSEEN = UsageYear(
    days_seen=1,
    last_used=None,
    used_days_ago=None,
    unused_days=30,
    falling_days=0,
    rising=False,
    rising_percent=None,
    season_use=None,
    after_season_use=None,
)
"""What a history of one day says of a model that was not used on it."""
NO_TOP: Keys = {"protect": {"top_by_month_usage": 0}}


def about_the_subject(usage: int = 50, **more: Any) -> CurationFacts:
    """One model among a crowd, and what is said of it."""
    named: dict[str, Any] = {
        key: {SUBJECT: more.pop(key)} for key in ("records", "threads", "jobs", "days") if key in more
    }
    return facts_of(CROWD | {SUBJECT: usage}, **named, **more)


def protecting(**keys: Any) -> Keys:
    return {"protect": keys}


def wanting(**keys: Any) -> Keys:
    return {"candidates": keys}


@pytest.mark.parametrize(
    ("facts", "policy", "verdict", "codes"),
    [
        ({}, {}, "remove", ["candidate"]),
        # By name and pattern.
        ({}, protecting(names=[SUBJECT]), "protected", ["protected_by_name"]),
        ({}, protecting(names=["The Subject", "subject"]), "remove", ["candidate"]),
        ({}, protecting(globs=["the *"]), "protected", ["protected_by_name"]),
        ({}, protecting(globs=["The *", "the"]), "remove", ["candidate"]),
        ({}, protecting(names=[SUBJECT], globs=["*"]), "protected", ["protected_by_name", "protected_by_name"]),
        ({}, protecting(names=[{"name": SUBJECT, "until": "2026-11-24"}]), "protected", ["protected_by_name"]),
        ({}, protecting(names=[{"name": SUBJECT, "until": "2026-11-23"}]), "remove", ["candidate"]),
        ({}, protecting(globs=[{"glob": "*", "until": "2026-11-23"}]), "remove", ["candidate"]),
        # By use.
        ({}, protecting(top_by_month_usage=31), "protected", ["among_the_most_used"]),
        ({}, protecting(top_by_month_usage=30), "remove", ["candidate"]),
        ({"usage": 199}, {}, "remove", ["candidate"]),
        ({"usage": 200}, {}, "keep", ["used_enough"]),
        ({"usage": 200}, wanting(month_usage_below=201), "remove", ["candidate"]),
        ({"stats": NO_STATS}, {}, "unknown", ["usage_unknown", "kind_unknown"]),
        # By styles.
        ({"styles": Styles({"a": SUBJECT, "b": SUBJECT}, {})}, {}, "protected", ["named_by_styles"]),
        ({"styles": Styles({"a": SUBJECT}, {})}, {"styles": {"on_removal": "delete"}}, "remove", ["candidate"]),
        ({"styles": Styles({"a": SUBJECT}, {})}, {"styles": {"on_removal": "repoint"}}, "remove", ["candidate"]),
        ({"styles": Styles({"a": SUBJECT.upper()}, {})}, {}, "remove", ["candidate"]),
        ({"styles": None}, {}, "unknown", ["styles_unknown"]),
        ({"styles": None}, {"styles": {"on_removal": "delete"}}, "unknown", ["styles_unknown"]),
        # By kind.
        ({"records": {"inpainting": True}}, {}, "protected", ["last_of_its_kind"]),
        ({"records": {"inpainting": True}}, protecting(last_of_its_kind=False), "remove", ["candidate"]),
        ({"records": {"style": None}}, {}, "unknown", ["kind_unknown"]),
        ({"records": {"style": None}}, protecting(last_of_its_kind=False), "remove", ["candidate"]),
        # By workers.
        ({"threads": 1, "jobs": 3}, {}, "protected", ["jobs_waiting"]),
        ({"threads": 1, "jobs": 3}, protecting(with_queued_jobs=False), "remove", ["candidate"]),
        ({"threads": 2}, protecting(min_worker_threads=2), "protected", ["served_by_workers"]),
        ({"threads": 1}, protecting(min_worker_threads=2), "remove", ["candidate"]),
        ({"threads": 9}, {}, "remove", ["candidate"]),
        ({"status": []}, {}, "unknown", ["workers_unknown"]),
        # By workers without use.
        ({"usage": 0, "threads": 5}, {}, "unknown", ["suspicious"]),
        ({"usage": 0, "threads": 4}, {}, "remove", ["candidate"]),
        ({"usage": 1, "threads": 500}, {}, "remove", ["candidate"]),
        ({"usage": 0, "threads": 4}, wanting(suspicious_worker_threads=4), "unknown", ["suspicious"]),
        ({"usage": 0, "threads": 500}, wanting(suspicious_worker_threads=0), "remove", ["candidate"]),
        ({"usage": 0, "threads": 0}, wanting(suspicious_worker_threads=1), "remove", ["candidate"]),
        (
            {"usage": 0, "threads": 5},
            protecting(min_worker_threads=5),
            "protected",
            ["served_by_workers", "suspicious"],
        ),
        # By age.
        ({"days": 90}, {}, "remove", ["candidate"]),
        ({"days": 89.99}, {}, "keep", ["too_young"]),
        ({"days": -5}, {}, "keep", ["too_young"]),
        ({"days": None}, {}, "unknown", ["age_unknown"]),
        ({"days": None}, wanting(min_age_days=0), "remove", ["candidate"]),
        # By level.
        ({}, wanting(risk_levels=["critical"]), "keep", ["risk_level_too_low"]),
        ({}, wanting(risk_levels=[]), "keep", ["risk_level_too_low"]),
        ({"usage": 0}, wanting(risk_levels=["critical"]), "remove", ["candidate"]),
        # Limits.
        ({}, {"limits": {"max_models": 0}}, "keep", ["limit_reached"]),
        ({}, {"limits": {"max_share_of_models": 3.2}}, "keep", ["limit_reached"]),
        ({}, {"limits": {"max_share_of_models": 3.3}}, "remove", ["candidate"]),
        ({}, {"limits": {"max_share_of_month_usage": 0}}, "keep", ["limit_reached"]),
        ({"usage": 0}, {"limits": {"max_share_of_month_usage": 0}}, "remove", ["candidate"]),
        # All reasons, not only the first; the gravest decides.
        (
            {"usage": 300, "days": None, "styles": Styles({"a": SUBJECT}, {}), "records": {"baseline": "alone"}},
            protecting(names=[SUBJECT], top_by_month_usage=31),
            "protected",
            [
                "protected_by_name",
                "among_the_most_used",
                "named_by_styles",
                "last_of_its_kind",
                "age_unknown",
                "used_enough",
            ],
        ),
        ({"days": None, "usage": 300}, {}, "unknown", ["age_unknown", "used_enough"]),
        ({"days": 3, "usage": 300}, {}, "keep", ["used_enough", "too_young"]),
    ],
)
def test_every_reason(facts: dict[str, Any], policy: Keys, verdict: str, codes: list[str]) -> None:
    """Rule 3: what is unknown is never removed."""
    found = verdicts_of(plan_of(about_the_subject(**facts), policy))[SUBJECT]
    assert (found.verdict.value, codes_of(found)) == (verdict, codes)
    assert all(reason.sentence.endswith(".") for reason in found.reasons)


def test_reasons_say_what_they_rest_on() -> None:
    policy = protecting(names=[{"name": SUBJECT, "reason": "a contest", "until": "2027-01-31"}], top_by_month_usage=40)
    styles = Styles({"a": SUBJECT, "b": SUBJECT}, {})
    plan = plan_of(about_the_subject(usage=1234, days=12, styles=styles, threads=1, jobs=7), policy)
    said = " ".join(reason.sentence for reason in verdicts_of(plan)[SUBJECT].reasons)
    for words in ("a contest", "2027-01-31", "number 31 ", "name it: 2", "for it: 7", "1,234 requests", "12 days"):
        assert words in said


def test_text_models_know_no_styles_and_their_kind_is_size_and_style() -> None:
    names = {"a/Big-70B": 9000, "a/Stheno-8B": 5000, "b/Stheno-7B": 50, "c/Tiny-1B": 10}
    sizes = {"a/Big-70B": 70, "a/Stheno-8B": 8, "b/Stheno-7B": 7, "c/Tiny-1B": 1}
    records = {name: {"parameters": size * 10**9, "baseline": None} for name, size in sizes.items()}
    plan = plan_of(facts_of(names, records=records, category=TEXT), NO_TOP, UNLIMITED)
    assert removed_from(plan) == ["b/Stheno-7B"]
    assert codes_of(verdicts_of(plan)["c/Tiny-1B"]) == ["last_of_its_kind"]
    assert plan.effect.broken_styles == []


@pytest.mark.parametrize(
    "sign",
    [{}, {"threads": {"a/Tiny-1B": 1}}, {"threads": {"a/Tiny-1B": 0}, "jobs": {"a/Tiny-1B": 1}}],
    ids=["none", "workers", "jobs"],
)
def test_only_a_model_that_somebody_uses_or_serves_is_protected_as_the_last_of_its_kind(sign: dict[str, Any]) -> None:
    """Design section 8: a model that nobody uses or serves is no niche."""
    records = {"a/Tiny-1B": {"parameters": 10**9}}
    plan = plan_of(facts_of({"a/Tiny-1B": 0, "b/Used-8B": 5000}, records=records, category=TEXT, **sign))
    assert ("last_of_its_kind" in codes_of(verdicts_of(plan)["a/Tiny-1B"])) == bool(sign)


def test_the_text_models_of_a_plan_come_by_month_use_total_use_time_listed_and_size() -> None:
    """Design section 8: a never-used, long-listed model goes before a new flagship."""
    totals = {"a/Once-8B": 7, "b/New-8B": 0, "c/Flagship-400B": 0, "d/Old-8B": 0}
    stats = {"day": dict.fromkeys(totals, 0), "month": dict.fromkeys(totals, 0), "total": totals}
    records = {"c/Flagship-400B": {"parameters": 400 * 10**9}}
    days = {"b/New-8B": 100.0, "c/Flagship-400B": 100.0, "d/Old-8B": 900.0}
    facts = facts_of(dict.fromkeys(totals, 0), records=records, days=days, category=TEXT, stats=stats)
    order = [verdict.name for verdict in plan_of(facts).verdicts if verdict.risk_level.value == "critical"]
    assert order == ["d/Old-8B", "c/Flagship-400B", "b/New-8B", "a/Once-8B"]


def test_every_model_has_a_verdict_in_the_order_of_removal() -> None:
    facts = facts_of(CROWD | {"b": 9, "a": 9, "none": 0, "served": 3}, threads={"served": 4, "popular 01": 3})
    expected = [row.name for row in respond(facts.table, RiskQuery(sort="removal")).models]
    plan = plan_of(facts)
    assert [verdict.name for verdict in plan.verdicts] == expected
    assert removed_from(plan) == [name for name in expected if name in {"a", "b", "none", "served"}][:3]


def test_the_codes_are_those_of_the_table() -> None:
    table = {reason.code: reason.verdict for reason in REASONS}
    facts = about_the_subject(days=None, usage=300, styles=Styles({"a": SUBJECT}, {}))
    for verdict in plan_of(facts).verdicts:
        assert all(table[reason.code] is reason.verdict for reason in verdict.reasons)


class TestLimits:
    @given(
        usages=st.lists(st.integers(0, 199), min_size=1, max_size=25),
        models=st.integers(0, 12),
        share=st.floats(0, 100),
        usage_share=st.floats(0, 0.1),
    )
    def test_none_is_ever_exceeded_and_only_they_hold_candidates_back(
        self, usages: list[int], models: int, share: float, usage_share: float
    ) -> None:
        figures = {f"model {at:02}": usage for at, usage in enumerate(usages)}
        facts = facts_of(figures | {"popular": 100_000})
        limits = {"max_models": models, "max_share_of_models": share, "max_share_of_month_usage": usage_share}
        plan = plan_of(facts, {"limits": limits}, NO_TOP)
        month, count = sum(figures.values()) + 100_000, len(figures) + 1

        def fits(names: list[str]) -> bool:
            usage = sum(figures[name] for name in names)
            return (
                len(names) <= models and 100 * len(names) / count <= share and 100 * usage / month <= usage_share
            )  # fmt: skip

        taken: list[str] = []
        for verdict in plan.verdicts:
            if verdict.name == "popular" or verdict.reasons[0].code == "last_of_its_kind":
                continue
            if fits([*taken, verdict.name]):
                assert verdict.verdict is Verdict.REMOVE
                taken.append(verdict.name)
            else:
                assert codes_of(verdict) == ["limit_reached"]
        assert fits(removed_from(plan))
        assert plan.effect.models == len(taken)

    def test_a_limit_may_be_reached_exactly(self) -> None:
        figures = {f"popular {at}": 1000 for at in range(18)} | {"one": 0, "two": 180}
        limits = {"max_models": 2, "max_share_of_models": 10, "max_share_of_month_usage": 100 * 180 / 18180}
        assert removed_from(plan_of(facts_of(figures), {"limits": limits}, NO_TOP)) == ["one", "two"]

    def test_one_that_does_not_fit_leaves_room_for_the_next(self) -> None:
        figures = {"popular": 10_000, "large": 150, "none": 0, "small": 10}
        facts = facts_of(figures, records={"large": {"config": {"download": []}}})  # No files: of a graver level.
        plan = plan_of(facts, {"limits": {"max_share_of_models": 100, "max_share_of_month_usage": 0.5}}, NO_TOP)
        assert [verdict.name for verdict in plan.verdicts] == ["none", "large", "small", "popular"]
        assert removed_from(plan) == ["none", "small"]
        assert codes_of(verdicts_of(plan)["large"]) == ["limit_reached"]


class TestSelections:
    def test_exactly_the_selected_models_go(self) -> None:
        facts = facts_of(CROWD | {"one": 1, "two": 2, "three": 3})
        plan = plan_of(facts, select=["two", "one", "two"])
        assert sorted(removed_from(plan)) == ["one", "two"]
        assert codes_of(verdicts_of(plan)["three"]) == ["not_selected"]
        assert codes_of(verdicts_of(plan)["one"]) == ["selected"]
        assert plan.selected == ["two", "one", "two"]

    def test_an_empty_selection_removes_nothing(self) -> None:
        plan = plan_of(about_the_subject(), select=[])
        assert removed_from(plan) == []
        assert codes_of(verdicts_of(plan)[SUBJECT]) == ["not_selected"]

    def test_one_that_the_policy_would_only_keep_may_be_selected(self) -> None:
        plan = plan_of(about_the_subject(usage=300, days=3), select=[SUBJECT])
        assert removed_from(plan) == [SUBJECT]
        assert codes_of(verdicts_of(plan)[SUBJECT]) == ["used_enough", "too_young", "selected"]

    @pytest.mark.parametrize(
        ("facts", "word"),
        [
            ({"styles": Styles({"a": SUBJECT}, {})}, "protected"),
            ({"days": None}, "unknown"),
            ({"stats": stats_of({})}, "unknown"),
        ],
    )
    def test_a_protected_or_unknown_one_needs_an_override(self, facts: dict[str, Any], word: str) -> None:
        with pytest.raises(PlanError, match=f"'{SUBJECT}' is {word}: ") as refused:
            plan_of(about_the_subject(**facts), select=[SUBJECT])
        assert "--override NAME=REASON" in refused.value.hint
        assert "`overrides`" in refused.value.hint
        with pytest.raises(PlanError, match=f"is {word}"):
            plan_of(about_the_subject(**facts), select=[SUBJECT], overrides={SUBJECT: "  "})
        plan = plan_of(about_the_subject(**facts), select=[SUBJECT], overrides={SUBJECT: "agreed"})
        assert removed_from(plan) == [SUBJECT]
        assert verdicts_of(plan)[SUBJECT].override == "agreed"
        assert {reason.verdict.value for reason in verdicts_of(plan)[SUBJECT].reasons} == {word, "remove"}

    @pytest.mark.parametrize("select", [None, [], ["popular 01"]])
    def test_an_override_of_one_that_is_not_selected_is_refused(self, select: list[str] | None) -> None:
        with pytest.raises(PlanError, match="not selected"):
            plan_of(about_the_subject(), select=select, overrides={SUBJECT: "agreed"})

    def test_the_reason_of_a_curator_is_kept_and_overrides(self) -> None:
        """Design section 8: reasons of people."""
        because = {SUBJECT: Because(code=RemovalCode.BROKEN, detail="black images")}
        facts = about_the_subject(styles=Styles({"a": SUBJECT}, {}))
        verdict = verdicts_of(plan_of(facts, select=[SUBJECT], because=because))[SUBJECT]
        assert (verdict.verdict, verdict.because, verdict.override) == (Verdict.REMOVE, because[SUBJECT], None)
        assert verdict.reason_given == "broken:black images"
        with pytest.raises(PlanError, match="not selected"):
            plan_of(facts, because=because)

    def test_a_policy_may_list_the_reasons_of_curators(self) -> None:
        """Design section 8: they stand in the plan, and one that is given with a choice wins."""
        listed = {"removal": {"reasons": [{"name": SUBJECT, "code": "broken", "detail": "black images"}]}}
        verdict = verdicts_of(plan_of(about_the_subject(), listed))[SUBJECT]
        assert (verdict.verdict, verdict.reason_given) == (Verdict.REMOVE, "broken:black images")
        given = {SUBJECT: Because(code=RemovalCode.LICENCE)}
        plan = plan_of(about_the_subject(), listed, select=[SUBJECT], because=given)
        assert verdicts_of(plan)[SUBJECT].reason_given == "licence"

    def test_the_reason_of_a_policy_selects_no_model_and_removes_no_protected_one(self) -> None:
        listed = {"removal": {"reasons": [{"name": SUBJECT, "code": "broken"}, {"name": "gone", "code": "licence"}]}}
        named = about_the_subject(styles=Styles({"a": SUBJECT}, {}))
        verdict = verdicts_of(plan_of(named, listed))[SUBJECT]
        assert (verdict.verdict, verdict.because) == (Verdict.PROTECTED, None)
        assert removed_from(plan_of(named, listed, select=[SUBJECT])) == [SUBJECT]

    @pytest.mark.parametrize("limit", ["max_models", "max_share_of_models", "max_share_of_month_usage"])
    def test_exceeding_a_limit_is_refused(self, limit: str) -> None:
        with pytest.raises(PlanError, match=f"exceeds a limit: limits.{limit} is 0"):
            plan_of(about_the_subject(), {"limits": {limit: 0}}, select=[SUBJECT])

    @pytest.mark.parametrize("name", ["the subjcet", SUBJECT.upper(), ""])
    def test_an_unknown_model_is_refused_with_the_closest_names(self, name: str) -> None:
        with pytest.raises(UnknownModelError, match=f"has no model '{name}'") as refused:
            plan_of(about_the_subject(), select=[SUBJECT, name])
        assert refused.value.hint.startswith(f"The closest names are: {SUBJECT if name else 'popular 00'}, popular ")


def test_the_plan_says_what_it_was_made_from() -> None:
    facts = about_the_subject(styles=Styles({"old": "gone", "new": "popular 01"}, {}))
    plan = plan_of(facts)
    assert plan.data_as_of.catalogue_revision == facts.catalogue.revision
    assert plan.data_as_of.stats_fetched_at == facts.table.data_as_of.stats_fetched_at
    assert plan.made_on == facts.table.data_as_of.stats_fetched_at.date()
    assert plan.policy_hash == plan.policy.digest()
    assert plan.orphaned_styles == {"old": "gone"}
    assert plan_of(about_the_subject(styles=None)).orphaned_styles is None


@pytest.mark.parametrize(
    ("counters", "said"),
    [
        ((0, 0, 312_345), "It was last used before its history begins, or in a gap of it (312,345 requests ever), "),
        ((0, 37, 0), "It was last used before its history begins, or in a gap of it (37 requests ever), "),
        ((0, 0, 0), "never used; 0 worker threads. It was "),
    ],
)
def test_never_seen_in_use_is_said_only_of_what_has_no_counter(counters: tuple[int, int, int], said: str) -> None:
    """Rule 4: the total trails the others."""
    facts = about_the_subject(stats=stats_of(CROWD | {SUBJECT: counters}))
    plan = plan_of(replace(facts, past={SUBJECT: UNSEEN}))
    assert (
        f"{said}unused for at least 30 days; by the statistics of 1 day."
        in verdicts_of(plan)[SUBJECT].reasons[-1].sentence
    )


def test_of_unknown_counters_it_is_not_said_whether_there_was_use() -> None:
    facts = replace(about_the_subject(stats=NO_STATS), past={SUBJECT: UNSEEN})
    plan = plan_of(facts, select=[SUBJECT], overrides={SUBJECT: "agreed"})
    assert " It was unused for at least 30 days;" in verdicts_of(plan)[SUBJECT].reasons[-1].sentence


LONG_UNUSED = replace(
    UNSEEN, days_seen=400, last_used=date(2025, 1, 1), used_days_ago=200, unused_days=200, falling_days=182
)


@pytest.mark.parametrize(
    ("behind", "usage", "candidates", "code"),
    [
        (0, 0, {"unused_for_days": 180}, None),
        (30, 0, {"unused_for_days": 180}, None),
        (31, 0, {"unused_for_days": 30}, None),
        (31, 0, {"unused_for_days": 31}, "history_too_short"),
        (300, 0, {"unused_for_days": 501}, "used_lately"),
        (1, 5, {"unused_for_days": 1}, "history_too_short"),
        (1, 5, {"unused_for_days": 180}, "used_lately"),
        (7, 0, {"falling_for_days": 182}, None),
        (8, 0, {"falling_for_days": 182}, "history_unknown"),
    ],
)
def test_a_history_that_ended_before_the_present_statistics_says_nothing_of_the_days_between(
    behind: int, usage: int, candidates: dict[str, int], code: str | None
) -> None:
    facts = replace(about_the_subject(usage), past={SUBJECT: LONG_UNUSED}, past_behind=behind)
    codes = codes_of(verdicts_of(plan_of(facts, {"candidates": candidates}))[SUBJECT])
    told = {"history_too_short", "history_unknown", "used_lately", "not_falling"}.intersection(codes)
    assert told == ({code} if code else set())


@pytest.mark.parametrize(
    ("usage", "ago", "contradictory"), [(0, 28, True), (0, 0, True), (0, 29, False), (0, None, False), (1, 4, False)]
)
def test_a_counter_that_began_anew_does_not_make_a_model_unused(
    usage: int, ago: int | None, *, contradictory: bool
) -> None:
    seen = replace(LONG_UNUSED, used_days_ago=ago, unused_days=ago)
    verdict = verdicts_of(plan_of(replace(about_the_subject(usage), past={SUBJECT: seen})))[SUBJECT]
    assert ("usage_contradictory" in codes_of(verdict)) == contradictory
    assert (verdict.verdict == "remove") == (not contradictory)


def test_rule_12_same_facts_same_bytes() -> None:
    figures = CROWD | {"one": 1, "two": 2}
    backwards = dict(reversed(figures.items()))
    one, other = (to_json(plan_of(facts_of(found))) for found in (figures, figures))
    assert one == other
    moved = plan_of(facts_of(backwards))
    assert [v.model_dump() for v in moved.verdicts] == [v.model_dump() for v in plan_of(facts_of(figures)).verdicts]


def test_rule_11_a_shrunk_catalogue_is_refused_unless_the_policy_allows_it() -> None:
    facts = facts_of(CROWD | {SUBJECT: 0})
    shrunk = DataWarning("catalogue_shrunk", "9 of the 40 models of the last good copy are missing.")
    facts = replace(facts, table=replace(facts.table, warnings=(shrunk,)))
    with pytest.raises(PlanError, match="The catalogue has shrunk: 9 of the 40 models") as refused:
        plan_of(facts)
    assert "sync CATEGORY --accept" in refused.value.hint
    assert "limits.shrunk_catalogue" in refused.value.hint
    assert removed_from(plan_of(facts, {"limits": {"shrunk_catalogue": True}})) == [SUBJECT]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((0, 0, 0), "Risk level critical; never used; 0 worker threads."),
        (
            (0, 0, 583_676),
            "Risk level critical; used 583,676 times, not in the last 30 days; 0 worker threads.",
        ),
        ((1, 12, 3400), "Risk level medium; used 3,400 times, 12 of them in the last 30 days; 0 worker threads."),
    ],
)
def test_a_removal_says_how_often_the_model_was_ever_used(figures: tuple[int, int, int], said: str) -> None:
    """Design section 8: evidence says more than the columns."""
    stats = stats_of({**CROWD, SUBJECT: figures})
    verdict = verdicts_of(plan_of(about_the_subject(stats=stats), UNLIMITED))[SUBJECT]
    assert [reason.sentence for reason in verdict.reasons] == [said]
    assert (verdict.usage_month, verdict.usage_total) == figures[1:]


def test_a_removal_tells_of_use_that_could_be_the_models() -> None:
    """Rule 2c: it never counts as use."""
    figures = {"a/Used-7B": 90_000, "b/Oakmoss-7B": 0, "somebody's Oakmoss-7B tune": 40}
    stats = stats_of(figures)
    facts = facts_of(dict(list(figures.items())[:2]), stats=stats, category=TEXT)
    verdict = verdicts_of(plan_of(facts, UNLIMITED, {"protect": {"top_by_month_usage": 1}}))["b/Oakmoss-7B"]
    assert verdict.possible_usage_month == 40
    (reason,) = verdict.reasons
    assert "never used; perhaps 40 more requests in 30 days, under names of no model;" in reason.sentence
