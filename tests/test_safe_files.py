"""A file is the old one or the new one, whenever the writing ends."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from horde_model_reference.cli.actions.output import write
from horde_model_reference.errors import OutputError
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


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_group_stay_where_root_writes(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"old")
    os.chown(file, 1234, 2345)
    file.chmod(0o2664)
    write_atomically(file, b"new")
    found = file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o2664)


@pytest.mark.parametrize("allowed", [{"group"}, set()])
def test_where_the_owner_cannot_be_kept_the_group_is_if_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: set[str]
) -> None:
    """As for a user who edits a colleague's file in a shared folder."""
    file = tmp_path / "a.json"
    file.write_bytes(b"old")
    tried = []

    def chown(path: Path, owner: int, group: int) -> None:
        tried.append((owner, group))
        if owner != -1 or "group" not in allowed:
            raise PermissionError(1, "Operation not permitted", str(path))

    there = Path.stat

    def of_others(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = there(self, follow_symlinks=follow_symlinks)
        return os.stat_result((*found[:4], 1234, 2345, *found[6:])) if self == file else found

    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(Path, "stat", of_others)
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert tried == [(-1, 2345), (1234, 2345)]


def test_the_new_content_is_never_open_to_more_than_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"old")
    file.chmod(0o640)
    modes = []
    chmod = Path.chmod

    def watched(self: Path, mode: int, *, follow_symlinks: bool = True) -> None:
        modes.append(stat.S_IMODE(self.stat().st_mode))
        chmod(self, mode, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "chmod", watched)
    write_atomically(file, b"new")
    assert modes == [0o600]


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


def test_on_a_full_disk_an_output_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; both end a write half-way."""
    output = tmp_path / "report.csv"
    output.write_bytes(b"the old report")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"^.*report\.csv: File too large\.$"):
            write(b"x" * 100_000, output)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert output.read_bytes() == b"the old report"
    assert list(tmp_path.iterdir()) == [output]


def test_an_output_into_a_device_stays_a_device() -> None:
    write(b"x", Path(os.devnull))
    assert not Path(os.devnull).is_file()
