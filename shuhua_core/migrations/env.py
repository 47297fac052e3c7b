"""Run by alembic for every command: on a connection that it is given, or on the database of ``SHUHUA_DATABASE_URL``."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from shuhua_core.kernel.db import Database
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.kernel.text_index import is_of_an_index
from shuhua_core.migrations import migrating
from shuhua_core.migrations.rendering import render_item
from shuhua_core.models import Base


def run(connection: Connection) -> None:
    """Run the migrations within the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=context.config.attributes.get("batch", True),
        render_item=render_item,
        include_name=lambda name, kind, _parents: not is_of_an_index(name, kind),
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(from_mapping({}, os.environ).database_url)
    with migrating(database) as own:
        run(own)
