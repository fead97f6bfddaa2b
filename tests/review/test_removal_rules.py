"""Rules about names that go, come back or change, and about the file that is generated from the catalogue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.curation.db_json import generated_db_json
from horde_model_reference.curation.plan import ModelVerdict
from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.styles import Styles
from horde_model_reference.curation.verdict_builder import verdicts_on
from horde_model_reference.marks.mark import Mark
from horde_model_reference.review import removal_rules
from horde_model_reference.review.facts import GeneratedFile, Removals, ReviewFacts
from horde_model_reference.review.rule import Finding, Rule
from tests.support.builders import TEXT
from tests.support.curation import CROWD, facts_of, policy_of
from tests.support.reviews import facts, found_by, image_file, image_record, text_file, text_row

BEFORE, AFTER = image_file(["Goes", "Stays"]), image_file(["Stays"])


def verdict_on(month: int, **more: Any) -> ModelVerdict:
    """The verdict of the default policy on a model of this month use."""
    (found,) = verdicts_on(facts_of(CROWD | {"Goes": month}, **more), policy_of(), ["Goes"])
    return found


def removing(verdict: ModelVerdict) -> ReviewFacts:
    return facts(BEFORE, AFTER, removals=Removals({"Goes": verdict}))


REMOVALS = {
    "removal_protected": removing(verdict_on(1_000_000)),
    "removal_used": removing(verdict_on(5000)),
    "removal_kept": removing(verdict_on(3, days={"Goes": 5.0})),
    "removal_unknown": removing(verdict_on(3, days={"Goes": None})),
    "": removing(verdict_on(0)),
}


@pytest.mark.parametrize("code", REMOVALS)
@pytest.mark.parametrize(
    "rule",
    [
        removal_rules.removal_protected,
        removal_rules.removal_used,
        removal_rules.removal_kept,
        removal_rules.removal_unknown,
    ],
    ids=lambda rule: rule.code,
)
def test_each_verdict_on_a_removed_model_has_its_rule(rule: Rule, code: str) -> None:
    found = found_by(rule, REMOVALS[code])
    assert [one.record for one in found] == (["Goes"] if rule.code == code else [])


def test_a_protected_model_tells_why() -> None:
    (found,) = found_by(removal_rules.removal_protected, REMOVALS["removal_protected"])
    assert "It is number 1 by month usage" in found.sentence


def test_a_removal_beyond_the_limits_of_a_plan_is_no_finding() -> None:
    policy = policy_of({"limits": {"max_models": 0}})
    (verdict,) = verdicts_on(facts_of(CROWD | {"Goes": 0}), policy, ["Goes"])
    assert verdict.verdict is Verdict.KEEP
    assert found_by(removal_rules.removal_kept, removing(verdict)) == []


def test_without_use_a_removal_is_unknown() -> None:
    given = facts(BEFORE, AFTER, removals=Removals(unknown="the Horde was not asked."))
    (found,) = found_by(removal_rules.removal_unknown, given)
    assert found.sentence == "It is removed, and its use is unknown: the Horde was not asked."


MARK = {"category": "image_generation", "name": "Goes", "since": date(2026, 1, 1), "because": "low_use"}


@pytest.mark.parametrize(("today", "early"), [(date(2026, 1, 30), 1), (date(2026, 1, 31), 0)])
def test_a_removal_before_the_day_of_its_mark_is_early(today: date, early: int) -> None:
    marks = {"Goes": Mark.model_validate(MARK | {"remove_after": date(2026, 1, 31)})}
    given = facts(BEFORE, AFTER, marks=marks, today=today)
    assert len(found_by(removal_rules.removal_early, given)) == early
    assert found_by(removal_rules.removal_unmarked, given) == []


def test_a_removal_without_a_mark_is_told_where_marks_are_known() -> None:
    (found,) = found_by(removal_rules.removal_unmarked, facts(BEFORE, AFTER, marks={}))
    assert found.record == "Goes"
    assert found_by(removal_rules.removal_unmarked, facts(BEFORE, AFTER, marks=None)) == []


STYLES = Styles({"noir": "Goes", "pop": "Stays", "lost": "Never listed"}, {})


def test_styles_of_a_removed_model_break() -> None:
    (found,) = found_by(removal_rules.style_broken, facts(BEFORE, AFTER, styles=STYLES))
    assert (found.record, found.line) == ("Goes", None)
    assert "'noir'" in found.sentence


def test_styles_of_a_renamed_model_break() -> None:
    after = image_file({"Stays": {}, "New": {"config": image_record("Goes")["config"]}})
    (found,) = found_by(removal_rules.style_broken, facts(BEFORE, after, styles=STYLES))
    assert found.record == "Goes"


def test_styles_that_named_no_model_before_are_orphans() -> None:
    (found,) = found_by(removal_rules.style_orphaned, facts(BEFORE, AFTER, styles=STYLES))
    assert "'lost' ('Never listed')" in found.sentence
    assert found_by(removal_rules.style_orphaned, facts(BEFORE, BEFORE, styles=STYLES)) == []


def test_styles_that_cannot_be_read_are_unknown_where_a_name_goes() -> None:
    assert len(found_by(removal_rules.styles_unknown, facts(BEFORE, AFTER))) == 1
    assert found_by(removal_rules.styles_unknown, facts(BEFORE, BEFORE)) == []
    one, none = text_file(text_row("a/One-7B")), text_file()
    assert found_by(removal_rules.styles_unknown, facts(one, none, TEXT)) == []


def test_a_name_that_comes_back_tells_when_it_was_removed() -> None:
    removed = datetime(2024, 5, 1, tzinfo=UTC).timestamp()
    (found,) = found_by(removal_rules.added_again, facts(AFTER, BEFORE, removed_before={"Goes": removed, "Stays": 1.0}))
    assert (found.record, found.sentence) == ("Goes", "It comes back: the name was removed on 2024-05-01.")


def test_a_rename_is_told_with_the_old_name() -> None:
    after = image_file({"Stays": {}, "New": {"config": image_record("Goes")["config"]}})
    (found,) = found_by(removal_rules.renamed, facts(BEFORE, after))
    assert (found.record, "'Goes'" in found.sentence) == ("New", True)


CSV = text_file(text_row("a/One-7B"), text_row("b/Two-8B"))


def generated(db_json: bytes | None, catalogue: bytes = CSV) -> list[Finding]:
    files = GeneratedFile("db.json", "models.csv", (b"old", b"old"), (catalogue, db_json))
    return found_by(removal_rules.generated_out_of_step, facts(text_file(), catalogue, TEXT, generated=files))


def test_a_generated_file_in_step_is_fine() -> None:
    assert generated(generated_db_json(CSV, "models.csv")) == []
    assert generated(generated_db_json(CSV, "models.csv").replace(b"\n", b"\r\n")) == []


def test_records_that_are_out_of_step_are_named() -> None:
    (found,) = generated(generated_db_json(text_file(text_row("a/One-7B")), "models.csv"))
    assert "records that differ: 'b/Two-8B', 'aphrodite/b/Two-8B', 'koboldcpp/Two-8B'" in found.sentence


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"\xff", b"[" * 5000, None], ids=["cut", "list", "bytes", "deep", "no"]
)
def test_a_generated_file_that_is_none_is_told(content: bytes | None) -> None:
    assert len(generated(content)) == 1


def test_a_malformed_row_leaves_the_step_unknown() -> None:
    (found,) = generated(b"{}", CSV + b"c/Three,seven,,\r\n")
    assert found.sentence.startswith("Whether db.json is in step is unknown: models.csv")


def test_a_catalogue_that_became_json_is_told() -> None:
    (found,) = generated(b"{}", b'{"a/One": {"name": "a/One", "parameters": 7}}')
    assert found.sentence.startswith("Whether db.json is in step is unknown: models.csv")


def test_files_that_the_change_leaves_alone_are_not_compared() -> None:
    files = GeneratedFile("db.json", "models.csv", (CSV, b"{}"), (CSV, b"{}"))
    assert found_by(removal_rules.generated_out_of_step, facts(CSV, CSV, TEXT, generated=files)) == []


def test_the_default_policy_is_the_one_that_judges() -> None:
    assert verdict_on(0) == verdicts_on(facts_of(CROWD | {"Goes": 0}), Policy(), ["Goes"])[0]
