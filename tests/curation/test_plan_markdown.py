"""The pull request's body."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_diff import compare
from horde_model_reference.curation.plan_markdown import plan_markdown
from horde_model_reference.curation.styles import Styles
from horde_model_reference.data_warnings import DataWarning
from tests.support.builders import GOOD_URL, TEXT, weighing
from tests.support.curation import CROWD, UNLIMITED, facts_of, plan_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.rows import files

STYLES = Styles({"a": "low", "lost": "gone model"}, {"only": ("a",), "more": ("a", "lost")})


def a_plan() -> Plan:
    facts = facts_of(CROWD | {"low": 30, "none": 0}, threads={"low": 2}, styles=STYLES)
    return plan_of(facts, select=["low", "none"], overrides={"low": "agreed in #12"})


def test_a_reviewer_finds_everything_to_judge_by() -> None:
    shown = plan_markdown(a_plan())
    for words in (
        "# Remove 2 models from `catalogue.json`",
        "the Horde's statistics of 2026-11-24 06:00 UTC",
        f"| `low`; [file on huggingface.co]({GOOD_URL}) | medium | 30 | 2 |",
        "| 2.0 | 365 | `popular 29` (100,029), `popular 28` (100,028), `popular 27`",
        "**Override:** `agreed in #12`",
        "Styles that name it: 1.",
        "2 of the category's models (6.25 %), 2 files, 4.0 GB: `huggingface.co` 2 files, 4.0 GB",
        "30 requests a month (0.001% of the category) would have to go elsewhere",
        "served now by 2 worker threads",
        "`low`: 30 requests, likely to `popular 29`",
        "Styles that break: `a`",
        "Style categories left empty: `only`",
        "Styles that name a model which is not in the catalogue: `lost` (`gone model`)",
        "- **protected**: 10 models (among the most used 10",
        "- **keep**: 20 models (used enough 20",
        "fewer than 200 requests a month, at least 90 days in the catalogue, risk level critical, high, medium",
        "10 models, 10 % of the models, 1 % of the month's usage",
        "selected by hand",
    ):
        assert words in shown, words


@pytest.mark.parametrize(("size", "cell"), [(7_240_000_000, "7.2B"), (None, "?")])
def test_text_models_are_told_by_their_number_of_weights(size: int | None, cell: str) -> None:
    """Design section 8; unknown is told as unknown."""
    records = {name: weighing(size) for name in ("a/Used", "b/Old")}
    facts = facts_of({"a/Used": 900, "b/Old": 0}, records=records, category=TEXT)
    shown = plan_markdown(plan_of(facts, UNLIMITED, select=["b/Old"], overrides={"b/Old": "agreed"}))
    assert "| Model | Level | Month use | Workers | Parameters | Days |" in shown
    page = "[Hugging Face, by its name](https://huggingface.co/b/Old)"
    assert f"| `b/Old`; {page} | critical | 0 | 0 | {cell} | 365 |" in shown
    assert f"- 1 of the category's models (50 %), {cell} parameters\n" in shown
    assert "GB" not in shown


def test_one_model_is_told_as_one_and_none_as_nothing() -> None:
    facts = facts_of(CROWD | {"low": 3})
    assert "# Remove 1 model from" in plan_markdown(plan_of(facts))
    shown = plan_markdown(plan_of(facts, {"limits": {"max_models": 0}}))
    assert "# Nothing to remove from" in shown
    assert "## Removals" not in shown
    assert "## Effect" not in shown
    assert "chosen by the policy" in shown


def test_the_keys_that_hold_back_are_told_with_the_models_that_each_releases() -> None:
    """Design section 8: a plan never ends silently."""
    plan = plan_of(facts_of(CROWD | {"a|b": 3, "kept": 4}), {"protect": {"names": ["a|b", "kept"]}})
    shown = plan_markdown(plan)
    assert "# Nothing to remove" in shown
    assert "| `protect.names` | 2 | 2 | `a\\|b`, `kept` |\n" in shown
    assert "| `protect.top_by_month_usage` | 10 | 0 | none |\n" in shown
    assert "holds back" not in plan_markdown(plan_of(facts_of(CROWD | {"low": 3}), select=["low"]))


def test_rule_3_unknown_styles_are_not_told_as_none() -> None:
    facts = facts_of(CROWD | {"low": 3}, styles=None)
    shown = plan_markdown(plan_of(facts, select=["low"], overrides={"low": "agreed"}))
    assert "Styles that break: **unknown**" in shown
    assert "Style categories left empty: **unknown**" in shown
    assert "not in the catalogue" not in shown


@pytest.mark.parametrize(
    ("record", "cell", "displaced"),
    [
        ({}, "`popular 29` (100,029), `popular 28` (100,028), `popular 27` (100,027)", "likely to `popular 29`"),
        ({"baseline": "alone"}, "nothing", "with nothing to go to"),
        ({"style": None}, "?", "where to is unknown"),
    ],
)
def test_rule_3_unknown_replacements_are_not_told_as_none(record: dict[str, Any], cell: str, displaced: str) -> None:
    facts = facts_of(CROWD | {"low": 3}, records={"low": record})
    shown = plan_markdown(plan_of(facts, select=["low"], overrides={"low": "agreed"}))
    assert f"| 365 | {cell} | " in shown
    assert f"- `low`: 3 requests, {displaced}\n" in shown


def test_a_model_whose_replacements_go_as_well_is_not_told_to_have_none() -> None:
    facts = facts_of(CROWD | {"low": 3, "lower": 1}, records={name: {"baseline": "two"} for name in ("low", "lower")})
    shown = plan_markdown(plan_of(facts, select=["low", "lower"], overrides={"low": "agreed"}))
    assert "- `low`: 3 requests, with nothing to go to\n" in shown
    assert "- `lower`: 1 request, where to is unknown\n" in shown


def test_warnings_and_staleness_are_shown() -> None:
    facts = facts_of(CROWD)
    table = facts.table
    stale = replace(
        table, data_as_of=replace(table.data_as_of, stale=True), warnings=(DataWarning("one", "A *warning*."),)
    )
    shown = plan_markdown(plan_of(replace(facts, table=stale, warnings=(DataWarning("two", "Another."),))))
    assert "which are stale" in shown
    assert "> **one**: `A *warning*.`\n> **two**: `Another.`" in shown


def test_what_changed_is_told_only_when_asked() -> None:
    before, after = plan_of(facts_of(CROWD | {"low": 3})), plan_of(facts_of(CROWD | {"low": 900}))
    assert "Since the earlier plan" not in plan_markdown(after)
    assert "- `low`: remove → keep. `It had 900 requests" in plan_markdown(after, compare(before, after))
    assert "Nothing has changed." in plan_markdown(after, [])


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_names_are_inert(name: str) -> None:
    """In code they are, cells stay cells, and no line begins that should not."""
    records = {name: {"baseline": name}, "peer": {"baseline": name}}
    facts = facts_of(
        CROWD | {"peer": 100, name: 50},
        records=records,
        styles=Styles({name: name, f"x{name}": f"y{name}"}, {name: (name,)}),
    )
    plan = plan_of(facts, UNLIMITED, select=[name], overrides={name: name})
    before = plan_of(facts_of(CROWD | {name: 5}))
    shown = plan_markdown(plan, compare(before, plan))
    assert not ACTIVE.search(shown.replace("\n", ""))
    (row,) = [
        line for line in shown.splitlines() if line.startswith("| ") and not line.startswith(("| Model", "| ---"))
    ]
    assert len(re.split(r"(?<!\\)\|", row)) == 10
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", shown.replace(f"[file on huggingface.co]({GOOD_URL})", ""))
    for dangerous in ("<script", "](", "@everyone", "**bold**", "&amp;", "http"):
        assert dangerous not in outside, dangerous
    assert [line for line in shown.splitlines() if line.startswith("# ")] == [shown.splitlines()[0]]


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_names_that_a_key_releases_are_inert(name: str) -> None:
    plan = plan_of(facts_of(CROWD | {name: 5}, styles=Styles({"a": name}, {})), UNLIMITED)
    (held,) = [found for found in plan.held_back if found.key == "styles.on_removal"]
    assert held.releases == [name]
    shown = plan_markdown(plan)
    assert not ACTIVE.search(shown.replace("\n", ""))
    (row,) = [line for line in shown.splitlines() if line.startswith("| `styles.on_removal`")]
    assert len(re.split(r"(?<!\\)\|", row)) == 6


def test_rule_12_same_plan_same_bytes() -> None:
    assert plan_markdown(a_plan()) == plan_markdown(a_plan())


def test_suspicious_models_are_named_and_inert() -> None:
    """Design section 8; rule 13: hostile names too."""
    threads = {f"odd {at}": 10 for at in range(5)} | {"<b>odd": 1234}
    shown = plan_markdown(plan_of(facts_of(CROWD | dict.fromkeys(threads, 0), threads=threads)))
    (line,) = [line for line in shown.splitlines() if line.startswith("- Suspicious")]
    assert line == (
        "- Suspicious, since many worker threads serve what nobody uses: "
        "`<b>odd` (1,234), `odd 0` (10), `odd 1` (10), `odd 2` (10), `odd 3` (10) and 1 more"
    )
    assert "- **unknown**: 6 models (suspicious 6)" in shown
    assert "Suspicious" not in plan_markdown(plan_of(facts_of(CROWD | {"low": 0})))


def test_a_removal_has_links_that_stay_links() -> None:
    """Design section 8; rule 13: nothing in an address ends the link or its cell."""
    record = {"homepage": "https://author.example/a|b)", **files("https://civitai.com/api/download/models/7", "x:y")}
    facts = facts_of(CROWD | {"low": 0}, records={"low": record})
    plan = plan_of(facts)
    (line,) = [line for line in plan_markdown(plan).splitlines() if line.startswith("| `low`")]
    assert line.split(" | ")[0] == (
        "| `low`; [homepage on author.example](https://author.example/a%7Cb%29), "
        "[Civitai, by its download](https://civitai.com/model-versions/7), "
        "[file on civitai.com](https://civitai.com/api/download/models/7)"
    )
    assert {found.name for found in plan.verdicts if found.links} == {"low"}
