"""``apply``: a plan carried out on a file."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from horde_model_reference.curation.catalogue_files import generated_names, remove_records
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.demo import DATA
from horde_model_reference.settings import ENV_PREFIX
from tests.support.builders import status_of
from tests.support.command_line import Cli, Run, assert_refused
from tests.support.curation import removed_from
from tests.support.curators import FIGURES, Curators
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.misbehaving_horde import EMPTY, Route

pytestmark = pytest.mark.usefixtures("own_folder")
PLAN = "deletion-plan/plan.json"
POLICY = "[limits]\nmax_models = 99\nmax_share_of_models = 99\n"


def planned(cli: Cli, *arguments: str) -> list[str]:
    """Make a plan of all the models that may go; return what it removes."""
    Path("p.toml").write_text(POLICY, encoding="utf-8")
    run = cli("plan", "image_generation", "--policy", "p.toml", *arguments)
    assert (run.code, run.err) == (0, "")
    return removed_from(read_plan(Path(PLAN)))


def applied(cli: Cli, catalogue: Path, *arguments: str) -> Run:
    run = cli("apply", PLAN, "--catalogue", str(catalogue), *arguments)
    assert (run.code, run.err) == (0, "")
    return run


def test_the_sample_s_plan_is_applied(cli: Cli) -> None:
    catalogue = Path(shutil.copy(DATA / "stable_diffusion.json", "catalogue.json"))
    gone = planned(cli, "--demo")
    run = applied(cli, catalogue, "--demo")
    assert catalogue.read_bytes() == Path("deletion-plan/stable_diffusion.json").read_bytes()
    assert f"Removed {len(gone)} models: {', '.join(gone)}." in " ".join(run.text.split())
    assert "puts the records back" in " ".join(run.text.split())


def test_the_file_is_the_planned_one_and_keeps_its_mode(cli: Cli, curators: Curators) -> None:
    content = curators.has(FIGURES, ensure_ascii=False, indent="\t")
    curators.image_catalogue().chmod(0o600)
    gone = planned(cli)
    assert sorted(gone) == ["one", "three", "two"]
    applied(cli, curators.image_catalogue())
    assert curators.image_catalogue().read_bytes() == remove_records(content, gone, "c")
    assert stat.S_IMODE(curators.image_catalogue().stat().st_mode) == 0o600


def test_a_copy_elsewhere_will_do_if_it_is_the_same(cli: Cli, curators: Curators) -> None:
    content = curators.has(FIGURES)
    planned(cli)
    copy = Path(shutil.copy(curators.image_catalogue(), "copy.json"))
    applied(cli, copy)
    assert copy.read_bytes() == Path("deletion-plan/image_generation.json").read_bytes()
    assert curators.image_catalogue().read_bytes() == content


def test_another_revision_is_refused(cli: Cli, curators: Curators) -> None:
    content = curators.has(FIGURES)
    planned(cli)
    curators.image_catalogue().write_bytes(content + b"\n")
    run = cli("apply", PLAN, "--catalogue", str(curators.image_catalogue()))
    assert_refused(run, 1, "has changed since the plan was made", "hint: Make a new plan.")
    assert curators.image_catalogue().read_bytes() == content + b"\n"


def test_what_has_recovered_stays_and_is_said(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES)
    planned(cli)
    curators.uses(FIGURES | {"two": 900})
    run = applied(cli, curators.image_catalogue())
    said = " ".join(run.text.split())
    assert "Removed 2 models: three, one." in said
    assert "Kept two, which has recovered: It had 900 requests in 30 days, not less than 200." in said
    assert "two" in json.loads(curators.image_catalogue().read_bytes())


def test_a_style_that_names_one_now_protects_it(cli: Cli, curators: Curators) -> None:
    content = curators.has(FIGURES)
    planned(cli)
    assert curators.has(FIGURES, {"new style": "three"}) == content
    said = " ".join(applied(cli, curators.image_catalogue()).text.split())
    assert "Kept three, which has recovered: Styles that name it: 1." in said


@pytest.mark.parametrize("unread", ["stats", "styles", "status"])
def test_rule_3_where_it_cannot_be_told_any_more_nothing_is_done(
    cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch, unread: str
) -> None:
    content = curators.has(FIGURES)
    planned(cli)
    if unread == "styles":
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__STYLES", "nowhere.json")
    else:
        curators.horde.always(Route.IMAGE_STATS if unread == "stats" else Route.IMAGE_STATUS, EMPTY)
    run = applied(cli, curators.image_catalogue())
    assert "Removed 0 models: none." in run.text
    assert run.text.count("which has recovered") == 3
    assert "unknown" in run.text
    assert "undo" not in run.text
    assert curators.image_catalogue().read_bytes() == content


def test_jobs_that_wait_now_protect(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES)
    planned(cli)
    curators.horde.payloads[Route.IMAGE_STATUS] = status_of({"elsewhere": 1, "one": 1}, {"one": 5})
    assert "Kept one, which has recovered: Jobs waiting for it: 5." in applied(cli, curators.image_catalogue()).text


def test_verdicts_that_were_edited_are_computed_again(cli: Cli, curators: Curators) -> None:
    """Section 8: the plan's choice of names is trusted, its verdicts are not."""
    content = curators.has(FIGURES)
    planned(cli)
    raw = json.loads(Path(PLAN).read_bytes())
    for verdict in raw["verdicts"]:
        verdict["verdict"] = "remove"
    Path(PLAN).write_text(json.dumps(raw), encoding="utf-8")
    run = cli("apply", PLAN, "--catalogue", str(curators.image_catalogue()))
    protected = next(found["name"] for found in raw["verdicts"] if found["name"] not in {"one", "two", "three"})
    assert_refused(run, 1, "may not be removed", f"'{protected}'", "hint: Make a new plan")
    assert curators.image_catalogue().read_bytes() == content
    assert "no runs" in cli("undo").text


def test_limits_that_were_edited_away_are_refused(cli: Cli, curators: Curators) -> None:
    content = curators.has(FIGURES)
    planned(cli)
    raw = json.loads(Path(PLAN).read_bytes())
    raw["policy"]["limits"]["max_models"] = 1
    Path(PLAN).write_text(json.dumps(raw), encoding="utf-8")
    run = cli("apply", PLAN, "--catalogue", str(curators.image_catalogue()))
    assert_refused(run, 1, "its policy is not that of its hash")
    assert curators.image_catalogue().read_bytes() == content


def test_an_override_holds(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES, {"a": "two"})
    planned(cli, "--select", "two", "--override", "two=agreed")
    assert "Removed 1 model: two." in applied(cli, curators.image_catalogue()).text


def test_the_generated_file_loses_its_entries(cli: Cli) -> None:
    name = "Northwind/Harbor-8B-Instruct-v1.2"
    catalogue = Path(shutil.copy(DATA / "models.csv", "models.csv"))
    empty: dict[str, str] = {}
    entries = dict.fromkeys((*sorted(generated_names([name], [])), "other/x"), empty)
    Path("db.json").write_text(json.dumps(entries), encoding="utf-8")
    Path("p.toml").write_text("[limits]\nmax_share_of_month_usage = 100\n", encoding="utf-8")
    select = ("--select", name, "--override", f"{name}=a test", "--policy", "p.toml")
    assert cli("plan", "text_generation", "--demo", *select).code == 0
    applied(cli, catalogue, "--db-json", "db.json", "--demo")
    assert json.loads(Path("db.json").read_bytes()) == {"other/x": {}}
    assert catalogue.read_bytes() == Path("deletion-plan/models.csv").read_bytes()


@pytest.mark.parametrize(
    ("plan", "catalogue", "words"),
    [
        ("none.json", "x.json", ["none.json", "No such file"]),
        ("x.json", "x.json", ["no plan"]),
        (PLAN, "none.json", ["none.json", "No such file"]),
        (PLAN, "x.json", ["has changed"]),
    ],
)
def test_what_is_not_there_is_1(cli: Cli, plan: str, catalogue: str, words: list[str]) -> None:
    planned(cli, "--demo")
    Path("x.json").write_text("{}")
    assert_refused(cli("apply", plan, "--catalogue", catalogue, "--demo"), 1, *words)


def test_rule_13_hostile_names_are_inert(cli: Cli, curators: Curators) -> None:
    hostile = dict.fromkeys(HOSTILE_NAMES.values(), 3)
    curators.has({f"popular {at}": 10_000 for at in range(40)} | hostile)
    assert set(planned(cli)) == set(hostile)
    curators.uses({f"popular {at}": 10_000 for at in range(40)} | hostile | {HOSTILE_NAMES["ansi"]: 900})
    run = applied(cli, curators.image_catalogue())
    assert not ACTIVE.search(run.text.replace("\n", ""))
    assert "Kept \\x1b[31mred" in run.text
    assert not ACTIVE.search(cli("undo").text.replace("\n", ""))
