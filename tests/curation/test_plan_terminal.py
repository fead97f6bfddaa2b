"""The plan on a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.curation.plan_diff import compare
from horde_model_reference.curation.plan_terminal import plan_report
from horde_model_reference.curation.styles import Styles
from tests.support.builders import TEXT, stats_of, weighing
from tests.support.curation import CROWD, UNLIMITED, facts_of, plan_of
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.screens import screen

STYLES = Styles({"a": "low", "lost": "gone model"}, {})


def test_removals_effect_and_what_stays_are_shown() -> None:
    facts = facts_of(CROWD | {"low": 30, "none": 0}, threads={"low": 2}, styles=STYLES)
    plan = plan_of(facts, select=["low", "none"], overrides={"low": "agreed"})
    shown = screen(plan_report(plan, [Path("out/plan.json"), Path("out/plan.md")], None))
    for words in (
        "low (override: agreed)",
        "popular 29",
        "Frees 4.0 GB in 2 files; displaces 30 requests a month (0.001%); served now by 2 worker threads.",
        "Styles that break: a.",
        "protected: 10 models (among the most used 10",
        "Styles that name a model which is not in the catalogue: lost (gone model).",
        "Written: out/plan.json, out/plan.md",
    ):
        assert words in shown, words
    assert "Since" not in shown


def test_text_models_are_told_by_their_number_of_weights() -> None:
    """Design section 8."""
    figures = {"a/Used-7B": 900, "b/Old-7B": 0, "c/Old-13B": 0}
    records = {name: weighing(7_240_000_000) for name in figures}
    facts = facts_of(figures, records=records, category=TEXT)
    plan = plan_of(facts, UNLIMITED, {"protect": {"top_by_month_usage": 1}})
    shown = " ".join(screen(plan_report(plan, [], None)).split())
    assert "b/Old-7B critical 0 0 7.2B 365 a/Used-7B" in shown
    assert "Frees 14.5B parameters; displaces 0 requests" in shown
    assert "GB" not in shown


def test_nothing_to_remove_is_said() -> None:
    shown = screen(plan_report(plan_of(facts_of(CROWD)), [], []))
    assert "Nothing to remove." in shown
    assert "Frees" not in shown
    assert "nothing has changed." in shown


def test_the_keys_that_hold_back_are_told_with_the_models_that_each_releases() -> None:
    """Design section 8: a plan never ends silently."""
    shown = screen(plan_report(plan_of(facts_of(CROWD | {"kept": 3}), {"protect": {"names": ["kept"]}}), [], None))
    lines = [line.split() for line in shown.splitlines()]
    assert ["protect.names", "1", "1", "kept"] in lines
    assert ["protect.top_by_month_usage", "10", "0", "none"] in lines
    chosen = plan_of(facts_of(CROWD | {"low": 3}), select=["low"])
    assert "Held back" not in screen(plan_report(chosen, [], None))


def test_rule_3_unknown_styles_are_not_told_as_none() -> None:
    plan = plan_of(facts_of(CROWD | {"low": 3}, styles=None), select=["low"], overrides={"low": "x"})
    assert "Styles that break: unknown." in screen(plan_report(plan, [], None))


@pytest.mark.parametrize(
    ("record", "best"),
    [({}, "popular 29"), ({"baseline": "alone"}, "nothing"), ({"style": None}, "?")],
)
def test_rule_3_unknown_replacements_are_not_told_as_none(record: dict[str, Any], best: str) -> None:
    facts = facts_of(CROWD | {"low": 3}, records={"low": record})
    shown = screen(plan_report(plan_of(facts, select=["low"], overrides={"low": "x"}), [], None))
    (line,) = [line.strip() for line in shown.splitlines() if "(override: x)" in line]
    assert line.endswith(f" {best}")


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_names_are_inert(name: str) -> None:
    records = {name: {"baseline": name}, "peer": {"baseline": name}}
    styles = Styles({name: name, f"x{name}": f"y{name}"}, {})
    facts = facts_of(CROWD | {"peer": 100, name: 50}, records=records, styles=styles)
    plan = plan_of(facts, UNLIMITED, select=[name], overrides={name: name})
    before = plan_of(facts_of(CROWD | {name: 5}))
    shown = screen(plan_report(plan, [Path(f"out/{name[:20]}".replace("\0", ""))], compare(before, plan)))
    assert not ACTIVE.search(shown.replace("\n", ""))
    visible = name.encode("unicode_escape").decode() if not name.isprintable() else name
    if name.isprintable() and len(name) < 40 and name.strip() == name and "  " not in name:
        assert visible in shown


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_rule_13_hostile_names_that_a_key_releases_are_inert(name: str) -> None:
    plan = plan_of(facts_of(CROWD | {name: 5}, styles=Styles({"a": name}, {})), UNLIMITED)
    assert [name] in [found.releases for found in plan.held_back]
    assert not ACTIVE.search(screen(plan_report(plan, [], None)).replace("\n", ""))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    plan = plan_of(facts_of(CROWD | {"low " * 20: 30}, styles=STYLES))
    shown = screen(plan_report(plan, [Path("out/plan.json")], None), width)
    assert max(map(len, shown.splitlines())) <= width


def test_suspicious_models_are_named_and_inert() -> None:
    """Design section 8; rule 13: hostile names too."""
    shown = screen(plan_report(plan_of(facts_of(CROWD | {"\x1b[31modd": 0}, threads={"\x1b[31modd": 9})), [], None))
    said = "Suspicious, since many worker threads serve what nobody uses: \\x1b[31modd (9)."
    assert said in " ".join(shown.split())
    assert "Suspicious" not in screen(plan_report(plan_of(facts_of(CROWD | {"low": 0})), [], None))


def test_a_removal_has_its_total_use_beside_that_of_the_month() -> None:
    stats = stats_of({**CROWD, "low": (0, 0, 583_676)})
    shown = screen(plan_report(plan_of(facts_of(CROWD | {"low": 0}, stats=stats)), [], None), 120)
    (line,) = [line.split() for line in shown.splitlines() if line.split()[:1] == ["low"]]
    assert line[:4] == ["low", "critical", "0", "583,676"]
