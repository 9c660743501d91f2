"""Alembic's environment: our metadata, on the engine of the process (or of the Flask application)."""

from __future__ import annotations

from alembic import context

import app.persistence.models  # noqa: F401 - registers the tables
from app.persistence.db import Base


def _engine():
    engine = context.config.attributes.get("engine")
    if engine is None:  # `flask db ...`
        from app.persistence import session

        engine = session.current().engine
    return engine


def run() -> None:
    with _engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
