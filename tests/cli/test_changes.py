"""``changes``: the changes of the last days."""

from __future__ import annotations

import json
from datetime import date

import pytest

from horde_model_reference.cli.actions.changes import day_of
from horde_model_reference.errors import UsageError
from tests.history.test_atom_feed import read
from tests.support.command_line import Cli, assert_refused
from tests.support.curators import FIGURES, Curators

TODAY = date(2026, 6, 1)


def test_a_monthly_digest(cli: Cli) -> None:
    run = cli("changes", "--demo")
    assert (run.code, run.err) == (0, "")
    assert run.text.startswith("# Changes from 2026-05-02 to 2026-06-01\n\n## image_generation\n\n### Marked (1)\n")
    assert "- 2026-05-20 `Clayfolk Stopmotion`" in run.text
    assert "## text_generation" in run.text
    assert "Cobalt Depth 768" not in run.text
    assert "Cobalt Depth 768" in cli("changes", "--since", "2026-03-01", "--demo").text


def test_json_and_atom_have_the_same_changes(cli: Cli) -> None:
    wanted = ("changes", "image", "--since", "100d", "--demo", "--format")
    found = json.loads(cli(*wanted, "json").out)
    ids = {change["id"] for change in found["changes"]}
    assert found["total_count"] == len(ids) == 5
    feed = cli(*wanted, "atom").out
    assert all(change.encode() in feed for change in ids)
    assert read(feed) is not None


@pytest.mark.parametrize("form", ["json", "atom"])
def test_formats_of_one_category(cli: Cli, form: str) -> None:
    assert_refused(cli("changes", "--format", form, "--demo"), 2, f"--format {form} takes one category")


def test_a_day_that_has_not_come_is_refused(cli: Cli) -> None:
    assert_refused(cli("changes", "--since", "2026-06-02", "--demo"), 2, "--since '2026-06-02': this day has not come.")


def test_collecting_keeps_the_changes(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES)
    assert "image_generation: 0 changes" in cli("history", "collect").err
    curators.has({name: use for name, use in FIGURES.items() if name != "one"} | {"new": 3})
    assert "image_generation: 2 changes" in cli("history", "collect").err
    assert "image_generation: 0 changes" in cli("history", "collect").err
    text = cli("changes", "image").text
    assert "### Added (1)" in text
    assert "`new`" in text
    assert "### Removed (1)" in text
    assert "`one`" in text


@pytest.mark.parametrize(
    ("text", "day"),
    [("30d", date(2026, 5, 2)), ("0d", TODAY), ("2026-05-01", date(2026, 5, 1))],
)
def test_since_is_a_number_of_days_or_a_day(text: str, day: date) -> None:
    assert day_of(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "soon", "30", "-1d", "3651d", "2026-13-01", "٣d"])
def test_any_other_since_is_refused(cli: Cli, text: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        day_of(text, TODAY)
