"""What was taken out can be put back, to the byte."""

from __future__ import annotations

import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from horde_model_reference.catalogue.formats import parse_catalogue
from horde_model_reference.curation.catalogue_files import cut, remove_records
from horde_model_reference.curation.journal import FileChange, Journal, Run, change_of, put_back, revision_of
from horde_model_reference.errors import CatalogueFormatError, PlanError
from tests.support.builders import IMAGE, TEXT
from tests.support.catalogue_files import Sample, csv_sample, json_sample, removals
from tests.support.racing import add_to_journal

PATH = Path("file")
UNDONE = datetime(2026, 11, 25, tzinfo=UTC)
JSON = b'{\n    "a": {},\n    "b": {},\n    "c": {},\n    "d": {}\n}\n'
CSV = b"name,parameters_bn\na,1\nb,2\na,3\nc,4"


@settings(max_examples=120)
@given(removals())
def test_the_file_is_what_it_was(removal: tuple[Sample, list[str]]) -> None:
    sample, gone = removal
    change, new = change_of(PATH, sample.content, set(gone))
    assert new == sample.without(gone)
    assert put_back(change, new) == sample.content
    assert put_back(change, sample.content) == sample.content, "where nothing was taken out yet"
    again = FileChange.model_validate_json(change.model_dump_json())
    assert put_back(again, new) == sample.content


@settings(max_examples=80)
@given(removals(), st.data())
def test_after_other_changes_the_records_are_back_among_their_old_neighbours(
    removal: tuple[Sample, list[str]], data: st.DataObject
) -> None:
    """Others were taken out meanwhile: what is left is in its old order, and nothing is lost or doubled."""
    sample, gone = removal
    change, new = change_of(PATH, sample.content, set(gone))
    staying = [name for name in dict.fromkeys(sample.names) if name not in set(gone)]
    others = data.draw(st.lists(st.sampled_from(staying), unique=True)) if staying else []
    restored = put_back(change, remove_records(new, others, "file"))
    expected = [record for record in cut(sample.content, "file").records if record[0] not in set(others)]
    found = cut(restored, "file").records
    assert [(name, text.rstrip("\r\n")) for name, text in found] == [
        (name, text.rstrip("\r\n")) for name, text in expected
    ]


@pytest.mark.parametrize(
    ("content", "gone", "edit", "expected"),
    [
        pytest.param(JSON, "b", (b'"c": {}', b'"c": {"x": 1}'), "a b c d", id="edited"),
        pytest.param(JSON, "d", (b'"c": {}\n', b'"c": {},\n    "new": {}\n'), "a b c d new", id="added after the last"),
        pytest.param(JSON, "a", (b'"b"', b'"new": {}, "b"'), "a new b c d", id="added before the first"),
        pytest.param(JSON, "abcd", (b"{}", b'{"new": {}}'), "a b c d new", id="added to nothing"),
        pytest.param(JSON, "c", (b'    "b": {},\n', b""), "a c d", id="the neighbour went"),
        pytest.param(b'{"a": {}}', "a", (b"{}", b'{\n  "new": {}\n}'), "a new", id="the only one, another added"),
        pytest.param(CSV, "c", (b"a,3\n", b"a,3\nnew,5\n"), "a b a c new", id="csv: added after the last"),
        pytest.param(CSV, "b", (b"c,4", b"c,4\nnew,5\n"), "a b a c new", id="csv: after a repeated name's first row"),
        pytest.param(CSV, "c", (b"a,3\n", b"a,3"), "a b a c", id="csv: the last line's end went"),
        pytest.param(
            CSV,
            "abc",
            (b"name,parameters_bn\n", b"name,parameters_bn\nnew,5"),
            "a b a c new",
            id="csv: added to nothing",
        ),
    ],
)
def test_after_edits(content: bytes, gone: str, edit: tuple[bytes, bytes], expected: str) -> None:
    change, new = change_of(PATH, content, set(gone))
    assert edit[0] in new
    restored = put_back(change, new.replace(*edit))
    assert cut(restored, "file").order() == expected.split()
    if restored.startswith(b"{"):
        assert list(json.loads(restored)) == expected.split()


@pytest.mark.parametrize(
    "sample", [json_sample({"a": {}, "b": {}, "c": {}}, indent=4), csv_sample([["a"], ["b"], ["c"]])]
)
def test_a_name_that_is_there_again_is_refused(sample: Sample) -> None:
    change, new = change_of(PATH, sample.content, {"a", "b"})
    taken_up = sample.without(["a"]).replace(b"{}", b'{"other": 1}', 1).replace(b'"b"\r', b'"b",1\r')
    assert cut(taken_up, "file").order() == ["b", "c"]
    with pytest.raises(PlanError, match="'b' again; nothing was put back"):
        put_back(change, taken_up)
    assert put_back(change, new) == sample.content


def test_records_that_an_interrupted_undo_has_put_back_stay() -> None:
    change, new = change_of(PATH, JSON, {"b", "c"})
    edited = put_back(change, new.replace(b'"a": {}', b'"a": {"x": 1}'))
    assert put_back(change, edited) == edited


def test_a_file_that_is_no_catalogue_any_more_is_refused() -> None:
    change, _ = change_of(PATH, JSON, {"b"})
    with pytest.raises(CatalogueFormatError):
        put_back(change, b"<<<<<<< HEAD\n")


def test_a_journal_that_does_not_fit_puts_nothing_back() -> None:
    change, new = change_of(PATH, JSON, {"b"})
    with pytest.raises(PlanError, match="cannot be made again"):
        put_back(change.model_copy(update={"old_revision": revision_of(b"another")}), new)


def test_the_restored_catalogues_are_read_as_before() -> None:
    rows = csv_sample([["a/x", "7"], ["b/y", "8"]], header="name,parameters_bn")
    change, new = change_of(PATH, rows.content, {"a/x"})
    assert parse_catalogue(put_back(change, new), TEXT, "f").records.keys() == {"a/x", "b/y"}
    models = json_sample({"one": {"baseline": "x"}, "two": {"baseline": "y"}})
    change, new = change_of(PATH, models.content, {"one", "two"})
    assert parse_catalogue(put_back(change, new), IMAGE, "f").records.keys() == {"one", "two"}


class TestRuns:
    def run(self, name: str) -> Run:
        change, _ = change_of(PATH, JSON, {"b"})
        return Run(run=name, at=datetime(2026, 11, 24, tzinfo=UTC), policy_hash="x", files=[change])

    def test_what_is_kept_is_read_back(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / "not yet" / "there")
        assert journal.names() == []
        for name in ("20261124T000001Z-b", "20261124T000000Z-a"):
            journal.add(self.run(name))
        assert journal.names() == ["20261124T000000Z-a", "20261124T000001Z-b"]
        assert journal.read("20261124T000000Z-a") == self.run("20261124T000000Z-a")

    def test_a_name_that_is_taken_gets_a_number(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path)
        runs = [journal.add(self.run("same")) for _ in range(3)]
        assert [run.run for run in runs] == journal.names() == ["same", "same-2", "same-3"]
        assert [journal.read(run.run) for run in runs] == runs

    def test_processes_that_add_at_once_take_different_names(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.support.racing"])
        listening, answer = context.Pipe(duplex=False)
        barrier = context.Barrier(6)
        arguments = (tmp_path, self.run("same"), barrier, answer)
        processes = [context.Process(target=add_to_journal, args=arguments, daemon=True) for _ in range(6)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert sorted(listening.recv() for _ in processes) == sorted(Journal(tmp_path).names())
        assert len(set(Journal(tmp_path).names())) == 6

    def test_one_that_ended_before_it_changed_anything_is_none(self, tmp_path: Path) -> None:
        """Killed between taking the name and writing the entry."""
        journal = Journal(tmp_path)
        journal.add(self.run("known"))
        (file,) = tmp_path.rglob("known.json")
        file.with_name("ended.json").touch()
        assert journal.names() == ["known"]
        with pytest.raises(PlanError, match="no run 'ended'"):
            journal.read("ended")
        assert journal.add(self.run("ended")).run == "ended-2"

    @pytest.mark.parametrize("name", ["none", "", "..", "../../etc/passwd", "a\0b", "\x1b[31m"])
    def test_an_unknown_run_is_refused_with_those_that_there_are(self, tmp_path: Path, name: str) -> None:
        journal = Journal(tmp_path)
        journal.add(self.run("known"))
        with pytest.raises(PlanError, match="the runs are: known") as refused:
            journal.read(name)
        assert "\x1b" not in refused.value.message

    @pytest.mark.parametrize("damage", [(b'"', b""), (b'"files"', b'"x"'), (b"20", b"\xff\xfe")])
    def test_a_damaged_one_is_said_to_be_so(self, tmp_path: Path, damage: tuple[bytes, bytes]) -> None:
        Journal(tmp_path).add(self.run("known"))
        (file,) = tmp_path.rglob("known.json")
        file.write_bytes(file.read_bytes().replace(*damage))
        with pytest.raises(PlanError, match="damaged") as refused:
            Journal(tmp_path).read("known")
        assert str(file) in refused.value.message
        assert "good copy" in refused.value.hint

    def test_one_that_cannot_be_read_is_not_said_to_be_absent(self, tmp_path: Path) -> None:
        Journal(tmp_path).add(self.run("known"))
        (file,) = tmp_path.rglob("known.json")
        file.unlink()
        file.mkdir()
        with pytest.raises(PlanError, match="damaged"):
            Journal(tmp_path).read("known")

    def test_a_run_without_files_is_damaged(self, tmp_path: Path) -> None:
        Journal(tmp_path).add(self.run("known").model_copy(update={"files": []}))
        with pytest.raises(PlanError, match="damaged"):
            Journal(tmp_path).read("known")

    def test_that_it_was_undone_is_kept(self, tmp_path: Path) -> None:
        journal, run = Journal(tmp_path), self.run("known")
        journal.add(run)
        journal.note_undone(run, UNDONE)
        assert journal.read("known") == run.model_copy(update={"undone_at": UNDONE})

    def test_a_journal_of_an_older_version_says_nothing_of_undoing(self, tmp_path: Path) -> None:
        journal, run = Journal(tmp_path), self.run("known")
        journal.add(run)
        (file,) = tmp_path.rglob("known.json")
        file.write_text(run.model_dump_json(exclude={"undone_at"}), encoding="utf-8")
        assert journal.read("known") == run

    def test_where_it_cannot_be_written_that_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(PlanError, match="journal cannot be written"):
            Journal(tmp_path / "file").add(self.run("x"))
        with pytest.raises(PlanError, match="journal cannot be written") as refused:
            Journal(tmp_path / "file").note_undone(self.run("x"), UNDONE)
        assert "records are back" in refused.value.hint
