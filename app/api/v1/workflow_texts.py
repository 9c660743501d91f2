"""Workflow texts as an editor needs them: stateless calls, nothing is stored (api.md 7.1)."""

from __future__ import annotations

from pydantic import Field

from app.api.answers.workflow_texts import Analysis
from app.api.envelopes import Reply, one
from app.api.requests import Body, Ref
from app.api.routes import One, Routes
from app.engine.access import Caller
from app.services import workflow_texts

routes = Routes("workflows")
MOST_CLOSED = 10_000


class WorkflowText(Body):
    """`drawing`: the one that the caller holds, as an answer named it; what it has of the graph is not sent again.
    `closed`: names of parallel tasks that are drawn without what stands in them."""

    text: str
    pack_ref: Ref | None = None
    drawing: str | None = None
    closed: list[str] = Field(default=[], max_length=MOST_CLOSED)


@routes.post("/workflows/analyse", access="actions:read", answer=One(Analysis))
def analyse_text(body: WorkflowText, caller: Caller) -> Reply:
    """Problems, drawing and outline of a YAML text; what still parses of one with syntax errors."""
    return one(workflow_texts.analyse(body.text, pack_ref=body.pack_ref, by=caller).as_json(seen=body.drawing, closed=body.closed))
