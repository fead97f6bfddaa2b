"""The record of listed names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table; ``history/tables.py`` describes it."""
    op.create_table(
        "listings",
        sa.Column("category", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("first_day", sa.Integer, primary_key=True),
        sa.Column("last_day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listings_category_last_day", "listings", ["category", "last_day"])
