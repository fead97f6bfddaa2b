"""``marks``: all marks with their states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from horde_model_reference.cli.actions.marks import days_of
from horde_model_reference.errors import UsageError
from tests.support.command_line import Cli, assert_refused
from tests.support.curators import FIGURES, Curators
from tests.support.marks import entry

STATES = {
    "Cobalt Depth 768": "due",
    "Orchid Portraits": "recovered",
    "Clayfolk Stopmotion": "waiting",
    "Lighthouse Classic": "replaced",
}

TEXT_STATES = {"redlark/Duskwater-17B": "unknown"}


def states(cli: Cli, *arguments: str) -> dict[str, str]:
    run = cli("marks", *arguments, "--format", "json")
    assert (run.code, run.err) == (0, "")
    return {found["name"]: found["deletion_mark"]["state"] for found in json.loads(run.out)["marks"]}


def test_the_sample_has_a_mark_of_several_states(cli: Cli) -> None:
    assert states(cli, "--demo") == STATES | TEXT_STATES
    assert states(cli, "image", "--demo") == STATES
    assert states(cli, "text_generation", "--demo") == TEXT_STATES


def test_the_table_says_why_a_model_has_recovered(cli: Cli) -> None:
    text = " ".join(cli("marks", "--demo").text.split())
    assert (
        "Orchid Portraits, recovered: Jobs waiting for it: 3. It had 340 requests in 30 days, not less than 200."
        in text
    )
    assert "Cobalt Depth 768 due 2026-03-02 2026-05-01" in text


def test_the_states_follow_from_the_present_use(cli: Cli, curators: Curators) -> None:
    file = Path(curators.folder / "marks.toml")
    file.write_text(entry("one") + entry("absent"))
    for use, state in ((20, "due"), (300, "recovered"), (20, "due")):
        curators.has(FIGURES | {"one": use})
        assert states(cli, "--file", str(file)) == {"one": state, "absent": "gone"}


def test_a_malformed_entry_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(entry("Quiet Tides").replace("low_use", "dull"))
    run = cli("marks", "--file", str(tmp_path / "m.toml"), "--demo")
    assert run.code == 0
    assert "mark_skipped: m.toml line 6: because: Input should be" in " ".join(run.text.split())


@pytest.mark.parametrize("content", [None, "[[marks]", "x = 1"])
def test_a_file_that_cannot_be_read_is_refused(cli: Cli, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "m.toml"
    if content is not None:
        file.write_text(content)
    assert_refused(cli("marks", "--file", str(file), "--demo"), 1, "m.toml")


def test_without_a_file_there_are_none(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES)
    assert cli("marks").text == "No model is marked.\n"


@pytest.mark.parametrize(("text", "days"), [("30d", 30), ("0d", 0), ("7", 7), ("3650d", 3650)])
def test_a_notice_is_in_days(text: str, days: int) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "d", "-1d", "1.5d", "30 d", "3w", "3651d", "٣d", "9" * 50])
def test_any_other_notice_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--in"):
        days_of(text)


def test_the_notices_of_the_marks_that_stand_are_written(cli: Cli, tmp_path: Path) -> None:
    """Owners of workers and authors of styles learn the day, the reason, and what to use instead."""
    file = tmp_path / "notices.md"
    assert cli("marks", "--demo", "--notices", str(file)).code == 0
    text = file.read_text("utf-8")
    sections = [line.removeprefix("## ").strip("`") for line in text.splitlines() if line.startswith("## ")]
    assert sections == [
        name for name, state in (STATES | TEXT_STATES).items() if state in {"due", "waiting", "unknown"}
    ]
    assert "- When: not before 2026-05-01" in text
    assert "- Styles that name it: **unknown**" not in text.partition(f"## `{sections[-1]}`")[0]
