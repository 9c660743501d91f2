"""What a run is pinned to: the current revision of a workflow, and the parsed workflow of a revision."""

from __future__ import annotations

from functools import lru_cache

from app.engine.errors import Conflict, InvalidDefinition, NotFound
from app.engine.spec.document import Document
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import errors_of
from app.persistence import session
from app.persistence.repositories import workflows
from app.persistence.session import Database, Transaction


def current_revision(ref: str) -> int:
    """Id of the revision a new run is pinned to. NotFound; Conflict for a draft or a disabled workflow."""
    with session.reading() as tx:
        return current_revision_in(tx, ref)


def current_revision_in(tx: Transaction, ref: str) -> int:
    """As current_revision, within the caller's transaction."""
    row = workflows.by_ref(tx, ref)
    if row is None:
        raise NotFound(f"There is no workflow '{ref}'.")
    if row.draft or row.revision is None:
        raise Conflict(f"'{ref}' is a draft: it has errors, so it can't be executed.")
    if not row.enabled:
        raise Conflict(f"'{ref}' is disabled; enable it to execute it.")
    return row.revision


def load_spec(revision_id: int) -> WorkflowSpec:
    """The parsed workflow of a revision, kept in memory. NotFound; InvalidDefinition with its problems."""
    return _spec_of(session.current(), revision_id)


@lru_cache(maxsize=512)
def _spec_of(database: Database, revision_id: int) -> WorkflowSpec:
    # The database is part of the key: a process may see several, and ids repeat.
    with database.reading() as tx:
        revision = workflows.revision(tx, revision_id)
        if revision is None:
            raise NotFound(f"There is no workflow revision {revision_id}.")
        ref, document = revision.workflow_ref, revision.document
    parsed = parse_workflow(Document.from_value(document), ref=ref)
    errors = errors_of(parsed.problems)
    if parsed.spec is None or errors:
        raise InvalidDefinition(f"Revision {revision_id} of '{ref}' is not a valid workflow.", errors)
    return parsed.spec
