"""Rows as plain dicts, column name to value, for reading and for what services work on."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import CursorResult

Row = dict[str, Any]


def first_row(result: CursorResult[Any]) -> Row | None:
    row = result.mappings().first()
    return None if row is None else dict(row)


def all_rows(result: CursorResult[Any]) -> list[Row]:
    return [dict(row) for row in result.mappings()]
