"""``explain``: one model's verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from horde_model_reference.settings import ENV_PREFIX
from tests.support.background import in_background
from tests.support.builders import stats_of, status_of
from tests.support.command_line import Cli, World, assert_refused
from tests.support.file_server import FileServer
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.misbehaving_horde import Route
from tests.support.service import STATISTICS, BlockingClient, catalogue_bytes


@pytest.mark.parametrize("category", ["image_generation", "text_generation"])
def test_every_reason_and_every_api_name_is_shown(
    cli: Cli, demo: BlockingClient, monkeypatch: pytest.MonkeyPatch, category: str
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    route = f"{STATISTICS}/{category}/deletion-risk"
    rows = demo.get(f"{route}?sort=removal").json()["models"]
    for row in (rows[0], rows[20], rows[-1]):
        detail = demo.get(f"{route}/{row['name']}").json()
        run = cli("explain", category, row["name"], "--demo")
        assert (run.code, run.err) == (0, "")
        assert row["name"] in run.text
        assert row["risk_level"] in run.text
        assert all(entry["sentence"] in run.text and entry["flag"] in run.text for entry in detail["evidence"])
        assert all(name["api_name"] in run.text for name in detail["api_names"])


@pytest.mark.usefixtures("own_folder")
@pytest.mark.parametrize("policy", ["", "[protect]\ntop_by_month_usage = 48\n"])
def test_the_verdict_is_that_of_a_plan_by_the_policy(cli: Cli, policy: str) -> None:
    given = ("--policy", "p.toml") if policy else ()
    Path("p.toml").write_text(policy)
    plan = json.loads(cli("plan", "image_generation", "--demo", "--dry-run", "--format", "json", *given).out)
    for verdict in (plan["verdicts"][0], plan["verdicts"][20], plan["verdicts"][-1]):
        shown = cli("explain", "image_generation", verdict["name"], "--demo", *given)
        assert (shown.code, shown.err) == (0, "")
        said = " ".join(shown.text.split())
        assert f"By {'p.toml' if policy else 'the default policy'}: {verdict['verdict']}" in said
        run = cli("explain", "image_generation", verdict["name"], "--demo", "--format", "json", *given)
        found = json.loads(run.out)
        assert (found["verdict"], found["verdict_reasons"]) == (verdict["verdict"], verdict["reasons"])
        assert [found[key] for key in ("age_days", "kind", "replacements")] == [
            verdict[key] for key in ("age_days", "kind", "replacements")
        ]
        assert found["policy_hash"] == plan["policy_hash"]


@pytest.mark.usefixtures("own_folder")
def test_the_json_has_the_fields_of_the_api_s_detail(cli: Cli, demo: BlockingClient) -> None:
    detail = demo.get(f"{STATISTICS}/image_generation/deletion-risk/Umbra Noir").json()
    found = json.loads(cli("explain", "image", "Umbra Noir", "--demo", "--format", "json").out)
    codes = [reason["code"] for reason in found["verdict_reasons"]]
    assert {key: found[key] for key in detail} | {"verdict_reasons": list(dict.fromkeys(codes))} == detail


def test_a_policy_without_sense_is_1(cli: Cli, own_folder: Path) -> None:
    (own_folder / "p.toml").write_text("[protect]\nname = 3\n")
    run = cli("explain", "image", "Umbra Noir", "--demo", "--policy", "p.toml")
    assert_refused(run, 1, "protect.name: no such key")


@pytest.mark.parametrize("shown", ["table", "json"])
def test_rule_11_of_a_shrunk_catalogue_there_is_no_verdict(
    cli: Cli, world: World, monkeypatch: pytest.MonkeyPatch, shown: str
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv(f"{ENV_PREFIX}DATA_DIR", str(world.folder / "data"))
    with in_background(FileServer(catalogue_bytes(["Deliberate", "a", "b"]))) as server:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", server.url)
        assert cli("sync", "image_generation").code == 0
        server.content = catalogue_bytes(["Deliberate"])
        run = cli("explain", "image", "Deliberate", "--format", shown)
    assert (run.code, run.err) == (0, "")
    if shown == "table":
        assert "No verdict: The catalogue has shrunk: 2 of the 3 models" in run.text
    else:
        found = json.loads(run.out)
        assert (found["verdict"], found["verdict_reasons"], found["name"]) == (None, [], "Deliberate")


def test_a_model_that_nothing_speaks_against_says_so(cli: Cli, world: World) -> None:
    world.horde.payloads[Route.IMAGE_STATUS] = status_of({"Deliberate": 2})
    run = cli("explain", "image_generation", "Deliberate")
    assert (run.code, run.err) == (0, "")
    assert "Nothing speaks against it." in run.text
    assert "20 in 30 days" in run.text


def test_a_model_that_nobody_reports_says_so(cli: Cli, world: World) -> None:
    world.horde.payloads[Route.IMAGE_STATS] = stats_of({"other": 1})
    world.horde.payloads[Route.IMAGE_STATUS] = status_of({"other": 1})
    run = cli("explain", "image_generation", "Deliberate")
    assert "Nobody has ever used it" in run.text
    assert "no name that belongs to it" in run.text


@pytest.mark.parametrize("asked", ["Delibrate", "", "\x1b[31mDeliberate\n", "\udcffDeliberate"])
def test_an_unknown_model_is_1_with_the_closest_names(cli: Cli, world: World, asked: str) -> None:
    assert_refused(cli("explain", "image_generation", asked), 1, "no model", "hint: The closest names are: Deliberate")


@pytest.mark.parametrize("asked", ["DELIBERATE", "deliberate", "straße", "STRASSE"])
def test_a_name_is_found_ignoring_case_where_one_matches(cli: Cli, world: World, asked: str) -> None:
    world.image_catalogue().write_bytes(catalogue_bytes(["Deliberate", "Straße"]))
    run = cli("explain", "image", asked)
    assert (run.code, run.err) == (0, "")
    assert run.text.split()[0].casefold() == asked.casefold()


def test_names_that_differ_in_case_alone_must_be_told_apart(cli: Cli, world: World) -> None:
    world.image_catalogue().write_bytes(catalogue_bytes(["Harbor", "HARBOR"]))
    assert cli("explain", "image", "HARBOR").text.startswith("HARBOR ")
    assert_refused(cli("explain", "image", "harbor"), 1, "no model", "HARBOR", "Harbor")


def test_a_category_without_usage_is_2(cli: Cli) -> None:
    assert_refused(cli("explain", "lora", "x", "--demo"), 2, "lora")


@pytest.mark.parametrize(
    "what", ["ansi", "c1", "markup", "closing markup", "newline", "right to left", "minus", "wide"]
)
def test_rule_13_any_name_can_be_explained_and_is_inert(cli: Cli, world: World, what: str) -> None:
    name = HOSTILE_NAMES[what]
    world.image_catalogue().write_bytes(catalogue_bytes([name]))
    world.horde.payloads[Route.IMAGE_STATS] = stats_of({name: 5})
    world.horde.payloads[Route.IMAGE_STATUS] = status_of({name: 5})
    run = cli("explain", "image_generation", "--", name)
    assert (run.code, run.err) == (0, "")
    assert not ACTIVE.search(run.text.replace("\n", ""))
    assert "Nothing speaks against it." in run.text
