"""Edits of a workflow text for an editor: stateless, nothing is stored (api.md 7.1)."""

from __future__ import annotations

from pydantic import Field

from app.api.answers.workflow_edits import TextEdit
from app.api.envelopes import Reply, one
from app.api.requests import Body, Json, Ref
from app.api.routes import One, Routes
from app.api.v1.workflow_texts import MOST_CLOSED
from app.engine.access import Caller
from app.services import workflow_edits

routes = Routes("workflows")


class EditText(Body):
    """`drawing` and `closed` as for an analysis."""

    text: str
    operation: Json
    pack_ref: Ref | None = None
    drawing: str | None = None
    closed: list[str] = Field(default=[], max_length=MOST_CLOSED)


@routes.post("/workflows/edit", access="actions:read", answer=One(TextEdit))
def edit_text(body: EditText, caller: Caller) -> Reply:
    """Apply one operation to a YAML text: only the bytes that must change do."""
    edited = workflow_edits.edit(body.text, body.operation, pack_ref=body.pack_ref, by=caller)
    return one(edited.as_json(seen=body.drawing, closed=body.closed))
