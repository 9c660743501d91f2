"""Actions (api.md 6)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.answers.actions import Action, ActionHit, ActionRow, QueueStats
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Id, Int, Json, Label, Patch, Query, Ref, Text
from app.api.routes import Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import actions as queries
from app.queries import executions, packs
from app.services import actions, ports

routes = Routes("actions")

Entrypoint = Annotated[str, Field(min_length=1, max_length=65536)]
Description = Annotated[Text, Field(max_length=100_000)]
Seconds = Annotated[float, Field(ge=0, le=10**9)]
Policy = Annotated[str, Field(max_length=50)]


class ListActions(Query):
    pack_ref: str | None = None
    search: str | None = None
    is_workflow: bool | None = None


class SearchActions(Query):
    q: str | None = None
    packs: str | None = None


class _Optional(Patch):
    """What create and update share."""

    description: Description | None = None
    runtime: Id | None = None
    runtime_ref: Ref | None = None
    runtime_version_constraint: Annotated[str, Field(max_length=255)] | None = None
    required_worker_runtimes: Json = {}
    param_schema: Json | None = None
    out_schema: Json | None = None
    accesses_mcp: bool = False
    default_execution_permission_set_refs: list[str] = []
    timeout_seconds: Seconds | None = None
    max_retries: Int | None = None
    output_format: Literal["text", "json", "yaml", "jsonl"] = "text"
    parameter_delivery: Literal["stdin", "file"] = "stdin"
    parameter_format: Literal["json", "dotenv", "yaml"] = "json"
    worker_selector: Json = {}
    worker_tolerations: list[Any] = []
    worker_affinity: Json = {}
    artifact_retention_policy: Policy | None = None
    artifact_retention_limit: Int | None = None
    log_retention_policy: Policy | None = None
    log_retention_limit: Int | None = None
    tags: list[str] = []


class CreateAction(_Optional):
    ref: Ref
    pack_ref: Ref
    label: Label
    entrypoint: Entrypoint


class UpdateAction(_Optional):
    label: Label = ""
    entrypoint: Entrypoint = ""


@routes.get("/actions", access="actions:read", answer=Page(ActionRow))
def list_actions(query: ListActions, paging: Paging, caller: Caller) -> Reply:
    """Actions by ref, workflows included, without their schemas."""
    items, total = queries.list_actions(
        by=caller, pack_ref=query.pack_ref, search=query.search, is_workflow=query.is_workflow,
        offset=paging.offset, limit=paging.size,
    )  # fmt: skip
    return page(items, paging, total=total)


@routes.get("/actions/search", access="actions:read", answer=One(list[ActionHit]))
def search_actions(query: SearchActions, caller: Caller) -> Reply:
    """Actions whose ref, label or description contains `q`, for pickers."""
    pack_refs = [ref.strip() for ref in (query.packs or "").split(",") if ref.strip()]
    return one(queries.search_actions(by=caller, q=query.q, packs=pack_refs or None))


@routes.post("/actions", access="actions:create", answer=One(Action), status=201)
def create_action(body: CreateAction, caller: Caller) -> Reply:
    """Create an ad-hoc action in a pack."""
    return one(queries.action_json(actions.create(body=body.sent(), by=caller)))


@routes.get("/actions/{ref}", access="actions:read", answer=One(Action))
def show_action(ref: str, caller: Caller) -> Reply:
    """One action with its schemas."""
    return one(queries.get_action(ref=ref, by=caller))


@routes.put("/actions/{ref}", access="actions:update", answer=One(Action))
def update_action(ref: str, body: UpdateAction, caller: Caller, if_match: str | None) -> Reply:
    """Change an action."""
    return one(queries.action_json(actions.update(ref=ref, body=body.sent(), by=caller, if_match=if_match)))


@routes.delete("/actions/{ref}", access="actions:delete", answer=Done())
def delete_action(ref: str, caller: Caller) -> Reply:
    """Delete an action; its executions stay."""
    actions.delete(ref=ref, by=caller)
    return done(f"The action '{ref}' was deleted.")


@routes.get("/actions/{ref}/queue-stats", access="actions:read", answer=One(QueueStats))
def show_queue_stats(ref: str, caller: Caller) -> Reply:
    """How many executions of the action wait, run and have ended."""
    action = queries.get_action(ref=ref, by=caller)
    return one(executions.queue_stats(action=action, max_concurrent=ports.settings().worker_threads, now=ports.now()))


@routes.get("/packs/{ref}/actions", access="actions:read", answer=Page(ActionRow))
def list_actions_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Actions of one pack."""
    packs.get_pack(ref=ref, by=caller)
    items, total = queries.list_actions(by=caller, pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)
