"""A file is the old one or the new one, whenever the writing ends."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from horde_model_reference.safe_files import write_atomically
from tests.support.killing import every_end


def test_the_new_content_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for content in (b"old", b"", b"new\r\n\0"):
        write_atomically(file, content)
        assert file.read_bytes() == content
        assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"old")
    file.chmod(mode)
    write_atomically(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.parametrize(
    ("asked", "umask", "mode"), [({}, 0o022, 0o644), ({}, 0o077, 0o600), ({"mode": 0o600}, 0o022, 0o600)]
)
def test_a_new_file_has_the_user_s_mode_or_a_narrower_one(
    tmp_path: Path, asked: dict[str, int], umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a.json", b"new", **asked)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.json").write_bytes(b"old")
    link = tmp_path / "a.json"
    link.symlink_to(tmp_path / "real" / "a.json")
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "a.json").read_bytes() == b"new"


def test_where_it_cannot_be_written_the_old_file_is_whole(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_atomically(tmp_path / "none" / "a.json", b"new")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_content_is_on_the_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def renamed(self: Path, target: Path) -> Path:
        done.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_atomically(tmp_path / "a.json", b"new")
    assert done == ["file", "rename", "folder"]


def test_stopped_at_every_write_sync_and_rename_it_is_old_or_new(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    seen = []

    def check(_: int) -> None:
        seen.append(file.read_bytes())

    steps = every_end(lambda: write_atomically(file, b"n" * 1000), lambda: file.write_bytes(b"o" * 500), check)
    assert steps >= 5
    assert set(seen) == {b"o" * 500, b"n" * 1000}
    assert seen == sorted(seen, reverse=True), "once it is the new one, it stays so"
