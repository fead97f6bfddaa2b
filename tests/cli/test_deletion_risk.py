"""``deletion-risk``: the endpoint's answer, on the screen or in a file, and what can go wrong on the way."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sys
from pathlib import Path

import pytest

from horde_model_reference.analytics.filter_presets import PRESETS
from horde_model_reference.analytics.risk_level import RiskLevel
from horde_model_reference.analytics.risk_query import SCALAR_COLUMNS
from horde_model_reference.body_limits import DEFAULT_LIMITS
from horde_model_reference.settings import ENV_PREFIX
from tests.support.command_line import Cli, Terminal, World, assert_refused
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.misbehaving_horde import (
    EMPTY,
    HANGING,
    HTML,
    NO_HEADERS,
    NOT_FOUND,
    RESET,
    SERVER_ERROR,
    TOO_MANY_WAIT,
    Behaviour,
    Route,
)
from tests.support.service import STATISTICS, BlockingClient, catalogue_bytes, without_times

TOO_LARGE = Behaviour("a body of more than is read", lambda payload: b" " * (DEFAULT_LIMITS.max_bytes + 1))

QUESTIONS = [
    ("image_generation", [], ""),
    ("text_generation", ["--group-text-models"], "?group_text_models=true"),
    (
        "text_generation",
        ["--include-backend-variations", "--sort", "removal"],
        "?include_backend_variations=true&sort=removal",
    ),
    (
        "text_generation",
        ["--preset", "low_usage", "--limit", "3", "--offset", "1"],
        "?preset=low_usage&limit=3&offset=1",
    ),
    ("image_generation", ["--search", "a", "--risk-level", "medium"], "?search=a&risk_level=medium"),
    ("image_generation", ["--sfw", "--sort=-size_gb"], "?nsfw=false&sort=-size_gb"),
    ("image_generation", ["--nsfw"], "?nsfw=true"),
    (
        "image_generation",
        ["--host", "huggingface.co", "--baseline", "stable_diffusion_1"],
        "?host=huggingface.co&baseline=stable_diffusion_1",
    ),
    ("image_generation", ["--preset", ""], "?preset="),
    ("image_generation", ["--offset", "1000"], "?offset=1000"),
]


@pytest.mark.parametrize(("category", "options", "query"), QUESTIONS, ids=[query for *_, query in QUESTIONS])
def test_json_is_the_endpoints_body(
    cli: Cli, demo: BlockingClient, category: str, options: list[str], query: str
) -> None:
    """Byte for byte; but the Horde is asked at another moment."""
    run = cli("deletion-risk", category, "--demo", "--format", "json", *options)
    answer = demo.get(f"{STATISTICS}/{category}/deletion-risk{query}")
    assert (run.code, run.err) == (0, "")
    assert without_times(run.out) == without_times(answer.content)


@pytest.mark.parametrize(("category", "options", "query"), QUESTIONS[:4], ids=[query for *_, query in QUESTIONS[:4]])
def test_csv_is_the_endpoints_body(
    cli: Cli, demo: BlockingClient, category: str, options: list[str], query: str
) -> None:
    run = cli("deletion-risk", category, "--demo", "--format", "csv", *options)
    assert run.code == 0
    assert run.out == demo.get(f"{STATISTICS}/{category}/deletion-risk.csv{query}").content


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
def test_the_table_goes_from_the_most_to_the_least_removable(
    cli: Cli, demo: BlockingClient, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    run = cli("deletion-risk", category, "--demo")
    assert (run.code, run.err) == (0, "")
    rows = demo.get(f"{STATISTICS}/{category}/deletion-risk?sort=removal").json()["models"]
    shown = re.findall(rf"(?m)^ (.+?) +({'|'.join(RiskLevel)}) ", run.text)
    assert shown == [(row["name"], row["risk_level"]) for row in rows]
    assert "at risk" in run.text
    assert "Horde asked just now" in run.text


@pytest.mark.parametrize("form", ["table", "markdown", "json", "csv"])
def test_a_pipe_gets_no_colour(cli: Cli, form: str) -> None:
    run = cli("deletion-risk", "text_generation", "--demo", "--format", form)
    assert run.code == 0
    assert b"\x1b" not in run.out
    assert "Harbor" in run.text


@pytest.mark.parametrize(("short", "category"), [("image", "image_generation"), ("text", "text_generation")])
def test_the_short_form_of_a_category_is_the_same(cli: Cli, short: str, category: str) -> None:
    command = ("--demo", "--format", "csv")
    assert cli("deletion-risk", short, *command).out == cli("deletion-risk", category, *command).out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--baseline", "sd1"], ["--baseline sd1: ", "flux_1, stable_cascade, stable_diffusion_1, "]),
        (["--host", "example.org"], ["--host example.org: ", "civitai.com, "]),
        (["--reason", "unused"], ["--reason unused: ", "age_unknown, among_the_most_used, "]),
        (["--backend", "koboldcp"], ["--backend koboldcp: ", "canonical"]),
        (["--baseline", "\x1b[31m", "--host", ""], ["--baseline \\x1b[31m: "]),
    ],
    ids=["baseline", "host", "reason", "backend", "hostile"],
)
def test_a_filter_that_nothing_matches_lists_what_there_is(cli: Cli, options: list[str], told: list[str]) -> None:
    run = cli("deletion-risk", "image", "--demo", *options)
    assert run.code == 0
    assert "0 of 48 models" in run.text
    (line,) = run.err.splitlines()
    assert line.startswith("warning: ")
    assert all(words in line for words in told)


def test_a_filter_on_what_no_model_has_says_so(cli: Cli) -> None:
    run = cli("deletion-risk", "text", "--demo", "--host", "huggingface.co")
    assert run.err == "warning: --host huggingface.co: no model has it; no model names any.\n"


@pytest.mark.parametrize("options", [["--baseline", "stable_diffusion_1"], ["--host", "HUGGINGFACE.co"]])
def test_a_filter_that_matches_warns_of_nothing(cli: Cli, options: list[str]) -> None:
    """Also where another filter takes all of its rows."""
    assert cli("deletion-risk", "image", "--demo", "--search", "no such model", *options).err == ""


@pytest.mark.parametrize("columns", [40, 46, 50])
def test_names_stay_readable_on_a_narrow_terminal(
    cli: Cli, demo: BlockingClient, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    run = cli("deletion-risk", "image", "--demo", "--limit", "9")
    shown = demo.get(f"{STATISTICS}/image_generation/deletion-risk?sort=removal&limit=9").json()["models"]
    assert max(map(len, run.text.splitlines())) <= columns
    assert all(word in run.text for row in shown for word in row["name"].split())
    assert "Not shown, for want of room: Share" in run.text


@pytest.mark.parametrize("columns", [60, 133])
def test_the_table_is_as_wide_as_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    run = cli("deletion-risk", "text_generation", "--demo", "--include-backend-variations")
    assert columns - 30 < max(map(len, run.text.splitlines())) <= columns


@pytest.mark.parametrize("form", ["table", "markdown", "json", "csv"])
def test_the_report_goes_to_a_file(cli: Cli, tmp_path: Path, form: str) -> None:
    command = ("deletion-risk", "image_generation", "--demo", "--format", form)
    written = cli(*command, "--output", str(tmp_path / "report"))
    assert (written.code, written.out, written.err) == (0, b"", "")
    assert without_times((tmp_path / "report").read_bytes()) == without_times(cli(*command).out)


@pytest.mark.parametrize("output", ["{folder}", "{folder}/absent/report", "{folder}/a file/report"])
def test_a_file_that_cannot_be_written_is_named(cli: Cli, tmp_path: Path, output: str) -> None:
    (tmp_path / "a file").write_bytes(b"")
    run = cli("deletion-risk", "image_generation", "--demo", "--output", output.format(folder=tmp_path))
    assert_refused(run, 1, str(tmp_path), "--output")


@pytest.mark.parametrize("form", ["table", "markdown", "json", "csv"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_in_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert_refused(
            cli("deletion-risk", "image_generation", "--demo", "--format", form), 1, "Standard output", "hint"
        )


def test_a_closed_standard_output_is_told_in_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert_refused(cli("deletion-risk", "image_generation", "--demo"), 1, "Standard output")


def test_what_the_terminals_encoding_lacks_is_escaped(cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.image_catalogue().write_bytes(catalogue_bytes(["模型"]))
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii") as limited:
        monkeypatch.setattr(sys, "stdout", limited)
        assert cli("deletion-risk", "image_generation").code == 0
        assert rb"\u6a21\u578b" in raw.getvalue()


def test_parquet_is_not_written_onto_a_terminal(
    cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command, terminal = ("deletion-risk", "image_generation", "--format", "parquet"), Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert_refused(cli(*command), 1, "Parquet", "terminal", "--output")
    assert (terminal.buffer.getvalue(), world.horde.count()) == (b"", 0)
    assert cli(*command, "--output", str(tmp_path / "report")).code == 0
    assert (tmp_path / "report").read_bytes().startswith(b"PAR1")


@pytest.mark.parametrize(
    ("category", "options", "shown"),
    [
        ("text_generation", ["--format", "table"], True),
        ("text_generation", ["--format", "json"], True),
        ("text_generation", ["--format", "csv"], False),
        ("text_generation", ["--format", "markdown"], False),
        ("text_generation", ["--format", "parquet"], False),
        ("text_generation", ["--format", "table", "--group-text-models"], False),
        ("image_generation", ["--format", "json"], False),
    ],
)
def test_who_asks_for_backends_where_there_are_none_is_warned(
    cli: Cli, category: str, options: list[str], shown: bool
) -> None:
    command = ("deletion-risk", category, "--demo", *options)
    plain, asked = cli(*command), cli(*command, "--include-backend-variations")
    assert (plain.code, plain.err, asked.code) == (0, "", 0)
    assert (without_times(asked.out) != without_times(plain.out)) is shown
    assert [line.partition(":")[0] for line in asked.err.splitlines()] == ([] if shown else ["warning"])
    assert ("--include-backend-variations" in asked.err) is not shown


# Questions that cannot be asked.


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--preset", "nonsense"], ["nonsense", *PRESETS]),
        (["--sort", "nonsense"], ["nonsense", "removal", *SCALAR_COLUMNS]),
        (["--risk-level", "nonsense"], ["nonsense", *RiskLevel]),
        (["--sort", "\x1b[31mred\n"], []),
    ],
)
def test_an_unknown_name_is_2_and_the_valid_ones_are_listed(cli: Cli, options: list[str], words: list[str]) -> None:
    assert_refused(cli("deletion-risk", "image_generation", "--demo", *options), 2, *words)


@pytest.mark.parametrize("demo", [["--demo"], []])
def test_a_category_without_usage_is_2(cli: Cli, demo: list[str]) -> None:
    assert_refused(cli("deletion-risk", "lora", *demo), 2, "lora", "image_generation", "text_generation")


# Catalogues that cannot be had.


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"  \n",
        b"hello",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"<!doctype html>",
        b'"text"',
        b'{"a": {"description": "x"}, "b": {"descr',
        b'{"a": 1}',
        b'name,parameters_bn\n"a',
    ],
)
def test_a_file_that_is_no_catalogue_is_named(cli: Cli, world: World, content: bytes | None) -> None:
    path = world.image_catalogue()
    path.unlink() if content is None else path.write_bytes(content)
    reason = "No such file" if content is None else "expected"
    assert_refused(cli("deletion-risk", "image_generation"), 1, str(path), reason)
    assert world.horde.count() == 0


def test_a_folder_is_no_catalogue(cli: Cli, world: World) -> None:
    world.image_catalogue().unlink()
    world.image_catalogue().mkdir()
    assert_refused(cli("deletion-risk", "image_generation"), 1, str(world.image_catalogue()), "directory", "hint: ")


def test_an_empty_catalogue_has_nothing_to_report(cli: Cli, world: World) -> None:
    world.image_catalogue().write_bytes(b"{}")
    assert_refused(cli("deletion-risk", "image_generation"), 1, "image_generation", "no models")


@pytest.mark.parametrize(
    "location", ["http://", "ftp://host/file.json", "https:///file.json", "http://[::1/x", "x\x1b[31m\ny"]
)
def test_an_address_that_is_none_is_named(
    cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", location)
    assert_refused(cli("deletion-risk", "image_generation"), 1, "hint: ", "SOURCES__")


def test_a_catalogues_server_that_is_down_is_named(cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unserved:
        unserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unserved.getsockname()[1]}/stable_diffusion.json"
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", address)
        assert_refused(cli("deletion-risk", "image_generation"), 1, address, "hint: ")


# A Horde that fails.


@pytest.mark.parametrize(
    "behaviour",
    [NOT_FOUND, HTML, RESET, SERVER_ERROR, TOO_MANY_WAIT, NO_HEADERS, TOO_LARGE],
    ids=str,
)
def test_a_failing_horde_is_told_in_one_line(
    cli: Cli, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    if behaviour in HANGING:  # Whatever is late: it is the Horde that is told of.
        monkeypatch.setenv(f"{ENV_PREFIX}HORDE_API_TIMEOUT", "0.01")
    world.horde.always(Route.IMAGE_STATS, behaviour)
    report = tmp_path / "report"
    report.write_bytes(b"of yesterday")
    run = cli("deletion-risk", "image_generation", "--format", "json", "--output", str(report))
    assert_refused(run, 1, "Horde", "hint: ")
    assert report.read_bytes() == b"of yesterday"


def test_a_retry_leaves_no_trace(cli: Cli, world: World) -> None:
    world.horde.queue(Route.IMAGE_STATS, SERVER_ERROR)
    run = cli("deletion-risk", "image_generation", "--format", "json")
    assert (run.code, run.err) == (0, "")
    assert json.loads(run.out)["models"][0]["usage_month"] == 20
    assert world.horde.count(Route.IMAGE_STATS) == 2


def test_a_horde_that_is_down_is_told_in_one_line(cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unserved:
        unserved.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AI_HORDE_URL", f"http://127.0.0.1:{unserved.getsockname()[1]}/api/")
        assert_refused(cli("deletion-risk", "image_generation"), 1, "cannot be reached", "hint: ")


# What is reported, and does not stop a report.


def test_a_malformed_record_is_warned_of(cli: Cli, world: World) -> None:
    records = json.loads(catalogue_bytes(["Deliberate", "Broken"]))
    records["Broken"]["config"] = "nonsense"
    world.image_catalogue().write_text(json.dumps(records))
    run = cli("deletion-risk", "image_generation")
    assert (run.code, run.err) == (0, "")
    assert "Deliberate" in run.text
    assert "record_skipped: Record 'Broken'" in run.text
    assert "1 of 1 models" in run.text


def test_a_page_past_the_end_is_empty(cli: Cli) -> None:
    run = cli("deletion-risk", "image_generation", "--demo", "--offset", "1000")
    assert (run.code, run.err) == (0, "")
    assert "48 of 48 models" in run.text


def test_unknown_usage_is_told_and_not_zero(cli: Cli, world: World) -> None:
    """Rule 3: a question mark, and a warning."""
    world.horde.always(Route.IMAGE_STATS, EMPTY)
    run = cli("deletion-risk", "image_generation")
    assert (run.code, run.err) == (0, "")
    row = next(line for line in run.text.splitlines() if "Deliberate" in line)
    assert "?" in row
    assert "unused" not in row
    assert "usage_unknown: " in run.text


def test_a_data_folder_that_cannot_be_written_is_warned_of(
    cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    monkeypatch.setenv(f"{ENV_PREFIX}DATA_DIR", str(tmp_path / "a file" / "data"))
    run = cli("deletion-risk", "image_generation")
    assert (run.code, run.err) == (0, "")
    assert "data_dir_unwritable: " in run.text


def test_a_source_that_fails_later_leaves_its_last_good_copy(cli: Cli, world: World) -> None:
    assert cli("deletion-risk", "image_generation").code == 0
    world.image_catalogue().write_bytes(b"{broken")
    run = cli("deletion-risk", "image_generation")
    assert (run.code, run.err) == (0, "")
    assert "Deliberate" in run.text
    assert "catalogue_source_failed: " in run.text


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json"])
def test_rule_13_names_are_inert(cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    world.image_catalogue().write_bytes(catalogue_bytes(list(HOSTILE_NAMES.values())))
    run = cli("deletion-risk", "image_generation", "--format", form)
    assert (run.code, run.err) == (0, "")
    assert not ACTIVE.search(run.text.replace("\r\n", "").replace("\n", ""))
    assert HOSTILE_NAMES["markup"] in run.text
    assert HOSTILE_NAMES["emoji code"] in run.text


def test_the_environment_of_the_run_is_the_users(cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting changes the answer, so that the tests above can rely on theirs."""
    before = json.loads(cli("deletion-risk", "image_generation", "--format", "json").out)
    monkeypatch.setenv(f"{ENV_PREFIX}PREFERRED_FILE_HOSTS", '["elsewhere.example"]')
    after = json.loads(cli("deletion-risk", "image_generation", "--format", "json").out)
    flags = [body["models"][0]["deletion_risk_flags"]["has_non_preferred_host"] for body in (before, after)]
    assert flags == [False, True]
    assert os.environ[f"{ENV_PREFIX}DATA_DIR"]
