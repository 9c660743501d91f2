"""Revisions of a workflow: the history, one of them, two of them compared, and the way back (docs/reference/api.md)."""

from __future__ import annotations

from app.api.answers.revisions import Comparison, Revision, RevisionRow
from app.api.answers.workflows import Workflow
from app.api.envelopes import Reply, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id
from app.api.routes import One, Page, Routes
from app.api.v1.workflows import Note
from app.engine.access import Caller
from app.queries import revisions as queries
from app.queries.workflows import workflow_json
from app.services import workflows

routes = Routes("revisions")


class Restore(Body):
    """`base`: id of the revision that is the newest as far as the caller knows, as If-Match."""

    note: Note | None = None
    base: Id | None = None


@routes.get("/workflows/{ref}/revisions", access="actions:read", answer=Page(RevisionRow))
def list_revisions(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Revisions, newest first, without their contents."""
    rows, total = queries.list_revisions(ref=ref, by=caller, offset=paging.offset, limit=paging.size)
    return page(rows, paging, total=total)


@routes.get("/workflows/{ref}/revisions/{number}", access="actions:read", answer=One(Revision))
def show_revision(ref: str, number: int, caller: Caller) -> Reply:
    """One revision with its text and definition."""
    return one(queries.get_revision(ref=ref, number=number, by=caller))


@routes.get("/workflows/{ref}/revisions/{old}/diff/{new}", access="actions:read", answer=One(Comparison))
def compare_revisions(ref: str, old: int, new: int, caller: Caller) -> Reply:
    """What changed from one revision to another: in words, and as hunks of lines."""
    return one(queries.compare(ref=ref, old=old, new=new, by=caller))


@routes.post("/workflows/{ref}/revisions/{number}/restore", access="actions:update", answer=One(Workflow))
def restore_revision(ref: str, number: int, body: Restore, caller: Caller, if_match: str | None) -> Reply:
    """Roll back: what this revision says becomes the newest one; history is not rewritten."""
    seen = if_match or (None if body.base is None else str(body.base))
    saved = workflows.restore(ref=ref, number=number, by=caller, note=body.note, if_match=seen)
    return one(workflow_json(saved.row), message=saved.unwritten)
