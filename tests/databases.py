"""Empty databases with every table, quickly: a copied file on SQLite, emptied tables on PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Engine, inspect

import app.persistence.models  # noqa: F401 - registers the tables
from app.persistence.db import Base, make_engine


def copy_empty(file: Path) -> None:
    """Put a SQLite database with every table at this path."""
    shutil.copyfile(_template(), file)


def make_empty(engine: Engine) -> None:
    """Give a PostgreSQL database every table, all empty, with numbers that begin anew."""
    if not set(Base.metadata.tables) <= set(inspect(engine).get_table_names()):
        Base.metadata.drop_all(engine)
        Base.metadata.create_all(engine)
        return
    names = ", ".join(f'"{name}"' for name in Base.metadata.tables)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


@lru_cache(maxsize=1)
def _template() -> Path:
    file = Path(tempfile.mkdtemp(prefix="attune-template-")) / "empty.db"
    engine = make_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return file
