"""The record of link checks: the last result for each address, and on how many days in a row it failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from horde_model_reference.history.database import Database
from horde_model_reference.history.days import day_of
from horde_model_reference.history.tables import link_checks, read, written
from horde_model_reference.links.link import FAILURES, NO_RESULT, Link, LinkOutcome, LinkResult
from horde_model_reference.links.link_check import LinkCheck


class LinkRecord:
    """Writes and reads the record.

    Args:
        database: The history's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, address: str, result: LinkResult, now: datetime) -> None:
        """Keep a result; refusals by our own rules and busy hosts are none.

        Raises:
            HistoryError: The database is unavailable; nothing was written.
        """
        if result.outcome in NO_RESULT:
            return
        key, today = written(address), day_of(now)
        own = link_checks.c.address == key
        days = select(link_checks.c.failed_days, link_checks.c.failed_day).where(own)
        async with self._database.writing() as connection:
            failed_days, failed_day = (await connection.execute(days)).first() or (0, 0)
            failed = _one_more(failed_days, failed_day, today) if result.outcome in FAILURES else (0, 0)
            row = {
                "address": key,
                "checked_at": int(now.timestamp()),
                "outcome": result.outcome.value,
                "detail": written(result.detail),
                "failed_days": failed[0],
                "failed_day": failed[1],
            }
            await connection.execute(delete(link_checks).where(own))
            await connection.execute(link_checks.insert(), [row])

    async def checks(self, addresses: Collection[str]) -> Mapping[str, LinkCheck]:
        """Return the last result for each of these addresses that has one.

        Raises:
            HistoryError: The database is unavailable.
        """
        wanted = frozenset(addresses)
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(link_checks))).all()
        found = {read(row.address): row for row in rows}
        return {
            address: LinkCheck(
                LinkOutcome(row.outcome),
                read(row.detail),
                datetime.fromtimestamp(row.checked_at, UTC),
                row.failed_days,
            )
            for address, row in found.items()
            if address in wanted
        }

    async def due(self, links: Sequence[Link], age: timedelta, now: datetime) -> list[Link]:
        """Return the links that were not checked for an age; errors as for :meth:`checks`."""
        known = await self.checks([link.address for link in links])
        return [link for link in links if _is_due(known.get(link.address), age, now)]


def _one_more(days: int, last: int, today: int) -> tuple[int, int]:
    """Return on how many days a link failed, and the last of them, after a failure today.

    Hosts whose clocks lie apart may turn back by a day, which is no new one; days that lie further ahead are of a
    wrong clock, and count for nothing.
    """
    if last > today + 1:
        return 1, today
    return days + (today > last), max(today, last)


def _is_due(found: LinkCheck | None, age: timedelta, now: datetime) -> bool:
    """Return whether a link is asked for; a check that lies in the future is none."""
    return found is None or not timedelta(0) <= now - found.checked_at < age
