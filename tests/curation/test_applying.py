"""Applying a plan and undoing it, also where the process ends on the way."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.curation.applying import (
    CatalogueFiles,
    apply_removals,
    check_file,
    is_undone,
    undo,
)
from horde_model_reference.curation.catalogue_files import generated_names, remove_records
from horde_model_reference.curation.journal import Journal, revision_of
from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.curation.rechecking import Decision, Recovered
from horde_model_reference.errors import PlanError
from horde_model_reference.reports.json_report import to_json
from tests.support.builders import TEXT, record
from tests.support.curation import CROWD, UNLIMITED, all_of, facts_of, plan_of, removed_from
from tests.support.killing import apply_and_undo, every_end
from tests.support.racing import AT, apply_plan
from tests.support.waiting import PATIENCE

FIGURES = CROWD | {"one": 1, "two": 2}
CONTENT = json.dumps({name: record() for name in FIGURES}, indent=4).encode()


@dataclass
class Desk:
    """A curator's files, and what is to be done with them."""

    files: CatalogueFiles
    decision: Decision
    journal: Journal
    old: dict[Path, bytes]
    new: dict[Path, bytes]

    def apply(self, at: datetime = AT) -> str:
        applied = apply_removals(self.decision, self.files, self.journal, at)
        assert applied.run is not None
        return applied.run

    def content(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.old}

    def write(self, content: dict[Path, bytes]) -> None:
        for path, written in content.items():
            path.write_bytes(written)

    def undo_all(self) -> None:
        for name in self.journal.names():
            undo(self.journal.read(name))


def decided(plan: Plan, content: bytes) -> Decision:
    """To remove all that a plan removes, as if it had been made from a file of this content."""
    data = plan.data_as_of.model_copy(update={"catalogue_revision": revision_of(content)})
    return all_of(plan.model_copy(update={"data_as_of": data}))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two image models to remove."""
    plan = plan_of(facts_of(FIGURES))
    assert removed_from(plan) == ["one", "two"]
    file = tmp_path / "catalogue.json"
    file.write_bytes(CONTENT)
    new = remove_records(CONTENT, ["one", "two"], "c")
    return Desk(CatalogueFiles(file), decided(plan, CONTENT), Journal(tmp_path / "data"), {file: CONTENT}, {file: new})


@pytest.fixture
def text_desk(tmp_path: Path) -> Desk:
    """A text model to remove from models.csv, and its generated entries from db.json."""
    names = {"a/X-7B": 9000, "b/X-7B": 100, "c/Y-7B": 9000}
    records = {name: {"parameters": 7 * 10**9} for name in names}
    facts = facts_of(names, records=records, category=TEXT)
    plan = plan_of(facts, UNLIMITED, {"protect": {"top_by_month_usage": 0}})
    assert removed_from(plan) == ["b/X-7B"]
    content = "".join(["name,parameters_bn\r\n", *(f"{name},7\r\n" for name in names)]).encode()
    entries = [entry for name in names for entry in sorted(generated_names([name], []))]
    generated = json.dumps({entry: {} for entry in entries}, indent=4).encode()
    files = CatalogueFiles(tmp_path / "models.csv", tmp_path / "db.json")
    assert files.generated is not None
    old = {files.catalogue: content, files.generated: generated}
    new = {
        files.catalogue: remove_records(content, ["b/X-7B"], "c"),
        files.generated: remove_records(generated, ["b/X-7B", "aphrodite/b/X-7B"], "d"),
    }
    desk = Desk(files, decided(plan, content), Journal(tmp_path / "data"), old, new)
    desk.write(old)
    return desk


@pytest.fixture(params=["desk", "text_desk"])
def any_desk(request: pytest.FixtureRequest) -> Desk:
    """Either of them."""
    found: Desk = request.getfixturevalue(request.param)
    return found


def test_apply_takes_out_and_undo_puts_back(any_desk: Desk) -> None:
    run = any_desk.apply()
    assert any_desk.content() == any_desk.new
    assert any_desk.journal.names() == [run]
    assert undo(any_desk.journal.read(run)) == [path.resolve() for path in any_desk.old]
    assert any_desk.content() == any_desk.old
    assert undo(any_desk.journal.read(run)) == []


class TestIsUndone:
    def test_it_stands_until_every_file_has_its_records_again(self, any_desk: Desk) -> None:
        run = any_desk.journal.read(any_desk.apply())
        assert not is_undone(run)
        for path, before in any_desk.old.items():
            assert not is_undone(run)
            path.write_bytes(before)
        assert is_undone(run)

    def test_other_edits_do_not_matter(self, text_desk: Desk) -> None:
        run = text_desk.journal.read(text_desk.apply())
        undo(run)
        text_desk.files.catalogue.write_bytes(text_desk.files.catalogue.read_bytes() + b"new/Z-7B,7\r\n")
        assert is_undone(run)

    def test_what_the_journal_knows_is_not_asked_of_the_files(self, desk: Desk) -> None:
        """The same models may have been taken out again by another run."""
        run = desk.journal.read(desk.apply())
        desk.journal.note_undone(run, AT)
        assert is_undone(desk.journal.read(run.run))

    def test_where_a_file_is_gone_nobody_can_tell(self, desk: Desk) -> None:
        run = desk.journal.read(desk.apply())
        desk.files.catalogue.unlink()
        with pytest.raises(PlanError):
            is_undone(run)


def test_the_journal_has_each_model_s_record(desk: Desk) -> None:
    run = desk.journal.read(desk.apply())
    assert [record.name for record in run.files[0].taken] == ["one", "two"]
    assert all('"description": "A model."' in record.text for record in run.files[0].taken)
    assert (run.at, run.policy_hash) == (AT, desk.decision.plan.policy_hash)


def test_the_file_s_mode_stays(desk: Desk) -> None:
    desk.files.catalogue.chmod(0o640)
    run = desk.apply()
    assert stat.S_IMODE(desk.files.catalogue.stat().st_mode) == 0o640
    undo(desk.journal.read(run))
    assert stat.S_IMODE(desk.files.catalogue.stat().st_mode) == 0o640


def test_a_link_to_the_file_is_followed(desk: Desk, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(desk.files.catalogue)
    applied = apply_removals(desk.decision, CatalogueFiles(link), desk.journal, AT)
    assert desk.content() == desk.new
    assert link.is_symlink()
    undo(desk.journal.read(applied.run or ""))
    assert desk.content() == desk.old


@pytest.mark.parametrize(
    "content",
    [CONTENT + b"\n", b"{}", remove_records(CONTENT, ["one", "two"], "c")],
    ids=["edited", "other", "applied"],
)
def test_another_revision_is_refused(desk: Desk, content: bytes) -> None:
    desk.files.catalogue.write_bytes(content)
    with pytest.raises(PlanError, match="has changed since the plan was made") as refused:
        desk.apply()
    assert refused.value.hint == "Make a new plan."
    assert desk.files.catalogue.read_bytes() == content
    assert desk.journal.names() == []
    desk.files.catalogue.unlink()
    with pytest.raises(PlanError, match="No such file"):
        check_file(desk.decision.plan, desk.files.catalogue)


def test_where_nothing_is_left_to_remove_nothing_is_done(desk: Desk) -> None:
    recovered = (Recovered("one", "Jobs waiting for it: 2."),)
    decision = replace(desk.decision, removed=(), recovered=recovered)
    applied = apply_removals(decision, desk.files, desk.journal, AT)
    assert (applied.run, applied.removed, applied.recovered) == (None, (), recovered)
    assert desk.content() == desk.old
    assert desk.journal.names() == []


class TestUndo:
    def test_after_other_records_were_edited_and_added(self, desk: Desk) -> None:
        run = desk.apply()
        raw = json.loads(desk.files.catalogue.read_bytes())
        raw["popular 03"]["description"] = "Edited."
        raw = {"first": record()} | raw | {"last": record()}
        desk.files.catalogue.write_bytes(json.dumps(raw, indent=4).encode())
        undo(desk.journal.read(run))
        restored = json.loads(desk.files.catalogue.read_bytes())
        assert list(restored) == ["first", *FIGURES, "last"]
        assert restored["popular 03"]["description"] == "Edited."
        assert restored["one"] == json.loads(CONTENT)["one"]

    @pytest.mark.parametrize("last_first", [True, False])
    def test_several_runs_are_undone(self, desk: Desk, last_first: bool) -> None:
        """To the byte when the last one goes first; else with every record, though perhaps not in its old place."""
        runs = []
        for at, name in enumerate(["one", "two"]):
            decision = decided(plan_of(facts_of(FIGURES), select=[name]), desk.files.catalogue.read_bytes())
            runs.append(apply_removals(decision, desk.files, desk.journal, AT + timedelta(seconds=at)).run or "")
        assert desk.content() == desk.new
        for run in reversed(runs) if last_first else runs:
            undo(desk.journal.read(run))
        assert json.loads(desk.files.catalogue.read_bytes()) == json.loads(CONTENT)
        assert desk.content() == desk.old or not last_first

    def test_a_name_that_is_there_again_is_refused(self, text_desk: Desk) -> None:
        run = text_desk.apply()
        taken_up = text_desk.files.catalogue.read_bytes() + b"b/X-7B,8\r\n"
        text_desk.files.catalogue.write_bytes(taken_up)
        before = text_desk.content()
        with pytest.raises(PlanError, match="'b/X-7B' again; nothing was put back"):
            undo(text_desk.journal.read(run))
        assert text_desk.content() == before

    def test_a_file_that_is_gone_is_refused(self, text_desk: Desk) -> None:
        run = text_desk.apply()
        assert text_desk.files.generated is not None
        text_desk.files.generated.unlink()
        with pytest.raises(PlanError, match="No such file"):
            undo(text_desk.journal.read(run))
        assert text_desk.files.catalogue.read_bytes() == text_desk.new[text_desk.files.catalogue]


class TestReadingPlans:
    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"version": 3}'])
    def test_what_is_no_plan_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "plan.json").write_bytes(content)
        with pytest.raises(PlanError, match="no plan"):
            read_plan(tmp_path / "plan.json")

    def test_a_missing_one_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PlanError, match="No such file"):
            read_plan(tmp_path / "plan.json")

    def test_one_with_a_key_too_many_is_refused(self, desk: Desk, tmp_path: Path) -> None:
        raw = json.loads(to_json(desk.decision.plan))
        raw["policy"]["limits"]["max_modles"] = 3
        (tmp_path / "plan.json").write_text(json.dumps(raw))
        with pytest.raises(PlanError, match="max_modles"):
            read_plan(tmp_path / "plan.json")


class TestEnds:
    """Killing it at any moment leaves the old or the new file, never a mixture; and the work can be gone on with."""

    def old_or_new(self, desk: Desk) -> None:
        for path, content in desk.content().items():
            assert content in {desk.old[path], desk.new[path]}, path

    def test_apply_stopped_at_every_write_sync_and_rename(self, any_desk: Desk, tmp_path: Path) -> None:
        def check(_: int) -> None:
            self.old_or_new(any_desk)
            any_desk.undo_all()
            assert any_desk.content() == any_desk.old
            any_desk.apply(at=AT + timedelta(hours=1))
            assert any_desk.content() == any_desk.new

        steps = every_end(any_desk.apply, lambda: any_desk.write(any_desk.old), check)
        assert steps >= 5 * (1 + len(any_desk.old)), "journal and files: made, written, synced, renamed, synced"

    def test_undo_stopped_at_every_write_sync_and_rename(self, any_desk: Desk) -> None:
        run = any_desk.apply()

        def check(_: int) -> None:
            self.old_or_new(any_desk)
            any_desk.undo_all()
            assert any_desk.content() == any_desk.old

        steps = every_end(lambda: undo(any_desk.journal.read(run)), lambda: any_desk.write(any_desk.new), check)
        assert steps >= 5 * len(any_desk.old)

    def test_undo_of_edited_files_stopped_at_every_step(self, text_desk: Desk) -> None:
        run = text_desk.apply()
        edited = {
            path: content.replace(b"c/Y-7B,7", b"c/Y-7B,9").replace(b'"c/Y-7B": {}', b'"c/Y-7B": {"x": 1}')
            for path, content in text_desk.new.items()
        }

        def check(_: int) -> None:
            undo(text_desk.journal.read(run))
            names = [b"b/X-7B,7\r\nc/Y-7B,9", b'"b/X-7B": {}']
            assert all(word in content for word, content in zip(names, text_desk.content().values(), strict=True))

        every_end(lambda: undo(text_desk.journal.read(run)), lambda: text_desk.write(edited), check)

    @pytest.mark.parametrize("fail", [1, 2])
    def test_a_full_disk_is_said_with_what_to_do(
        self, text_desk: Desk, monkeypatch: pytest.MonkeyPatch, fail: int
    ) -> None:
        """The journal and perhaps the catalogue are written, then nothing can be any more."""
        replace: Callable[..., Path] = Path.replace
        done: list[Path] = []

        def full(self: Path, target: Path) -> Path:
            if len(done) >= fail:
                raise OSError(28, "No space left on device")
            done.append(target)
            return replace(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", full)
            with pytest.raises(PlanError, match="No space left") as refused:
                text_desk.apply()
        (run,) = text_desk.journal.names()
        assert f"undo {run}" in refused.value.hint
        self.old_or_new(text_desk)
        undo(text_desk.journal.read(run))
        assert text_desk.content() == text_desk.old
        assert not list(text_desk.files.catalogue.parent.glob(".*")), "no temporary file is left"

    def test_a_disk_that_is_full_before_the_last_file_is_written_leaves_all_as_they_are(
        self, text_desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All or nothing: no file is renamed before all are written."""
        fsync = os.fsync
        synced = count()

        def full(handle: int) -> None:
            if next(synced) == 3:  # After the journal, its folder and the catalogue.
                raise OSError(28, "No space left on device")
            fsync(handle)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(PlanError, match=r"models\.csv, .*db\.json: No space left"):
                text_desk.apply()
        assert text_desk.content() == text_desk.old
        assert [is_undone(text_desk.journal.read(name)) for name in text_desk.journal.names()] == [True]

    @pytest.mark.skipif(os.name == "nt", reason="processes are forked")
    def test_real_processes_killed_at_every_step(self, desk: Desk, tmp_path: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.support.killing"])
        (tmp_path / "plan.json").write_bytes(to_json(desk.decision.plan))
        seen: list[bytes] = []
        for step in count():
            arguments = (desk.files.catalogue, tmp_path / "plan.json", tmp_path / "data", step)
            process = context.Process(target=apply_and_undo, args=arguments, daemon=True)
            process.start()
            process.join()
            assert process.exitcode in {0, -signal.SIGKILL}
            self.old_or_new(desk)
            seen.append(desk.files.catalogue.read_bytes())
            desk.undo_all()
            assert desk.content() == desk.old
            if process.exitcode == 0:
                break
        assert len(seen) > 20, "locks, journal and file: made, opened, renamed, taken away; twice"
        assert set(seen) == {*desk.old.values(), *desk.new.values()}


@pytest.mark.skipif(os.name == "nt", reason="processes are forked")
class TestTwoAtOnce:
    """Section 14: one writer at a time for a catalogue file, of all processes and data folders."""

    @pytest.fixture
    def context(self) -> ForkServerContext:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.support.racing"])
        return context

    @pytest.fixture
    def start(self, desk: Desk, tmp_path: Path, context: ForkServerContext) -> Iterator[Callable[..., Connection]]:
        """Apply the plan to remove one model in a process of its own; return where it tells how that went."""
        started = []

        def start(name: str, patience: float, hold: Event | None = None) -> Connection:
            plan = tmp_path / f"{name}.json"
            plan.write_bytes(to_json(decided(plan_of(facts_of(FIGURES), select=[name]), CONTENT).plan))
            listening, answer = context.Pipe(duplex=False)
            process = context.Process(
                target=apply_plan, args=(desk.files.catalogue, plan, patience, answer, hold), daemon=True
            )
            process.start()
            answer.close()
            assert listening.recv() == "begun"
            started.append(process)
            return listening

        yield start
        for process in started:
            process.join()
            assert process.exitcode == 0

    def test_one_waits_and_none_is_lost(
        self, desk: Desk, context: ForkServerContext, start: Callable[..., Connection]
    ) -> None:
        go = context.Event()
        first = start("one", 60, go)
        assert first.recv() == "held"
        impatient = start("two", 0)
        assert f"{desk.files.catalogue} is being changed by another run; gave up after 0 seconds." == impatient.recv()
        waiting = start("two", PATIENCE)
        go.set()
        assert first.recv() is not None
        assert "has changed since the plan was made" in waiting.recv()
        assert json.loads(desk.files.catalogue.read_bytes()).keys() == FIGURES.keys() - {"one"}

    def test_undo_waits_too(self, desk: Desk, context: ForkServerContext, start: Callable[..., Connection]) -> None:
        run = desk.journal.read(desk.apply())
        desk.write(desk.old)
        go = context.Event()
        first = start("one", 60, go)
        assert first.recv() == "held"
        with pytest.raises(PlanError, match="is being changed by another run; gave up after 0 seconds") as refused:
            undo(run, patience=0)
        assert refused.value.hint
        go.set()
        assert first.recv() is not None
        with pytest.raises(PlanError, match="again; nothing was put back"):
            undo(run)

    def test_nothing_is_left_beside_the_file(self, any_desk: Desk) -> None:
        any_desk.apply()
        any_desk.undo_all()
        assert not list(any_desk.files.catalogue.parent.glob(".*"))

    def test_a_folder_that_cannot_be_written_is_said(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where root may write everything."""
        real = os.open

        def refused(path: Any, *rest: Any, **options: Any) -> int:
            if str(path).endswith(".lock"):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *rest, **options)

        monkeypatch.setattr(os, "open", refused)
        with pytest.raises(PlanError, match="cannot be locked: Permission denied") as error:
            desk.apply()
        assert ".catalogue.json.lock" in error.value.hint
        assert desk.content() == desk.old


def test_two_copies_in_one_second_have_two_runs(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(CONTENT)
    runs = [desk.apply()]
    runs.append(apply_removals(desk.decision, CatalogueFiles(copy), desk.journal, AT).run or "")
    assert desk.journal.names() == sorted(set(runs))
    for run in runs:
        undo(desk.journal.read(run))
    assert desk.content() | {copy: copy.read_bytes()} == desk.old | {copy: CONTENT}


class TestRunsThatDoNotStand:
    """What a killed process left in the journal stays told apart from what was done."""

    def states(self, desk: Desk) -> dict[str, bool]:
        return {name: is_undone(desk.journal.read(name)) for name in desk.journal.names()}

    def test_the_second_run_leaves_only_itself_standing(self, any_desk: Desk) -> None:
        """The first was killed before it changed a file, or while it was undone: the files are the same."""
        first = any_desk.apply()
        any_desk.write(any_desk.old)
        second = any_desk.apply()
        assert self.states(any_desk) == {first: True, second: False}
        undo(any_desk.journal.read(second))
        assert self.states(any_desk) == {first: True, second: True}

    def test_runs_on_other_files_stay_as_they_are(self, desk: Desk, tmp_path: Path) -> None:
        first = desk.apply()
        copy = tmp_path / "copy.json"
        copy.write_bytes(CONTENT)
        apply_removals(desk.decision, CatalogueFiles(copy), desk.journal, AT)
        assert desk.journal.read(first).undone_at is None
