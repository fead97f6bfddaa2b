"""What a plan is written out as, and where not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from horde_model_reference.curation.artefacts import artefact_makers, artefacts, write_artefacts
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.curation.planned_file import PlannedFile
from horde_model_reference.errors import CatalogueCutError, OutputError, PlanError
from horde_model_reference.marks.because import Because, RemovalCode
from tests.support.builders import TEXT, record
from tests.support.curation import CROWD, UNLIMITED, facts_of, plan_of, removed_from
from tests.support.git import git, new_repository
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES

FIGURES = CROWD | {"one": 1, "two": 2}
CONTENT = json.dumps({name: record() for name in FIGURES}, indent=4).encode()
FILE = PlannedFile("catalogue.json", "sub/catalogue.json", CONTENT)


def a_plan(*select: str) -> Plan:
    return plan_of(facts_of(FIGURES), select=select)


def test_a_plan_that_removes_nothing_is_only_itself() -> None:
    assert artefacts(a_plan(), FILE).keys() == {"plan.json", "plan.md"}


def test_a_plan_that_removes_something_has_new_file_and_patch() -> None:
    files = artefacts(a_plan("one"), FILE)
    assert files.keys() == {"plan.json", "plan.md", "catalogue.json", "removals.patch"}
    assert json.loads(files["catalogue.json"]).keys() == FIGURES.keys() - {"one"}
    patch = files["removals.patch"].decode()
    assert patch.startswith("diff --git a/sub/catalogue.json b/sub/catalogue.json\n")
    assert [line for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++")] == []


def test_a_catalogue_that_cannot_be_cut_spoils_no_more_than_what_is_cut_from_it() -> None:
    broken = PlannedFile("catalogue.json", "catalogue.json", b'{\n"a": {')
    makers = artefact_makers(a_plan("one"), broken)
    assert [bool(makers[name]()) for name in ("plan.json", "plan.md")] == [True, True]
    for name in ("catalogue.json", "removals.patch"):
        with pytest.raises(CatalogueCutError, match="line 2"):
            makers[name]()


@pytest.mark.parametrize("what", ["ansi", "newline", "wide"])
def test_the_reasons_of_people_stand_before_the_patch_and_git_skips_them(what: str, tmp_path: Path) -> None:
    detail = f"--- a/{HOSTILE_NAMES[what]}"
    because = {"one": Because(code=RemovalCode.OTHER, detail=detail), "two": Because(code=RemovalCode.BROKEN)}
    plan = plan_of(facts_of(FIGURES), UNLIMITED, select=["one", "two"], because=because)
    files = artefacts(plan, FILE)
    text = files["removals.patch"].decode().partition("diff --git ")[0]
    assert "Removed: two (broken)\n" in text
    assert text.count("\n") == 3
    assert not ACTIVE.search(text.replace("\n", ""))
    repository = new_repository(tmp_path / "clone", {"sub/catalogue.json": CONTENT})
    (tmp_path / "removals.patch").write_bytes(files["removals.patch"])
    git(repository, "apply", str(tmp_path / "removals.patch"))
    assert (repository / "sub/catalogue.json").read_bytes() == files["catalogue.json"]


def test_rule_12_same_inputs_same_bytes() -> None:
    assert artefacts(a_plan("one", "two"), FILE) == artefacts(a_plan("one", "two"), FILE)


def test_the_written_plan_is_read_back(tmp_path: Path) -> None:
    plan = plan_of(facts_of(FIGURES, days={"one": None}), select=["one"], overrides={"one": "agreed"})
    write_artefacts(artefacts(plan, FILE), tmp_path / "out", [])
    assert read_plan(tmp_path / "out" / "plan.json") == plan


def test_the_generated_file_is_changed_along() -> None:
    names = {"a/X-7B": 9000, "b/X-7B": 100, "c/X-7B": 50, "d/Y-7B": 9000}
    facts = facts_of(names, records={name: {"parameters": 7 * 10**9} for name in names}, category=TEXT)
    plan = plan_of(facts, UNLIMITED, select=["b/X-7B", "d/Y-7B"], overrides={"b/X-7B": "x", "d/Y-7B": "y"})
    content = "".join(["name,parameters_bn\r\n", *(f"{name},7\r\n" for name in names)]).encode()
    entries = [entry for name in names for entry in (name, f"aphrodite/{name}", f"koboldcpp/{name.partition('/')[2]}")]
    generated = json.dumps({entry: {} for entry in entries}).encode()
    files = artefacts(
        plan, PlannedFile("models.csv", "models.csv", content), PlannedFile("db.json", "out/db.json", generated)
    )
    assert files["models.csv"] == b"name,parameters_bn\r\na/X-7B,7\r\nc/X-7B,7\r\n"
    assert list(json.loads(files["db.json"])) == [
        "a/X-7B",
        "aphrodite/a/X-7B",
        "koboldcpp/X-7B",
        "c/X-7B",
        "aphrodite/c/X-7B",
    ]
    assert b"b/out/db.json" in files["removals.patch"]
    assert b"b/models.csv" in files["removals.patch"]
    itself = artefacts(plan, PlannedFile("db.json", "db.json", generated))
    assert itself["db.json"] == files["db.json"], "a catalogue that is itself a db.json"


@pytest.mark.parametrize("name", ["plan.json", "plan.md", "removals.patch"])
def test_files_of_the_same_name_are_refused(name: str) -> None:
    with pytest.raises(PlanError, match="beside each other"):
        artefacts(a_plan("one"), PlannedFile(name, name, CONTENT))
    with pytest.raises(PlanError, match="beside each other"):
        artefacts(a_plan("one"), FILE, FILE)


class TestWriting:
    def test_a_second_plan_leaves_nothing_of_the_first(self, tmp_path: Path) -> None:
        originals = [Path("elsewhere/catalogue.json")]
        write_artefacts(artefacts(a_plan("one"), FILE), tmp_path, originals)
        (tmp_path / "notes.txt").write_text("mine")
        written = write_artefacts(artefacts(a_plan(), FILE), tmp_path, originals)
        assert {path.name for path in written} == {"plan.json", "plan.md"}
        assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"plan.json", "plan.md", "notes.txt"}
        assert removed_from(read_plan(tmp_path / "plan.json")) == []

    @pytest.mark.parametrize("select", [["one"], []])
    @pytest.mark.parametrize("folder", ["here", "here/../here", "link"])
    def test_the_catalogue_s_own_folder_is_refused(self, tmp_path: Path, folder: str, select: list[str]) -> None:
        here = tmp_path / "here"
        here.mkdir()
        (tmp_path / "link").symlink_to(here)
        (here / "catalogue.json").write_bytes(CONTENT)
        with pytest.raises(PlanError, match="nothing was written"):
            write_artefacts(artefacts(a_plan(*select), FILE), tmp_path / folder, [here / "catalogue.json"])
        assert [path.name for path in here.iterdir()] == ["catalogue.json"]
        assert (here / "catalogue.json").read_bytes() == CONTENT

    def test_the_folder_is_made(self, tmp_path: Path) -> None:
        write_artefacts({"plan.json": b"{}"}, tmp_path / "a" / "b", [])
        assert (tmp_path / "a" / "b" / "plan.json").read_bytes() == b"{}"

    def test_a_folder_that_cannot_be_written_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(OutputError, match="file"):
            write_artefacts({"plan.json": b"{}"}, tmp_path / "file", [])
        (tmp_path / "plan.json").mkdir()
        with pytest.raises(OutputError):
            write_artefacts({"plan.json": b"{}"}, tmp_path, [])
