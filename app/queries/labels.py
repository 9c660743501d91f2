"""How actions and workflows are called by people."""

from __future__ import annotations

from collections.abc import Iterable

from app.persistence import session
from app.persistence.repositories import labels


def labels_of(refs: Iterable[str]) -> dict[str, str]:
    """Labels by ref. Whoever may see a list of runs may see the labels of what ran."""
    with session.reading() as tx:
        return labels.labels_of(tx, set(refs))
