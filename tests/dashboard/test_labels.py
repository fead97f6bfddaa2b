"""Short words: every reason and no other has them, and only those that decide are told."""

from __future__ import annotations

from datetime import date

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.reasons import REASONS
from horde_model_reference.dashboard import labels


def test_every_reason_of_a_plan_has_words() -> None:
    assert {reason.code for reason in REASONS} == labels.REASONS.keys()


def test_reasons_of_one_code_speak_for_one_verdict() -> None:
    assert all(labels.SPEAKS_FOR[reason.code] is reason.verdict for reason in REASONS)


def test_weaker_reasons_are_left_out() -> None:
    codes = ["named_by_styles", "age_unknown", "used_enough"]
    assert labels.deciding(codes, Verdict.PROTECTED) == ["named_by_styles"]
    assert labels.deciding(codes, Verdict.UNKNOWN) == ["age_unknown"]


def test_styles_are_counted_and_words_told_once() -> None:
    assert labels.reasons(["named_by_styles", "jobs_waiting"], 2) == "2 styles, jobs waiting"
    assert labels.reasons(["named_by_styles"], 1) == "1 style"
    assert labels.reasons(["used_enough", "used_enough"]) == "used enough"


def test_baselines_are_abbreviated_where_an_abbreviation_is_known() -> None:
    assert labels.baseline("stable_diffusion_xl") == "SDXL"
    assert labels.baseline("some_other") == "some other"


def test_the_days_until_a_marked_model_may_go_are_counted() -> None:
    today = date(2026, 5, 1)
    days = (date(2026, 4, 1), today, date(2026, 5, 2), date(2026, 6, 1))
    assert [labels.countdown(day, today) for day in days] == ["now", "now", "in 1 day", "in 31 days"]
    assert labels.mark(None) == ""
