"""Parsed workflows by revision, for read models. Revisions never change, so they are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict

from app.engine.spec.document import Document
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.parse import parse_workflow
from app.persistence.repositories import catalog
from app.persistence.session import Transaction

_KEPT = 256
_lock = threading.Lock()


def spec_of(tx: Transaction, revision_id: int) -> WorkflowSpec | None:
    """The workflow as it was pinned; None when it can't be read any more, which never blanks a page."""
    cache: OrderedDict[int, WorkflowSpec | None] = tx.database.kept.setdefault("specs", OrderedDict())
    with _lock:
        if revision_id in cache:
            cache.move_to_end(revision_id)
            return cache[revision_id]
    spec = _parsed(tx, revision_id)
    with _lock:
        cache[revision_id] = spec
        while len(cache) > _KEPT:
            cache.popitem(last=False)
    return spec


def _parsed(tx: Transaction, revision_id: int) -> WorkflowSpec | None:
    row = catalog.revision(tx, revision_id)
    if row is None:
        return None
    return parse_workflow(Document.from_value(row["document"]), ref=row["workflow_ref"]).spec
