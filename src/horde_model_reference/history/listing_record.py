"""The project's own record of the names that catalogues list, day by day (design section 8, "Age").

It dates the models of a catalogue that has no git history, as one that is read from a URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.catalogue.manager import CATALOGUE_SHRUNK
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.clock import Clock
from horde_model_reference.history.database import Database
from horde_model_reference.history.days import day_of, day_of_number, possible_days
from horde_model_reference.history.tables import listings, read, written


class ListingRecord:
    """Writes and reads the record.

    Args:
        database: The history's database.
        clock: The time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[MODEL_REFERENCE_CATEGORY, tuple[int, str]] = {}

    async def keep(self, catalogue: Catalogue) -> None:
        """Record the names that a catalogue lists today, once per day and revision; of a shrunk one, nothing.

        Raises:
            HistoryError: The database is unavailable; nothing was written.
        """
        now = self._clock.now()
        today, last = day_of(now), possible_days(now)[1]
        category, seen = catalogue.category, (today, catalogue.revision)
        if self._kept.get(category) == seen or any(found.code == CATALOGUE_SHRUNK for found in catalogue.warnings):
            return
        names = {written(name) for name in (*catalogue.records, *catalogue.skipped)}
        async with self._database.writing() as connection:
            await _forget_days_after(connection, category, last)
            await _record(connection, category, names, today)
        self._kept[category] = seen

    async def listings(self, category: MODEL_REFERENCE_CATEGORY) -> Mapping[str, Listing]:
        """Return since when names are listed, of those that were listed on the last day of the record.

        A name of the record's first day may be older: ``since`` is the first moment of which it is known.

        Raises:
            HistoryError: The database is unavailable.
        """
        runs = (
            select(listings.c.name, listings.c.first_day, listings.c.last_day)
            .where(listings.c.category == category.value)
            .order_by(listings.c.name, listings.c.first_day)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(runs)).all()
        newest = max((last_day for *_, last_day in rows), default=0)
        found: dict[str, Listing] = {}
        ended: dict[str, float] = {}
        for name, first_day, last_day in rows:
            if last_day == newest:
                found[read(name)] = Listing(_midnight(first_day), ended.get(name))
            ended[name] = _midnight(last_day + 1)
        return found


async def _forget_days_after(connection: AsyncConnection, category: MODEL_REFERENCE_CATEGORY, last: int) -> None:
    """Take back days that a clock recorded which was ahead."""
    own = listings.c.category == category.value
    await connection.execute(delete(listings).where(own, listings.c.first_day > last))
    await connection.execute(update(listings).where(own, listings.c.last_day > last).values(last_day=last))


async def _record(connection: AsyncConnection, category: MODEL_REFERENCE_CATEGORY, names: set[str], today: int) -> None:
    own = listings.c.category == category.value
    newest = (await connection.execute(select(func.max(listings.c.last_day)).where(own))).scalar()
    day = today if newest is None else max(today, newest)
    # Names that are away for part of a day, or until the next, were not removed; nor were those of unrecorded days.
    unbroken = listings.c.last_day >= min(day - 1, day if newest is None else newest)
    runs = await connection.execute(select(listings.c.name, listings.c.first_day).where(own, unbroken))
    going_on = {name: first_day for name, first_day in runs if name in names}
    new = names - going_on.keys()
    if going_on:
        run = own & (listings.c.name == bindparam("of")) & (listings.c.first_day == bindparam("began"))
        keys = [{"of": name, "began": first_day} for name, first_day in going_on.items()]
        await connection.execute(update(listings).where(run).values(last_day=day), keys)
    if new:
        rows = [{"category": category.value, "name": name, "first_day": day, "last_day": day} for name in new]
        await connection.execute(listings.insert(), rows)


def _midnight(day: int) -> float:
    return datetime.combine(day_of_number(day), time.min, UTC).timestamp()
