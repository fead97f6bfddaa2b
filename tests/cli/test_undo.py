"""``undo``: what a run took out is put back."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from horde_model_reference.demo import DATA
from tests.support.command_line import Cli, assert_refused

pytestmark = pytest.mark.usefixtures("own_folder")
SAMPLE = (DATA / "stable_diffusion.json").read_bytes()


@pytest.fixture
def run(cli: Cli) -> str:
    """The name of a run on a copy of the sample."""
    shutil.copy(DATA / "stable_diffusion.json", "catalogue.json")
    assert cli("plan", "image_generation", "--demo").code == 0
    applied = cli("apply", "deletion-plan/plan.json", "--catalogue", "catalogue.json", "--demo")
    assert applied.code == 0, applied.err
    found = re.search(r"Run (\S+);", applied.text)
    assert found
    return found[1]


def test_the_file_is_what_it_was(cli: Cli, run: str) -> None:
    assert Path("catalogue.json").read_bytes() != SAMPLE
    undone = cli("undo", run, "--demo")
    assert (undone.code, undone.err) == (0, "")
    assert f"Put the records of run {run} back into" in " ".join(undone.text.split())
    assert Path("catalogue.json").read_bytes() == SAMPLE


def test_a_second_time_there_is_nothing_to_do(cli: Cli, run: str) -> None:
    assert cli("undo", run, "--demo").code == 0
    undone = cli("undo", run, "--demo")
    assert (undone.code, undone.text) == (0, "The files are already as they were before that run.\n")
    assert Path("catalogue.json").read_bytes() == SAMPLE


def test_the_plan_can_be_applied_again(cli: Cli, run: str) -> None:
    after = Path("catalogue.json").read_bytes()
    assert cli("undo", run, "--demo").code == 0
    again = cli("apply", "deletion-plan/plan.json", "--catalogue", "catalogue.json", "--demo")
    assert again.code == 0
    assert Path("catalogue.json").read_bytes() == after


def test_without_a_run_the_runs_are_listed(cli: Cli, run: str) -> None:
    listed = cli("undo", "--demo")
    assert listed.code == 0
    said = " ".join(listed.text.split())
    assert run in said
    gone = json.loads(SAMPLE).keys() - json.loads(Path("catalogue.json").read_bytes()).keys()
    assert f"{len(gone)} models from" in said
    assert all(name in said for name in gone)


def listed_state(cli: Cli, run: str) -> str:
    """What the list says of a run before it says what was taken."""
    said = " ".join(cli("undo", "--demo").text.split())
    return said.split(run)[1].split("models from")[0].strip().rsplit(" ", 1)[0]


def test_it_is_listed_whether_a_run_stands(cli: Cli, run: str) -> None:
    assert listed_state(cli, run) == "stands"
    assert cli("undo", run, "--demo").code == 0
    assert listed_state(cli, run) == "undone"


def test_a_run_whose_file_is_as_before_is_undone_whoever_did_it(cli: Cli, run: str) -> None:
    Path("catalogue.json").write_bytes(SAMPLE)
    assert listed_state(cli, run) == "undone"


def test_an_undone_run_stays_so_when_its_models_go_again(cli: Cli, run: str) -> None:
    after = Path("catalogue.json").read_bytes()
    assert cli("undo", run, "--demo").code == 0
    Path("catalogue.json").write_bytes(after)
    assert listed_state(cli, run) == "undone"


def test_where_the_file_is_gone_the_state_is_unknown(cli: Cli, run: str) -> None:
    Path("catalogue.json").unlink()
    assert listed_state(cli, run).startswith("unknown (")


def test_a_damaged_journal_hides_no_other_run(cli: Cli, run: str, own_folder: Path) -> None:
    (journal,) = own_folder.parent.rglob(f"{run}.json")
    damaged = journal.with_name("20200101T000000Z-damaged.json")
    damaged.write_bytes(journal.read_bytes()[:-20])
    listed = cli("undo", "--demo")
    assert (listed.code, listed.err) == (0, "")
    said = "".join(listed.text.split())
    assert str(damaged) in said
    assert "Putagoodcopyofthatfile" in said
    assert listed_state(cli, run) == "stands"
    assert_refused(cli("undo", damaged.stem, "--demo"), 1, str(damaged), "damaged")


def test_without_any_run_that_is_said(cli: Cli) -> None:
    listed = cli("undo", "--demo")
    assert (listed.code, listed.text) == (0, "There are no runs.\n")


def test_an_unknown_run_is_1(cli: Cli, run: str) -> None:
    assert_refused(cli("undo", "nonsense", "--demo"), 1, "no run 'nonsense'", run)


def test_a_model_that_is_there_again_is_1(cli: Cli, run: str) -> None:
    after = json.loads(Path("catalogue.json").read_bytes())
    gone = next(iter(json.loads(SAMPLE).keys() - after.keys()))
    Path("catalogue.json").write_text(json.dumps(after | {gone: {"baseline": "another"}}), encoding="utf-8")
    before = Path("catalogue.json").read_bytes()
    assert_refused(cli("undo", run, "--demo"), 1, gone, "again; nothing was put back")
    assert Path("catalogue.json").read_bytes() == before


def test_a_file_that_is_gone_is_1(cli: Cli, run: str) -> None:
    Path("catalogue.json").unlink()
    assert_refused(cli("undo", run, "--demo"), 1, "No such file")
