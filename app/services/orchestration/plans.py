"""Compiled plans by revision, kept in memory: revisions never change."""

from __future__ import annotations

import threading
from collections import OrderedDict

from app.engine.conductor.plan import Plan, PlanLimits, build_plan
from app.engine.errors import InvalidDefinition, NotFound
from app.engine.spec.document import Document
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import errors_of
from app.persistence.repositories import catalog
from app.persistence.session import Transaction
from app.services import ports

_KEPT = 256
_lock = threading.Lock()


def plan_of(tx: Transaction, revision_id: int) -> Plan:
    """The plan of a pinned revision.

    Raises:
        InvalidDefinition: the stored document no longer parses (it was saved by another version).
    """
    kept: OrderedDict[int, Plan] = tx.database.kept.setdefault("plans", OrderedDict())
    with _lock:
        if revision_id in kept:
            kept.move_to_end(revision_id)
            return kept[revision_id]
    plan = _build(tx, revision_id)
    with _lock:
        kept[revision_id] = plan
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return plan


def _build(tx: Transaction, revision_id: int) -> Plan:
    row = catalog.revision(tx, revision_id)
    if row is None:
        raise NotFound(f"Revision {revision_id} does not exist.")
    parsed = parse_workflow(Document.from_value(row["document"]), ref=row["workflow_ref"])
    problems = errors_of(parsed.problems)
    if parsed.spec is None or problems:
        first = problems[0].message if problems else "it has no tasks"
        raise InvalidDefinition(f"Workflow {row['workflow_ref']} can't be run: {first}", problems)
    settings = ports.settings()
    limits = PlanLimits(
        items_window=settings.items_window, max_items=settings.max_items, max_nesting=settings.max_nesting
    )
    return build_plan(parsed.spec, limits=limits)
