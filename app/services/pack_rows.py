"""Manifests of a pack's files as rows: what every kind of component has in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from app.persistence.models import Pack
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import ports


def columns_of(manifest: Any, *without: str) -> dict[str, Any]:
    """A manifest as columns: tuples become the lists they are stored as."""
    columns = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(manifest).items()}
    return {key: value for key, value in columns.items() if key not in without}


def write(tx: Transaction, row: Any, values: dict[str, Any], pack: Pack, *, what: str) -> None:
    """Give a component its values and its pack; a new one is added. Conflict when its ref is taken."""
    for key, value in values.items():
        setattr(row, key, value)
    row.pack, row.pack_ref, row.updated = pack.id, pack.ref, ports.now()
    if row.id is None:
        add_new(tx, row, what=what)


def switch(row: Any, name: str, said: bool) -> None:
    """Set a switch as its file says when the file is new or says something new; else what was set since stays."""
    before = row.file_says or {}
    if before.get(name) != said:
        setattr(row, name, said)
        row.file_says = {**before, name: said}


def ids_of(rows: Iterable[Any]) -> list[int]:
    return [row.id for row in rows]


def unsaid(known: dict[str, Any], manifests: Iterable[Any]) -> list[int]:
    """Ids of the components that the files say no longer; what was made through the API stays."""
    said = {manifest.ref for manifest in manifests}
    return [row.id for ref, row in known.items() if ref not in said and not getattr(row, "is_adhoc", False)]
