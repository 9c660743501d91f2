"""Workflows: the list, and one with its drawing, its text and its last runs."""

from __future__ import annotations

from typing import Any

import yaml
from flask import Blueprint, render_template, request
from markupsafe import Markup

from app.engine.access import Caller
from app.engine.errors import InvalidDefinition
from app.engine.graph.build import build_graph
from app.engine.graph.icons import icons_of
from app.queries import actions, executions, workflows
from app.queries.drafts import list_drafts
from app.queries.executions import ExecutionFilters
from app.services.workflows import load_spec
from app.web import pictures
from app.web.errors import covered
from app.web.pages import SIZE, offset, paging
from app.web.rights import may_change
from app.web.run_rows import run_rows
from app.web.signed_in import caller

bp = covered(Blueprint("workflows", __name__))
LAST_RUNS = 6


@bp.get("/workflows")
def index() -> str:
    text = request.args.get("q", "").strip()
    by = caller()
    rows, total = workflows.list_workflows(by=by, search=text or None, offset=offset(), limit=SIZE)
    page = paging(len(rows), total)
    return render_template(
        "workflows/list.html", rows=rows, q=text, words=page.words, newer=page.newer, older=page.older,
        may_write=by.may("actions", "create"), drafts=list_drafts(by=by) if not text and not offset() else (),
    )  # fmt: skip


@bp.get("/workflows/<ref>")
def detail(ref: str) -> str:
    by = caller()
    found = workflows.get_workflow(ref=ref, by=by)
    rows, _, _ = executions.list_executions(by=by, filters=ExecutionFilters(action_ref=ref), limit=LAST_RUNS)
    picture, text = _drawing(found, by), _text(found)
    return render_template(
        "workflows/detail.html", w=found, picture=picture, text=text, runs=run_rows(rows), may_change=may_change(ref, by)
    )


def _drawing(workflow: dict[str, Any], by: Caller) -> Markup | None:
    if not workflow["revision"]:
        return None
    try:
        graph = build_graph(load_spec(workflow["revision"]))
    except InvalidDefinition:
        return None
    known = actions.infos(refs={node.action for node in graph.nodes if node.action}, by=by)
    return pictures.picture(graph, icons=icons_of(known))


def _text(workflow: dict[str, Any]) -> str:
    """The YAML as it was saved; of a definition that came as JSON, the same as YAML."""
    saved = workflows.source_text(workflow["revision"]) if workflow["revision"] else None
    return saved or yaml.safe_dump(workflow["definition"], allow_unicode=True, sort_keys=False, width=100)
