"""Saved answers of the Horde's as snapshots: the files that people kept before there was a history."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from horde_model_reference.body_limits import BodyLimitError
from horde_model_reference.categories import USAGE, HordeModelType
from horde_model_reference.errors import HordeAPIError, SavedAnswerError
from horde_model_reference.history import days
from horde_model_reference.history.snapshots import Snapshot, StatsSnapshot, WorkerSnapshot
from horde_model_reference.integrations.horde_api_json import loads
from horde_model_reference.integrations.horde_api_models import Payload, parse_stats, parse_status

_MOMENT = re.compile(
    r"(?<!\d)(?P<date>\d{4}-?\d{2}-?\d{2})(?:[T_ -]?(?P<hour>\d{2})[:-]?(?P<minute>\d{2}))?(?!\d{3})", re.ASCII
)


def read_moment(text: str, place: str, now: datetime) -> datetime:
    """Read when an answer was given: a day, perhaps with a time, in UTC; without one, noon.

    Args:
        text: Where the moment stands.
        place: How messages name the text.
        now: The present moment, which an answer cannot be after.

    Raises:
        SavedAnswerError: There is none in the text, or the Horde cannot have answered then.
    """
    found = _MOMENT.search(text)
    moment = _moment(found) if found else None
    if found is None or moment is None:
        raise SavedAnswerError(f"{place}: it has no date.", hint=_DATE_HINT)
    # The day alone says that it was at some time of it, which may have been before noon.
    earliest = moment if found["hour"] else moment.replace(hour=0)
    if earliest < days.HORDE_BEGAN:
        raise SavedAnswerError(f"{place}: {found[0]} is before the Horde began.", hint=_DATE_HINT)
    if earliest > days.latest_moment(now):
        raise SavedAnswerError(f"{place}: {found[0]} is yet to come.", hint=_DATE_HINT)
    return moment


_DATE_HINT = "Give --date 2026-05-01 or 2026-05-01T06:00: when the Horde gave the answer, in UTC."


def _moment(found: re.Match[str]) -> datetime | None:
    try:
        day = datetime.strptime(found["date"].replace("-", ""), "%Y%m%d")  # noqa: DTZ007
        return day.replace(hour=int(found["hour"] or 12), minute=int(found["minute"] or 0), tzinfo=UTC)
    except ValueError:
        return None


def read_saved(
    path: Path, moment: datetime | None, model_type: HordeModelType | None, now: datetime
) -> Snapshot | None:
    """Read a saved answer of ``stats/...`` or ``status/models``; None where it is not complete.

    Args:
        path: The file.
        moment: When the Horde gave the answer; by default the file's name says it.
        model_type: Which type of model it is of; by default the entries of a status say it, or the file's name.
        now: The present moment.

    Raises:
        SavedAnswerError: The file cannot be read, or is something else, or tells neither its type nor its time, as
            for :func:`read_moment`.
    """
    place = str(path)
    raw = _read(path)
    seen_at = moment or read_moment(path.name, place, now)
    of_type = model_type or _type_of(raw, path)
    report = _report(raw, place)
    if not report.complete:
        return None
    if isinstance(raw, dict):
        return StatsSnapshot(of_type, seen_at, report.frame)
    whole = report.frame.filter(pl.col("worker_count").is_not_null())
    return WorkerSnapshot(of_type, seen_at, whole.select("api_name", "worker_count"))


def _read(path: Path) -> Any:
    try:
        return loads(path.read_bytes())
    except OSError as error:
        raise SavedAnswerError(f"{path}: {error.strerror or error}.") from error
    except BodyLimitError as error:
        raise SavedAnswerError(f"{path}: {error}.", hint=_HINT) from error
    except (ValueError, RecursionError) as error:
        raise SavedAnswerError(f"{path}: this is no JSON.", hint=_HINT) from error


def _report(raw: Any, place: str) -> Payload:
    try:
        return parse_stats(raw) if isinstance(raw, dict) else parse_status(raw)
    except HordeAPIError as error:
        raise SavedAnswerError(f"{place}: this is no answer of stats or status.", hint=_HINT) from error


_HINT = "Save the answers of v2/stats/img/models, v2/stats/text/models or v2/status/models as they are."


def _type_of(raw: Any, path: Path) -> HordeModelType:
    types = {entry.get("type") for entry in raw if isinstance(entry, dict)} if isinstance(raw, list) else set()
    found = [model_type for model_type in HordeModelType if model_type.value in types]
    named = (traits for traits in USAGE.values() if re.search(traits.file_name, path.name, re.IGNORECASE))
    found = found or [traits.model_type for traits in named]
    if len(found) != 1:
        raise SavedAnswerError(f"{path}: nothing says whether it is of image or text models.", hint="Give --type.")
    return found[0]
