"""Section 14: a history file that is removed, replaced or truncated while open is noticed, said, and opened anew."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from horde_model_reference.errors import HistoryError
from horde_model_reference.history.database_file import MAGIC, opened_file
from horde_model_reference.history.history import AWAY
from horde_model_reference.history.kept_history import FILE, KeptHistory
from horde_model_reference.integrations.horde_api_models import Observation
from horde_model_reference.settings import load_settings
from tests.support.builders import FETCHED, catalogue_of, observation_of, stats_of, status_of
from tests.support.clock import AFTER_ALL

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is open")
NAMES = ["a", "b", "c"]
CATALOGUE = catalogue_of(NAMES)


def seen(*names: str) -> Observation:
    """What the Horde said of these names, on a day of its own for each set of them."""
    at = FETCHED - timedelta(days=30 - sum(2 ** NAMES.index(name) for name in names))
    stats, status = stats_of(dict.fromkeys(names, 3)), status_of(dict.fromkeys(names, 1))
    return observation_of(stats, status, status_fetched_at=at, stats_fetched_at=at)


async def known(history: KeptHistory) -> list[str]:
    """The names that the history has seen, read through the open database."""
    usage, warnings = await history.usage(CATALOGUE, 60)
    assert warnings == ()
    first_seen = [None] * len(NAMES) if usage is None else usage.recent.frame["first_seen"].to_list()
    return [name for name, day in zip(CATALOGUE.frame["name"], first_seen, strict=True) if day is not None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / FILE


@pytest.fixture
async def history(file: Path) -> AsyncIterator[KeptHistory]:
    """A history of the name ``a``, open and read from; all of it is in the write-ahead file."""
    kept = KeptHistory(load_settings(data_dir=file.parent), AFTER_ALL)
    await kept.collect(seen("a"))
    assert await known(kept) == ["a"]
    assert file.with_name(f"{FILE}-wal").stat().st_size > 0
    yield kept
    await kept.aclose()


@pytest.fixture
async def copy(tmp_path: Path) -> Path:
    """A copy of another history, of the names ``b`` and ``c``, made as the documentation says."""
    other = KeptHistory(load_settings(data_dir=tmp_path / "other"), AFTER_ALL)
    await other.collect(seen("b", "c"))
    made = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(tmp_path / "other" / FILE)) as old, closing(sqlite3.connect(made)) as new:
        old.backup(new)
    await other.aclose()
    return made


def remove(file: Path) -> None:
    file.unlink()


def move(here: Path, there: Path) -> None:
    here.replace(there)


def content(file: Path) -> bytes:
    return file.read_bytes()


def empty(file: Path) -> None:
    os.truncate(file, 0)


def cut(file: Path) -> None:
    os.truncate(file, 6000)


def overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"no database at all")


def checkpoint(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize(
    ("lose", "word"), [(remove, "removed"), (empty, "damaged"), (cut, "damaged"), (overwrite, "damaged")]
)
async def test_a_file_that_is_lost_is_noticed_by_the_next_collection(
    history: KeptHistory, file: Path, caplog: pytest.LogCaptureFixture, lose: Callable[[Path], None], word: str
) -> None:
    checkpoint(file)
    assert history.state == "ok"
    lose(file)
    assert history.state == "away"
    assert f"history.sqlite was {word}; it is opened anew" in caplog.text
    await history.collect(seen("b"))
    assert history.state == "ok"
    assert await known(history) == ["b"]
    assert in_file(file) == {"b"}
    assert len([line for line in caplog.messages if "opened anew" in line]) == 1


def in_file(file: Path) -> set[str]:
    """The names in a file, also to another process that opens it."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {name for (name,) in connection.execute("SELECT name FROM api_names")}


async def test_what_is_left_of_a_truncated_file_is_kept(history: KeptHistory, file: Path) -> None:
    checkpoint(file)
    before = content(file)
    for number in (1, 2):
        assert history.state == "ok"
        cut(file)
        await history.collect(seen("b"))
        assert len(content(file.with_name(f"{FILE}.damaged-{number}"))) == 6000
        checkpoint(file)
    assert content(file.with_name(f"{FILE}.damaged-1")) == before[:6000]


async def test_a_copy_put_in_its_place_is_used_at_once(
    history: KeptHistory, file: Path, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of the write-ahead file of the old one is read into it, and names have its own numbers."""
    move(copy, file)
    assert history.state == "away"
    assert await known(history) == ["b", "c"]
    assert "was replaced" in caplog.text
    await history.collect(seen("a"))
    assert history.state == "ok"
    assert await known(history) == NAMES
    assert in_file(file) == set(NAMES)
    points = (await history.of_models(CATALOGUE, NAMES, 365))["points"]
    assert len(points) > 0


async def test_a_reader_does_not_go_on_with_a_removed_file(history: KeptHistory, file: Path) -> None:
    remove(file)
    assert await history.usage(CATALOGUE, 60) == (None, (AWAY,))
    with pytest.raises(HistoryError, match="was removed") as refused:
        await history.of_models(CATALOGUE, ["a"], 30)
    assert "put a copy" in refused.value.hint
    assert not list(file.parent.glob(FILE)), "reading makes no file"
    assert history.state == "away"


async def test_a_folder_that_was_moved_away_and_back(history: KeptHistory, file: Path) -> None:
    move(file.parent, file.parent.with_name("aside"))
    assert history.state == "away"
    move(file.parent.with_name("aside"), file.parent)
    await history.collect(seen("b"))
    assert history.state == "ok"
    assert await known(history) == ["a", "b"]


async def test_several_processes_that_notice_at_once_leave_the_new_file_alone(
    history: KeptHistory, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two histories stand for two processes: neither knows of the other."""
    second = KeptHistory(load_settings(data_dir=file.parent), AFTER_ALL)
    assert await known(second) == ["a"]
    checkpoint(file)
    empty(file)
    assert (history.state, second.state) == ("away", "away")
    await history.collect(seen("b"))
    await second.collect(seen("c"))
    assert await known(history) == await known(second) == ["b", "c"]
    assert in_file(file) == {"b", "c"}
    await second.aclose()


async def test_ordinary_work_is_no_loss(history: KeptHistory, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("b", "c"):
        await history.collect(seen("a", name))
        checkpoint(file)
        assert history.state == "ok"
    assert caplog.messages == []


def test_a_file_that_was_vacuumed_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
        connection.commit()
        found = opened_file(path)
        connection.execute("DELETE FROM t")
        connection.commit()
        connection.execute("VACUUM")
        assert path.stat().st_size < found.size
    assert found.fault() is None
    path.write_bytes(MAGIC + b"?" * 50)
    assert found.fault() == "damaged"


async def test_where_no_room_can_be_made_it_stays_away(
    history: KeptHistory, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint(file)
    empty(file)

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refused)
        await history.collect(seen("b"))
        assert history.state == "away"
    await history.collect(seen("b"))
    assert history.state == "ok"
