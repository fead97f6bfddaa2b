"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NAMES = "api_names.id"


def upgrade() -> None:
    """Make the tables; ``history/tables.py`` describes them."""
    op.create_table(
        "api_names",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.UniqueConstraint("type", "name", name="uq_api_names_type_name"),
    )
    op.create_table(
        "compiles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.UniqueConstraint("type", "digest", name="uq_compiles_type_digest"),
    )
    op.create_index("ix_compiles_type_day", "compiles", ["type", "day"])
    op.create_table(
        "usage",
        sa.Column("compile_id", sa.Integer, sa.ForeignKey("compiles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name_id", sa.Integer, sa.ForeignKey(NAMES), primary_key=True),
        sa.Column("usage_day", sa.BigInteger),
        sa.Column("usage_month", sa.BigInteger),
        sa.Column("usage_total", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_usage_name_id", "usage", ["name_id"])
    op.create_table(
        "looks",
        sa.Column("type", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "threads",
        sa.Column("name_id", sa.Integer, sa.ForeignKey(NAMES), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("least", sa.BigInteger, nullable=False),
        sa.Column("sum", sa.BigInteger, nullable=False),
        sa.Column("most", sa.BigInteger, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "closed_months",
        sa.Column("type", sa.Text, primary_key=True),
        sa.Column("month", sa.Integer, primary_key=True),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("look_days", sa.Integer, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
    )
    op.create_table(
        "months",
        sa.Column("name_id", sa.Integer, sa.ForeignKey(NAMES), primary_key=True),
        sa.Column("month", sa.Integer, primary_key=True),
        sa.Column("first_day", sa.Integer),
        sa.Column("last_used_day", sa.Integer),
        sa.Column("used_days", sa.Integer, nullable=False),
        sa.Column("usage", sa.BigInteger, nullable=False),
        sa.Column("usage_total", sa.BigInteger),
        sa.Column("served_days", sa.Integer, nullable=False),
        sa.Column("threads_sum", sa.BigInteger, nullable=False),
        sa.Column("threads_most", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("months", "closed_months", "threads", "looks", "usage", "compiles", "api_names"):
        op.drop_table(name)
