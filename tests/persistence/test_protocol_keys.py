"""The unique keys that the protocol stands on: the second row of one key is refused, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Integer, String, Table, insert, text
from sqlalchemy.exc import IntegrityError

from app.persistence import models
from app.persistence.db import UtcTime, table_of
from app.persistence.session import Database

KEYS = {
    "one start of an idempotency key": (models.IdempotencyKey, ("identity_id", "key")),
    "one run of an execution": (models.WorkflowExecution, ("execution",)),
    "one visit of a number": (models.WorkflowTaskExecution, ("workflow_execution", "task_name", "visit")),
    "one execution of an attempt of an item": (models.Execution, ("workflow_run", "task_name", "visit", "task_index", "attempt")),
    "one execution of an enforcement": (models.Execution, ("enforcement",)),
    "one alarm of a kind and attempt": (models.Timer, ("workflow_execution", "kind", "task_name", "visit", "item", "attempt")),
    "one event of a number": (models.EventLog, ("execution", "seq")),
    "one successor in the chain of records": (models.InquiryRecord, ("previous",)),
    "one enforcement of a rule and event": (models.Enforcement, ("rule", "event")),
}


@pytest.mark.parametrize("promise", KEYS)
def test_a_second_row_of_the_same_key_is_refused(database: Database, promise: str) -> None:
    model, key = KEYS[promise]
    table = table_of(model)
    first = {**_filled(table), **{name: _sample(table, name, 1) for name in key}}

    with database.engine.connect() as connection:
        _without_foreign_keys(connection, sqlite=database.is_sqlite)
        connection.execute(insert(table).values(id=1, **first))
        for number, name in enumerate(key, start=2):  # any other key is another row
            connection.execute(insert(table).values(id=number, **{**first, name: _sample(table, name, 2)}))
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            connection.execute(insert(table).values(id=99, **first))
        connection.rollback()


def _filled(table: Table) -> dict[str, Any]:
    """What a row must hold and no default gives."""
    needed = [c.name for c in table.columns if not c.nullable and c.default is None and not c.primary_key]
    return {name: _sample(table, name, 1) for name in needed}


def _sample(table: Table, name: str, number: int) -> Any:
    kind = table.columns[name].type
    if isinstance(kind, UtcTime):
        return datetime(2026, 1, number, tzinfo=UTC)
    if isinstance(kind, String):
        return f"s{number}"
    return number if isinstance(kind, Integer) else {}


def _without_foreign_keys(connection: Connection, *, sqlite: bool) -> None:
    """Rows stand alone here: what they refer to has nothing to do with their keys."""
    if sqlite:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
