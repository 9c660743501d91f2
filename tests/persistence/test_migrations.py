"""The migrations and the models must say the same, on each database."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.persistence import migrations, session
from app.persistence.db import Base


def test_upgrade_makes_exactly_the_tables_of_the_models(database: session.Database) -> None:
    _empty(database)

    migrations.upgrade(database)

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(sqlite: session.Database) -> None:
    _empty(sqlite)
    migrations.upgrade(sqlite)

    migrations.upgrade(sqlite)

    assert not migrations.is_empty(sqlite)



def _empty(database: session.Database) -> None:
    Base.metadata.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
