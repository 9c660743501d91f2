"""Bringing a database to the current schema, from any process, without the Flask command line."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.persistence.session import Database

FOLDER = Path(__file__).resolve().parent.parent.parent / "migrations"


def config_for(database: Database) -> Config:
    """Alembic's configuration, bound to this database's engine."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database) -> None:
    """Create or upgrade every table; does nothing when the schema is current."""
    command.upgrade(config_for(database), "head")


def revisions(database: Database) -> tuple[str | None, str | None]:
    """(revision the database has, revision this version of the program needs); reads only."""
    wanted = ScriptDirectory.from_config(config_for(database)).get_current_head()
    with database.reading() as tx:
        return MigrationContext.configure(tx.connection).get_current_revision(), wanted


def is_empty(database: Database) -> bool:
    """Whether no table has been made yet."""
    return not inspect(database.engine).has_table("execution")


def knows(revision: str) -> bool:
    """Whether this version of the program has that migration, so that it can use or upgrade such tables."""
    return any(script.revision == revision for script in ScriptDirectory(str(FOLDER)).walk_revisions())
