"""Alembic's entry: migrations run on the connection that :func:`upgrade` is given."""

from __future__ import annotations

from alembic import context

from horde_model_reference.history.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
