"""Workflows: save, check, draw, start (api.md 7)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.api.answers.executions import Execution
from app.api.answers.workflows import Graph, Validation, Workflow, WorkflowSummary
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id, Json, Label, Patch, Query, Ref, Text, Version
from app.api.routes import Done, One, Page, Routes
from app.api.v1.executions import EnvVars, env_texts, started_reply
from app.engine.access import Caller
from app.engine.graph.build import build_graph
from app.queries import packs
from app.queries import workflows as queries
from app.services import executions, workflow_revisions, workflows

routes = Routes("workflows")

Note = Annotated[Text, Field(max_length=500)]
Description = Annotated[Text, Field(max_length=100_000)]


class ListWorkflows(Query):
    pack_ref: str | None = None
    tags: str | None = None
    search: str | None = None


class Saving(Query):
    draft: bool = False


class _Content(Patch):
    """What a workflow says: `label`, `version` and `definition`, or all of it as YAML in `text`."""

    label: Label = ""
    version: Version = ""
    definition: Json = {}
    text: str | None = None
    description: Description | None = None
    param_schema: Json | None = None
    out_schema: Json | None = None
    tags: list[str] = []
    enabled: bool = True


class _NewContent(_Content):
    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("label", "version", "definition") if name not in self.model_fields_set]
        if self.text is None and missing:
            raise ValueError(f"Field required: {', '.join(missing)}")
        return self


class CreateWorkflow(_NewContent):
    ref: Ref
    pack_ref: Ref


class CreateWorkflowInPack(_NewContent):
    ref: Ref


class UpdateWorkflow(_Content):
    """`base`: id of the revision it was made from, as If-Match; `file_hash`: of the file, as a conflict showed it."""

    base: Id | None = None
    file_hash: Annotated[str | None, Field(max_length=64)] = None
    note: Note | None = None

    def seen(self, if_match: str | None) -> str | None:
        return if_match or (None if self.base is None else str(self.base))


class SaveFile(_NewContent):
    name: Annotated[str, Field(min_length=1, max_length=255)]


class ExecuteWorkflow(Body):
    parameters: Json = {}
    env_vars: EnvVars = {}


class ValidateWorkflow(Body):
    definition: Json = {}
    text: Annotated[str | None, Field(alias="yaml")] = None
    param_schema: Json | None = None
    pack_ref: Ref | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.text is None and "definition" not in self.model_fields_set:
            raise ValueError("it takes `definition` or `yaml`")
        return self


@routes.get("/workflows", access="actions:read", answer=Page(WorkflowSummary))
def list_workflows(query: ListWorkflows, paging: Paging, caller: Caller) -> Reply:
    """Workflows by label."""
    tags = [tag.strip() for tag in (query.tags or "").split(",") if tag.strip()]
    items, total = queries.list_workflows(
        by=caller, pack_ref=query.pack_ref, tags=tags, search=query.search, offset=paging.offset, limit=paging.size
    )
    return page(items, paging, total=total)


@routes.post("/workflows", access="actions:create", answer=One(Workflow), status=201)
def create_workflow(body: CreateWorkflow, query: Saving, caller: Caller) -> Reply:
    """Save a new workflow and its companion action."""
    return one(queries.workflow_json(workflows.create(body=body.sent(), by=caller, draft=query.draft)))


@routes.post("/packs/{pack_ref}/workflows", access="actions:create", answer=One(Workflow), status=201, hidden=True)
def create_workflow_in_pack(pack_ref: str, body: CreateWorkflowInPack, query: Saving, caller: Caller) -> Reply:
    """The same, with the pack in the path."""
    row = workflows.create(body={**body.sent(), "pack_ref": pack_ref}, by=caller, draft=query.draft)
    return one(queries.workflow_json(row))


@routes.get("/workflows/{ref}", access="actions:read", answer=One(Workflow))
def show_workflow(ref: str, caller: Caller) -> Reply:
    """One workflow, its definition exactly as stored."""
    return one(queries.get_workflow(ref=ref, by=caller))


@routes.put("/workflows/{ref}", access="actions:update", answer=One(Workflow))
def update_workflow(ref: str, body: UpdateWorkflow, query: Saving, caller: Caller, if_match: str | None) -> Reply:
    """Change a workflow, a text also in the file it came from; what runs keeps what it started with."""
    saved = workflows.save_changes(
        ref=ref, body=body.sent(), by=caller, draft=query.draft, if_match=body.seen(if_match),
        file_seen=body.file_hash, note=body.note,
    )  # fmt: skip
    return one(queries.workflow_json(saved.row), message=saved.unwritten)


@routes.delete("/workflows/{ref}", access="actions:delete", answer=Done())
def delete_workflow(ref: str, caller: Caller) -> Reply:
    """Delete a workflow and its companion action; its runs stay."""
    workflows.delete(ref=ref, by=caller)
    return done(f"The workflow '{ref}' was deleted.")


@routes.post("/workflows/validate", access="actions:read", answer=One(Validation))
def validate_workflow(body: ValidateWorkflow, caller: Caller) -> Reply:
    """Check a definition or a YAML text; nothing is stored."""
    return one(workflows.validate(body=body.model_dump(exclude_unset=True, by_alias=True), by=caller))


@routes.post("/workflows/{ref}/validate", access="actions:read", answer=One(Validation))
def validate_stored_workflow(ref: str, caller: Caller) -> Reply:
    """Check a stored workflow against what is installed now."""
    queries.get_workflow(ref=ref, by=caller)
    return one(workflows.validate_stored(ref=ref, by=caller))


@routes.get("/workflows/{ref}/graph", access="actions:read", answer=One(Graph))
def show_graph(ref: str, caller: Caller) -> Reply:
    """Tasks as nodes, transitions as edges. A draft with errors has no graph: 422 with what is wrong."""
    stored = queries.get_workflow(ref=ref, by=caller)
    graph = build_graph(workflow_revisions.load_spec(stored["revision"])).as_json()
    return one({**graph, "warnings": stored["warnings"]})


@routes.post(
    "/packs/{pack_ref}/workflow-files", access="actions:create", answer=One(Workflow), status=201
)
def save_workflow_file(pack_ref: str, body: SaveFile, query: Saving, caller: Caller) -> Reply:
    """Save a new workflow, and write it to the files of its pack."""
    row = workflows.save_file(pack_ref=pack_ref, body=body.sent(), by=caller, draft=query.draft)
    return one(queries.workflow_json(row))


@routes.put("/workflows/{ref}/file", access="actions:update", answer=One(Workflow))
def update_workflow_file(ref: str, body: UpdateWorkflow, query: Saving, caller: Caller, if_match: str | None) -> Reply:
    """Change a workflow, and write it to the files of its pack."""
    row = workflows.update_file(
        ref=ref, body=body.sent(), by=caller, draft=query.draft, if_match=body.seen(if_match),
        file_seen=body.file_hash, note=body.note,
    )  # fmt: skip
    return one(queries.workflow_json(row))


@routes.post(
    "/workflows/{ref}/execute", access="actions:execute", answer=One(Execution), status=201, also={200: One(Execution)}
)
def execute_workflow(
    ref: str, body: ExecuteWorkflow, caller: Caller, idempotency_key: str | None, body_hash: str
) -> Reply:
    """Start the workflow, as POST /executions/execute does with its ref."""
    queries.get_workflow(ref=ref, by=caller)
    started = executions.start(
        action_ref=ref,
        parameters=body.parameters,
        by=caller,
        env_vars=env_texts(body.env_vars),
        idempotency_key=idempotency_key,
        body_hash=f"{ref} {body_hash}" if idempotency_key else None,
    )
    return started_reply(started, caller)


@routes.get("/packs/{ref}/workflows", access="actions:read", answer=Page(WorkflowSummary))
def list_workflows_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Workflows of one pack."""
    packs.get_pack(ref=ref, by=caller)
    items, total = queries.list_workflows(by=caller, pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)
