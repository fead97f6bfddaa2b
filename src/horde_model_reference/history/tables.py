"""The tables of the history, the same in SQLite and PostgreSQL.

The tables hold the Horde's figures by API name; attribution to models happens on reading. Statistics carry
no date and are fetched many times, so a *compile* is known by its content: seen again, it is the same one, and belongs
to the day of the earliest moment at which it was seen. Every write is therefore a union or a minimum: order and
repetition change nothing.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

api_names = Table(
    "api_names",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("type", "name"),
)
"""Every name that the Horde ever reported; see :func:`written` for how it is written."""

compiles = Table(
    "compiles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    UniqueConstraint("type", "digest"),
    Index("ix_compiles_type_day", "type", "day"),
)
"""Every set of statistics, by the hash of its content; ``seen_at`` is the earliest moment (seconds of the epoch)."""

usage = Table(
    "usage",
    metadata,
    Column("compile_id", Integer, ForeignKey("compiles.id", ondelete="CASCADE"), primary_key=True),
    Column("name_id", Integer, ForeignKey("api_names.id"), primary_key=True),
    Column("usage_day", BigInteger),
    Column("usage_month", BigInteger),
    Column("usage_total", BigInteger),
    Index("ix_usage_name_id", "name_id"),
    sqlite_with_rowid=False,
)
"""The counters of a name in a compile; null where they made no sense. A name that a compile lacks had no use."""

looks = Table(
    "looks",
    metadata,
    Column("type", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("seen_at", BigInteger, primary_key=True),
    Column("digest", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Every look at the workers."""

threads = Table(
    "threads",
    metadata,
    Column("name_id", Integer, ForeignKey("api_names.id"), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("least", BigInteger, nullable=False),
    Column("sum", BigInteger, nullable=False),
    Column("most", BigInteger, nullable=False),
    Column("looks", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The worker threads of a name over the looks of a day that listed it; in the others it had none."""

closed_months = Table(
    "closed_months",
    metadata,
    Column("type", Text, primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("look_days", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
)
"""Months whose days are no longer kept one by one: days with statistics, days with looks, and looks."""

months = Table(
    "months",
    metadata,
    Column("name_id", Integer, ForeignKey("api_names.id"), primary_key=True),
    Column("month", Integer, primary_key=True),
    Column("first_day", Integer),
    Column("last_used_day", Integer),
    Column("used_days", Integer, nullable=False),
    Column("usage", BigInteger, nullable=False),
    Column("usage_total", BigInteger),
    Column("served_days", Integer, nullable=False),
    Column("threads_sum", BigInteger, nullable=False),
    Column("threads_most", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""A name's row of a closed month; ``usage`` is the sum of its days, ``usage_total`` the highest total."""

listings = Table(
    "listings",
    metadata,
    Column("category", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("first_day", Integer, primary_key=True),
    Column("last_day", Integer, nullable=False),
    Index("ix_listings_category_last_day", "category", "last_day"),
    sqlite_with_rowid=False,
)
"""The days on which a catalogue listed a name, in runs without a break; days without a record break none."""

category_states = Table(
    "category_states",
    metadata,
    Column("category", Text, primary_key=True),
    Column("content", Text, nullable=False),
)
"""The last state of each category, as JSON; changes are told against it."""

changes = Table(
    "changes",
    metadata,
    Column("category", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Column("mark", Text),
    sqlite_with_rowid=False,
)
"""The changes of categories, each kind of a name once a day; ``mark`` is JSON."""


link_checks = Table(
    "link_checks",
    metadata,
    Column("address", Text, primary_key=True),
    Column("checked_at", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("failed_days", Integer, nullable=False),
    Column("failed_day", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The last result for each address; on how many days in a row it failed, and the last of them (0: none)."""


def written(name: str) -> str:
    """Return a name as it is stored: PostgreSQL cannot hold the character NUL."""
    return name.replace("\\", "\\\\").replace("\0", "\\0")


def read(name: str) -> str:
    """Return the name that :func:`written` was given."""
    return name if "\\" not in name else "\\".join(part.replace("\\0", "\0") for part in name.split("\\\\"))
