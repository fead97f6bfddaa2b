"""Last good copies on disk: whole or not there."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from horde_model_reference.catalogue.last_good import LEFT_BEHIND, LastGoodStore
from horde_model_reference.catalogue.sources import SourceCopy
from tests.support.builders import MODIFIED
from tests.support.killing import every_end

LOCATION = "https://h.example/models.csv"
COPY = SourceCopy(b"name,parameters_bn\r\na,1\r\n", MODIFIED, {"If-None-Match": '"v1"'})
OTHER = SourceCopy(b"{}", None, {})


@pytest.fixture
def store(tmp_path: Path) -> LastGoodStore:
    return LastGoodStore(tmp_path / "not" / "there" / "yet")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_nothing_is_held_of_a_source_never_kept(store: LastGoodStore) -> None:
    assert store.load(LOCATION) is None


def test_copies_of_sources_are_kept_apart(store: LastGoodStore) -> None:
    store.save(LOCATION, COPY)
    store.save("/data/models.json", OTHER)
    assert store.load(LOCATION) == COPY
    assert store.load("/data/models.json") == OTHER


def test_a_later_copy_takes_the_place_of_the_earlier(store: LastGoodStore, tmp_path: Path) -> None:
    store.save(LOCATION, COPY)
    store.save(LOCATION, OTHER)
    assert store.load(LOCATION) == OTHER
    assert len(files(tmp_path)) == 1


def test_a_relative_path_means_the_file_in_the_working_folder(
    store: LastGoodStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder, copy in zip(folders, (COPY, OTHER), strict=True):
        folder.mkdir()
        monkeypatch.chdir(folder)
        assert store.load("models.json") is None
        store.save("models.json", copy)
    for folder, copy in zip(folders, (COPY, OTHER), strict=True):
        monkeypatch.chdir(folder)
        for location in ("models.json", "file://models.json", f"{folder}/models.json", f"file://{folder}/models.json"):
            assert store.load(location) == copy


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(), location=st.text(), etag=st.text())
def test_any_copy_comes_back_as_it_was(store: LastGoodStore, content: bytes, location: str, etag: str) -> None:
    copy = SourceCopy(content, MODIFIED, {"If-None-Match": etag})
    store.save(location, copy)
    assert store.load(location) == copy


@pytest.mark.parametrize("interruption", [OSError("disk full"), KeyboardInterrupt()])
def test_an_interrupted_save_leaves_the_old_copy_whole(
    store: LastGoodStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: BaseException
) -> None:
    def interrupt(self: Path, target: Path) -> Path:
        raise interruption

    store.save(LOCATION, COPY)
    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(type(interruption)):
        store.save(LOCATION, OTHER)
    assert store.load(LOCATION) == COPY
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no header\ncontent",
        b"[]\ncontent",
        b"{}\ncontent",
        b"\xff\n",
        b'{"location": "x", "modified_at": "yesterday", "validators": {}, "sha256": ""}\n',
        b'{"location": "x", "modified_at": null, "validators": 1, "sha256": ""}\n',
    ],
)
def test_a_damaged_copy_counts_as_none(store: LastGoodStore, tmp_path: Path, damaged: bytes) -> None:
    store.save(LOCATION, COPY)
    (file,) = files(tmp_path)
    file.write_bytes(damaged)
    assert store.load(LOCATION) is None


def test_a_copy_cut_short_anywhere_counts_as_none(store: LastGoodStore, tmp_path: Path) -> None:
    store.save(LOCATION, COPY)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert store.load(LOCATION) is None


def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    store = LastGoodStore(tmp_path / "taken")
    assert store.load(LOCATION) is None
    with pytest.raises(OSError, match="taken"):
        store.save(LOCATION, COPY)


def test_stopped_at_every_write_sync_and_rename_the_copy_is_the_old_or_the_new_one(store: LastGoodStore) -> None:
    seen = []
    steps = every_end(
        lambda: store.save(LOCATION, OTHER),
        lambda: store.save(LOCATION, COPY),
        lambda _: seen.append(store.load(LOCATION)),
    )
    assert steps >= 5
    assert {copy.content for copy in seen if copy is not None} == {COPY.content, OTHER.content}
    assert None not in seen


def test_what_killed_processes_left_is_removed_and_what_others_write_now_stays(
    store: LastGoodStore, tmp_path: Path
) -> None:
    store.save(LOCATION, COPY)
    (copy,) = files(tmp_path)
    left, written = (copy.with_name(name) for name in (f".{copy.name}.1", f".{copy.name}.2"))
    for file, age in ((left, LEFT_BEHIND + 60), (written, 60), (copy, LEFT_BEHIND + 60)):
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    store.save("/data/models.json", OTHER)
    assert not left.exists()
    assert written.exists()
    assert store.load(LOCATION) == COPY


def test_a_copy_is_for_its_owner_alone(store: LastGoodStore, tmp_path: Path) -> None:
    """Its location may hold a token."""
    store.save(LOCATION, COPY)
    assert [stat.S_IMODE(file.stat().st_mode) for file in files(tmp_path)] == [0o600]
