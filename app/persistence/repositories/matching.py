"""Conditions that several repositories share: text search and membership in a JSON list, on every database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select

from app.persistence.session import Transaction


def contains_text(text: str, *columns: Any) -> ColumnElement[bool]:
    """Whether any column contains the text, letter case aside; `%` and `_` mean themselves."""
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def has_any_element(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a JSON list of texts holds any of the values.

    Compared as text, since the JSON operators of SQLite and PostgreSQL differ; both keep the text as it was written.
    """
    texts = [json.dumps(value, ensure_ascii=False) for value in values]
    return or_(*(cast(column, String).contains(text, autoescape=True) for text in texts))


def page_of(tx: Transaction, query: Select[Any], *, offset: int, limit: int) -> tuple[list[Any], int]:
    """One page of an ordered query, and how many rows there are in all."""
    total = tx.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    return list(tx.session.scalars(query.offset(offset).limit(limit))), int(total or 0)
