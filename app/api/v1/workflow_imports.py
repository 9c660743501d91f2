"""Workflows of other engines as texts of ours; nothing is stored."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.api.answers.workflow_imports import ImportedWorkflow
from app.api.envelopes import Reply, one
from app.api.requests import Body, Ref
from app.api.routes import One, Routes
from app.engine.access import Caller
from app.services import workflow_imports

routes = Routes("workflows")


class ImportWorkflow(Body):
    text: str
    metadata: str | None = None
    pack_ref: Ref
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None


@routes.post("/workflows/import", access="actions:read", answer=One(ImportedWorkflow))
def import_workflow(body: ImportWorkflow, caller: Caller) -> Reply:
    """An Orquesta workflow of StackStorm, carried over, with notes about what is not the same."""
    made = workflow_imports.import_orquesta(
        body.text, metadata=body.metadata, pack_ref=body.pack_ref, name=body.name, by=caller
    )
    return one(made.as_json())
