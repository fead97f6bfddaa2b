"""``mark``: the removal of models is announced."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from horde_model_reference.settings import ENV_PREFIX
from tests.support.command_line import Cli, Run, assert_refused
from tests.support.curators import FIGURES, Curators
from tests.support.hostile_names import HOSTILE_NAMES

pytestmark = pytest.mark.usefixtures("own_folder")
FILE = Path("marks.toml")


def marked(cli: Cli, *arguments: str) -> Run:
    run = cli("mark", "image_generation", *arguments, "--file", str(FILE), "--demo")
    assert (run.code, run.err) == (0, "")
    return run


def entries() -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["marks"]
    return found


def test_a_mark_is_written_and_said(cli: Cli) -> None:
    run = marked(cli, "Quiet Tides", "--because", "low_use:96 requests", "--by", "me", "--note", "ask me")
    assert run.text == "Marked 1 model in marks.toml.\nQuiet Tides: may be removed from 2026-07-01 on\n"
    assert entries() == [
        {
            "category": "image_generation",
            "name": "Quiet Tides",
            "since": date(2026, 6, 1),
            "remove_after": date(2026, 7, 1),
            "because": "low_use",
            "detail": "96 requests",
            "by": "me",
            "note": "ask me",
            "styles": [],
        }
    ]


def test_several_models_have_their_own_notice(cli: Cli) -> None:
    marked(
        cli,
        "Quiet Tides",
        "Umbra Noir",
        "Aurora Vista XL",
        "--because",
        "superseded_by",
        "--replacement",
        "Ember Pony XL",
    )
    assert [(found["remove_after"], found["detail"]) for found in entries()] == [
        (date(2026, 7, 1), "Ember Pony XL"),
        (date(2026, 11, 28), "Ember Pony XL"),
        (date(2026, 11, 28), "Ember Pony XL"),
    ]


def test_comments_and_order_of_a_file_stay(cli: Cli) -> None:
    FILE.write_text("# ours\n[[marks]] # first\nname = 'kept'\n", encoding="utf-8")
    marked(cli, "Quiet Tides", "--because", "broken", "--in", "10d")
    assert FILE.read_text(encoding="utf-8").startswith("# ours\n[[marks]] # first\nname = 'kept'\n\n[[marks]]\n")
    assert entries()[1]["remove_after"] == date(2026, 6, 11)


def test_a_policy_has_other_periods(cli: Cli) -> None:
    Path("p.toml").write_text("[notice]\ndays = 7\n", encoding="utf-8")
    marked(cli, "Quiet Tides", "--because", "low_use", "--policy", "p.toml")
    assert entries()[0]["remove_after"] == date(2026, 6, 8)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["Quiet Tide", "--because", "low_use"], 1, ["Quiet Tides"]),
        (["Quiet Tides", "--because", "dull"], 2, ["--because 'dull'", "low_use"]),
        (["Quiet Tides", "--because", "other"], 2, ["needs a detail: the reason", "--because other:DETAIL"]),
        (["Quiet Tides", "--because", "low_use", "--in", "soon"], 2, ["--in 'soon'", "30d"]),
        (["Quiet Tides", "--because", "low_use", "--in", "3651d"], 2, ["--in '3651d'", "3650d"]),
        (["Quiet Tides", "--because", "low_use", "--in", "29d"], 2, ["notice of 30 days (notice.days)"]),
        (["Quiet Tides", "--because", "low_use", "--replacement", "Nobody"], 1, ["'Nobody'"]),
        (["Quiet Tides", "--because", "low_use", "--replacement", "Quiet Tides"], 2, ["is to be removed itself"]),
        (["Quiet Tides"], 2, ["--because"]),
        (["--because", "low_use"], 2, ["NAME"]),
    ],
)
def test_without_sense_nothing_is_written(cli: Cli, arguments: list[str], code: int, words: list[str]) -> None:
    run = cli("mark", "image_generation", *arguments, "--file", str(FILE), "--demo")
    assert_refused(run, code, *words)
    assert not FILE.exists()


def test_a_model_is_marked_once(cli: Cli) -> None:
    marked(cli, "Quiet Tides", "--because", "low_use")
    before = FILE.read_bytes()
    run = cli("mark", "image_generation", "Quiet Tides", "--because", "low_use", "--file", str(FILE), "--demo")
    assert_refused(run, 1, "'Quiet Tides' is marked already", "unmark")
    assert FILE.read_bytes() == before


def test_there_must_be_a_file_to_write(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES)
    arguments = ("mark", "image_generation", "one", "--because", "low_use")
    assert_refused(cli(*arguments), 2, "no file of marks", "--file", "SOURCES__MARKS")
    assert_refused(cli(*arguments, "--demo"), 2, "URL", "--file")


def test_the_settings_name_the_file(cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch) -> None:
    curators.has(FIGURES)
    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__MARKS", str(FILE))
    assert cli("mark", "image", "one", "--because", "low_use").code == 0
    assert [found["name"] for found in entries()] == ["one"]


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_any_name_is_marked_and_unmarked(cli: Cli, curators: Curators, name: str) -> None:
    if "\0" in name or len(name) > 300:
        return
    curators.has(FIGURES | {name: 1})
    run = cli("mark", "image_generation", "--because", "low_use", "--file", str(FILE), "--", name)
    assert (run.code, run.err) == (0, "")
    assert [found["name"] for found in entries()] == [name]
    assert cli("unmark", "image_generation", "--file", str(FILE), "--", name).code == 0
    assert FILE.read_text() == ""
