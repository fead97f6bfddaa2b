"""The results of asking for download addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; ``history/tables.py`` describes it."""
    op.create_table(
        "link_checks",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("failed_days", sa.Integer, nullable=False),
        sa.Column("failed_day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
