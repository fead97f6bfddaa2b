"""Saved answers: of what, of when, and what is no answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.categories import HordeModelType
from horde_model_reference.errors import SavedAnswerError
from horde_model_reference.history.days import CLOCK_SKEW
from horde_model_reference.history.importing import read_moment, read_saved
from horde_model_reference.history.snapshots import StatsSnapshot, WorkerSnapshot
from tests.support.builders import stats_of, status_of

WHEN = datetime(2026, 5, 1, 6, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def saved(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", datetime(2026, 5, 1, 12, tzinfo=UTC)),
        ("2026-05-01T06:30", datetime(2026, 5, 1, 6, 30, tzinfo=UTC)),
        ("stats_20260501.json", datetime(2026, 5, 1, 12, tzinfo=UTC)),
        ("stats-2026-05-01_0630.json", datetime(2026, 5, 1, 6, 30, tzinfo=UTC)),
        ("20260501T063000Z-img.json", datetime(2026, 5, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_when_it_was(text: str, moment: datetime) -> None:
    assert read_moment(text, "here", NOW) == moment


@pytest.mark.parametrize("text", ["", "stats.json", "2026-13-01", "2026-05-01T25:00", "123456789"])
def test_when_nobody_can_tell(text: str) -> None:
    with pytest.raises(SavedAnswerError, match="here") as caught:
        read_moment(text, "here", NOW)
    assert "--date" in caught.value.hint


@pytest.mark.parametrize("text", ["0001-01-01", "1970-01-01", "stats-20211231_2359.json"])
def test_before_the_horde_nobody_can_have_asked_it(text: str) -> None:
    with pytest.raises(SavedAnswerError, match=r"here: .* before the Horde began") as caught:
        read_moment(text, "here", NOW)
    assert "--date" in caught.value.hint


@pytest.mark.parametrize("text", ["2099-05-01", "stats_99991231.json"])
def test_what_is_yet_to_come_nobody_can_have_seen(text: str) -> None:
    with pytest.raises(SavedAnswerError, match=r"here: .* yet to come") as caught:
        read_moment(text, "here", NOW)
    assert "--date" in caught.value.hint


def test_a_moment_is_taken_up_to_the_latest() -> None:
    latest = datetime(2026, 11, 24, 12, tzinfo=UTC)
    now = latest - CLOCK_SKEW
    assert read_moment("2026-11-24T12:00", "here", now) == latest
    with pytest.raises(SavedAnswerError, match="yet to come"):
        read_moment("2026-11-24T12:01", "here", now)


@pytest.mark.parametrize("hour", [0, 23])
def test_today_may_be_told_by_its_day_alone_at_any_hour(hour: int) -> None:
    now = datetime(2028, 2, 29, hour, 59, tzinfo=UTC)
    assert read_moment("2028-02-29", "here", now).date() == now.date()


def test_an_impossible_moment_in_a_name_is_refused_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(SavedAnswerError, match=r"img-2099-05-01\.json: .* yet to come"):
        read_saved(saved(tmp_path, "img-2099-05-01.json", stats_of({"a": 1})), None, None, NOW)


def test_statistics_and_status_are_told_apart(tmp_path: Path) -> None:
    stats = read_saved(saved(tmp_path, "stats_text-2026-05-01.json", stats_of({"a": 1})), None, None, NOW)
    status = read_saved(saved(tmp_path, "x.json", status_of({"a": 2})), WHEN, None, NOW)
    assert isinstance(stats, StatsSnapshot)
    assert (stats.model_type, stats.seen_at.hour) == (HordeModelType.TEXT, 12)
    assert isinstance(status, WorkerSnapshot)
    assert (status.model_type, status.seen_at, status.frame.rows()) == (HordeModelType.IMAGE, WHEN, [("a", 2)])


@pytest.mark.parametrize("content", [stats_of({}), {"day": {"a": 1}}, stats_of({"a": 1}) | {"month": {}}, []])
def test_an_answer_without_figures_is_unknown(tmp_path: Path, content: Any) -> None:
    assert read_saved(saved(tmp_path, "img.json", content), WHEN, None, NOW) is None


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("img.json", b"no JSON", "JSON"),
        ("img.json", b"3", "no answer"),
        ("img.json", b"[" * 100_000, "BODY_LIMITS__MAX_DEPTH"),
        ("stats.json", stats_of({"a": 1}), "image or text"),
        ("img-or-text.json", stats_of({"a": 1}), "image or text"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(tmp_path: Path, name: str, content: Any, word: str) -> None:
    with pytest.raises(SavedAnswerError, match=word) as caught:
        read_saved(saved(tmp_path, name, content), WHEN, None, NOW)
    assert name in caught.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SavedAnswerError, match=r"nothing\.json"):
        read_saved(tmp_path / "nothing.json", WHEN, HordeModelType.IMAGE, NOW)


def test_the_captured_answers_can_be_read(shared_data: Path) -> None:
    names = ("stats_img_models_all", "stats_text_models", "status_models_image_all")
    found = [read_saved(shared_data / "horde-api" / f"{name}.json", WHEN, None, NOW) for name in names]
    assert [type(snapshot) for snapshot in found] == [StatsSnapshot, StatsSnapshot, WorkerSnapshot]
