"""``history``, and the other commands that read it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from horde_model_reference.analytics.risk_query import RiskQuery
from horde_model_reference.analytics.verdict import Verdict
from horde_model_reference.cli.actions.deletion_risk import shows_past
from horde_model_reference.clock import Clock
from horde_model_reference.history.store import open_store
from horde_model_reference.reports.formats import Format
from horde_model_reference.settings import load_settings
from tests.support.builders import stats_of, status_of
from tests.support.command_line import Cli, Terminal, World, assert_refused
from tests.support.misbehaving_horde import MASKED, Route
from tests.support.past import compile_of, keep_all, look_of
from tests.support.service import catalogue_bytes


def saved(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.write_text(json.dumps(content))
    return str(path)


def test_collecting_twice_keeps_once(cli: Cli, world: World) -> None:
    world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 4})
    runs = [cli("history", "collect") for _ in range(2)]
    assert [run.code for run in runs] == [0, 0]
    assert "image: statistics new, workers new" in runs[0].err
    assert "image: statistics known, " in runs[1].err  # A later look at the workers is another.
    rows = list(csv.DictReader(io.StringIO(cli("history", "export", "--format", "csv", "--type", "image").text)))
    assert [row["usage_day"] for row in rows if row["api_name"] == "Deliberate" and row["usage_day"]] == ["4"]


def test_collecting_dates_models_that_no_other_source_dates(cli: Cli, world: World) -> None:
    """Design section 8, "Age": by the project's own record of the names that it saw each day."""
    dated = {"metadata": {"created_at": datetime(2024, 1, 1, tzinfo=UTC).timestamp()}}
    world.image_catalogue().write_bytes(catalogue_bytes({"Old": dated, "Undated": {}}))
    assert verdicts(cli)["Undated"]["age_days"] is None
    cli("history", "collect")
    ages = {name: verdict["age_days"] for name, verdict in verdicts(cli).items()}
    assert ages["Undated"] == 0
    assert ages["Old"] > 0


def verdicts(cli: Cli) -> dict[str, Any]:
    plan = json.loads(cli("plan", "image_generation", "--format", "json").text)
    return {verdict["name"]: verdict for verdict in plan["verdicts"]}


def test_collecting_keeps_the_figures_where_a_catalogue_cannot_be_read(
    cli: Cli, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HORDE_MODEL_REFERENCE_SOURCES__TEXT_GENERATION", str(tmp_path / "absent.csv"))
    world.horde.payloads[Route.IMAGE_STATS] = stats_of({"Deliberate": 4})
    run = cli("history", "collect")
    assert run.code == 0
    assert "image: statistics new, workers new" in run.err
    assert "text_generation: its names are not recorded: " in run.err


def test_an_answer_without_figures_keeps_nothing(cli: Cli, world: World) -> None:
    world.horde.always(Route.IMAGE_STATS, MASKED)
    assert "image: workers new\n" in cli("history", "collect").err


def test_saved_answers_make_a_history(cli: Cli, world: World, tmp_path: Path) -> None:
    files = [
        saved(tmp_path, f"stats_img-2026-05-{day:02}.json", stats_of({"Deliberate": (day, 300, 1000 + day)}))
        for day in range(1, 29)
    ]
    files.append(saved(tmp_path, "status-2026-05-03.json", status_of({"Deliberate": 2})))
    assert cli("history", "import", *files).err == "29 new\n"
    assert cli("history", "import", *reversed(files)).err == "29 known\n"
    shown = cli("explain", "image_generation", "Deliberate")
    assert "Use over time" in shown.text
    assert "last used on 2026-05-27" in shown.text
    row = next(csv.DictReader(io.StringIO(cli("deletion-risk", "image_generation", "--format", "csv").text)))
    assert (row["first_seen"], row["last_used"]) == ("2026-04-30", "2026-05-27")
    exported = pl.read_parquet(io.BytesIO(cli("history", "export").out))
    assert exported.height == 28
    assert exported["threads_mean"].drop_nulls().to_list() == [2.0]


def test_files_that_are_no_answers_are_refused(cli: Cli, world: World, tmp_path: Path) -> None:
    assert_refused(cli("history", "import", saved(tmp_path, "stats_img.json", stats_of({"a": 1}))), 1, "stats_img.json")
    assert_refused(cli("history", "import", "x.json", "--date", "nonsense"), 1, "--date")


@pytest.mark.parametrize("date", ["0001-01-01", "2099-05-01"])
def test_a_date_that_cannot_be_is_refused_and_nothing_is_kept(
    cli: Cli, world: World, tmp_path: Path, date: str
) -> None:
    answer = stats_of({"Deliberate": 4})
    assert_refused(cli("history", "import", saved(tmp_path, "img.json", answer), "--date", date), 1, "--date", date)
    named = saved(tmp_path, f"img-{date}.json", answer)
    assert_refused(cli("history", "import", named), 1, named)
    assert cli("history", "import", saved(tmp_path, "img-2026-05-01.json", answer)).err == "1 new\n"


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, 12, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC)])
def test_an_impossible_day_in_the_database_disturbs_no_command(
    cli: Cli, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    """As a wrong clock keeps it, or a version did that took every date."""
    monkeypatch.chdir(tmp_path)

    async def keep() -> None:
        store = await open_store(load_settings(), Clock())
        answers = compile_of(0, {"Deliberate": 7}), look_of(0, {"Deliberate": 7})
        await keep_all(store, [replace(answer, seen_at=moment) for answer in answers])
        await store.aclose()

    asyncio.run(keep())
    cli("history", "import", saved(tmp_path, "img-2026-05-01.json", stats_of({"Deliberate": 4})))
    assert "First seen on 2026-04-30, last used on 2026-04-30" in cli("explain", "image_generation", "Deliberate").text
    row = next(csv.DictReader(io.StringIO(cli("deletion-risk", "image_generation", "--format", "csv").text)))
    assert (row["first_seen"], row["last_used"]) == ("2026-04-30", "2026-04-30")
    rows = list(csv.DictReader(io.StringIO(cli("history", "export", "--format", "csv").text)))
    assert [row["day"] for row in rows] == ["2026-04-30"]
    assert cli("plan", "image_generation").code == 0
    assert cli("history", "prune").err == "0 months closed\n"


def without_rights_of_root() -> list[str]:
    """Return the words before a command that keep root's permission to write anywhere from it."""
    if sys.platform == "win32":
        pytest.skip("permissions of folders are POSIX's")
    if os.getuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may write everywhere, and setpriv is not installed")
    return [setpriv, "--bounding-set=-dac_override"]


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_history_that_cannot_be_written_is_exported_and_left_as_it_is(tmp_path: Path, journal: str) -> None:
    words = without_rights_of_root()
    folder = tmp_path / "odd #1?%"  # Its name has characters that mean something in a URI.
    folder.mkdir()
    environment = os.environ | {"HORDE_MODEL_REFERENCE_DATA_DIR": str(folder)}
    history = [*words, sys.executable, "-m", "horde_model_reference", "history"]
    answer = saved(tmp_path, "stats_img-2026-05-02.json", stats_of({"Deliberate": 7}))
    subprocess.run([*history, "import", answer], env=environment, check=True, capture_output=True)
    file = folder / "history.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
    before = file.read_bytes()
    file.chmod(0o444)
    folder.chmod(0o555)
    try:
        run = subprocess.run([*history, "export", "--format", "csv"], env=environment, capture_output=True, check=False)
    finally:
        folder.chmod(0o755)
    assert (run.returncode, run.stderr) == (0, b"")
    assert [row["usage_day"] for row in csv.DictReader(io.StringIO(run.stdout.decode())) if row["usage_day"]] == ["7"]
    assert (sorted(folder.iterdir()), file.read_bytes()) == ([file], before)


def test_pruning_says_what_it_did(cli: Cli, world: World, tmp_path: Path) -> None:
    old, new = stats_of({"a": 1}), stats_of({"a": 2})
    cli("history", "import", saved(tmp_path, "img-2024-01-15.json", old), saved(tmp_path, "img-2026-05-01.json", new))
    assert cli("history", "prune").err == "14 months closed\n"
    assert cli("history", "prune").err == "0 months closed\n"


def test_parquet_is_not_written_onto_a_terminal(
    cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert_refused(cli("history", "export"), 1, "Parquet", "terminal", "--output")
    assert terminal.buffer.getvalue() == b""
    assert cli("history", "export", "--output", str(tmp_path / "history")).code == 0
    assert (tmp_path / "history").read_bytes().startswith(b"PAR1")
    assert cli("history", "export", "--format", "csv").code == 0
    assert terminal.buffer.getvalue().startswith(b"type,api_name,day")


def test_a_database_that_is_away_is_said_and_the_report_is_made(
    cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HORDE_MODEL_REFERENCE_HISTORY__URL", "postgresql://u:secret-word@127.0.0.1:1/x")
    refused = cli("history", "collect")
    assert_refused(refused, 1, "database")
    body = json.loads(cli("deletion-risk", "image_generation", "--format", "json").out)
    assert [row["first_seen"] for row in body["models"]] == [None]
    assert "history_away" in [warning["code"] for warning in body["warnings"]]
    assert cli("explain", "image_generation", "Deliberate").code == 0
    assert "secret-word" not in refused.err


@pytest.mark.parametrize(
    ("written", "query", "shows"),
    [
        (Format.table, RiskQuery(sort="removal"), False),
        (Format.markdown, RiskQuery(), False),
        (Format.table, RiskQuery(sort="-trend_30d"), True),
        (Format.table, RiskQuery(sort="last_used"), True),
        (Format.table, RiskQuery(verdict=Verdict.REMOVE), True),
        (Format.markdown, RiskQuery(reason="seasonal"), True),
        *((each, RiskQuery(sort="name"), True) for each in (Format.json, Format.csv, Format.parquet)),
    ],
)
def test_the_past_is_read_where_it_shows(written: Format, query: RiskQuery, shows: bool) -> None:
    assert shows_past(written, query) is shows


def test_a_report_as_parquet(cli: Cli) -> None:
    run = cli("deletion-risk", "image_generation", "--demo", "--format", "parquet")
    frame = pl.read_parquet(io.BytesIO(run.out))
    assert frame.height == 48
    assert frame["trend_30d"].null_count() == 0
