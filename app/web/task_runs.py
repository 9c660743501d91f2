"""Running one task of an edited workflow alone: its action, for real, through the normal way of executions.

The form is filled from the text's literals and, where a past run is chosen, from what the task had there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from app.engine.access import Target
from app.engine.errors import Conflict, Forbidden, Invalid, NotFound
from app.engine.spec.model import TaskSpec
from app.engine.statuses import TERMINAL
from app.queries import actions, executions, logs
from app.queries.past_runs import PastTask
from app.services import access, ports
from app.services import executions as runs
from app.web import wording
from app.web.editor_parts import Question, chosen_run, past_of, past_runs
from app.web.errors import covered
from app.web.form_problems import is_valid, with_problems, without_problems
from app.web.forms import FormField
from app.web.nested_forms import ROWS, changed_rows, nested_fields, read_nested
from app.web.signed_in import caller
from app.web.value_texts import is_expression
from app.web.vocabulary import run_look

bp = covered(Blueprint("task_runs", __name__))
LOG_TAIL = 8_000  # bytes of each stream


@bp.post("/workflows/task-runs/form")
def form() -> Response:
    asked, by = Question.of_request(), caller()
    found = asked.inspection(by)
    task = found.task if found is not None else None
    if task is None or task.action is None:
        raise NotFound("There is no task with an action here.")
    action = actions.get_action(ref=task.action, by=by)
    past = past_of(task, chosen_run(asked.run, past_runs(asked.ref, by)), by)
    values, open_names = prefilled(task, past)
    fields = nested_fields(action["param_schema"], values)
    return _form(action, fields, task=task.name, past=past, open_names=open_names)


@bp.post("/workflows/task-runs")
def start() -> Response:
    by, ref, task = caller(), request.form.get("action", ""), request.form.get("task", "")
    action = actions.get_action(ref=ref, by=by)
    access.require(by, "actions", "execute", Target(id=action["id"], ref=ref, pack_ref=action["pack_ref"]))
    values, shown = read_nested(action["param_schema"], changed_rows(request.form))
    if ROWS in request.form:
        return _form(action, without_problems(shown), task=task)
    if not is_valid(shown):
        return _form(action, shown, task=task, status=422)
    once = request.form.get("once", "")
    key = f"task-{once}" if once.isalnum() and len(once) <= 64 else None
    try:
        begun = runs.start(action_ref=ref, parameters=values, by=by, idempotency_key=key, body_hash=ref)
    except (Conflict, Forbidden, Invalid) as error:
        return _form(action, with_problems(shown, error.details or ()), task=task, problem=error.message, status=422)
    return _progress(begun.execution_id, task)


@bp.get("/workflows/task-runs/<int:execution_id>")
def progress(execution_id: int) -> Response:
    return _progress(execution_id, request.args.get("task", ""))


def prefilled(task: TaskSpec, past: PastTask | None) -> tuple[dict[str, Any], list[str]]:
    """Inputs to begin with, and the names of those that only a run could tell."""
    values: dict[str, Any] = {}
    unknown: list[str] = []
    for name, value in task.input.items():
        was = past.values.get(("input", name)) if past is not None else None
        if was is not None and not was.problem:
            values[name] = was.value
        elif _has_templates(value):
            unknown.append(name)
        else:
            values[name] = value
    return values, unknown


def rehearsal_entry(task: str, execution: Mapping[str, Any]) -> dict[str, Any]:
    """What a rehearsal's script takes for this task: `{task, result | error | timed_out}` (api.md 7.1)."""
    result = execution["result"] or {}
    if execution["status"] == "completed":
        data = result.get("data") if isinstance(result, dict) else None
        return {"task": task, "result": result if data is None else data}
    if execution["status"] == "timeout" or (execution["error"] and "timed out" in execution["error"]):
        return {"task": task, "timed_out": True}
    return {"task": task, "error": {"type": "failed", "message": execution["error"] or "it failed"}}


def _has_templates(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_templates, value.values()))
    return any(map(_has_templates, value)) if isinstance(value, list) else is_expression(value)


def _form(action: Mapping[str, Any], fields: list[FormField], *, status: int = 200, **more: Any) -> Response:
    context = {"past": None, "open_names": [], "problem": None, **more}
    page = render_template("editor/_task_run_form.html", action=action, fields=fields, once=secrets.token_hex(12), **context)
    return make_response(page, status)


def _progress(execution_id: int, task: str) -> Response:
    by = caller()
    found = executions.get_execution(execution_id=execution_id, by=by)
    ended = found["status"] in TERMINAL
    page = render_template(
        "editor/_task_run.html",
        run=found,
        task=task,
        ended=ended,
        look=run_look(found["status"]),
        took=wording.elapsed(found["started_at"], found["completed_at"] if ended else None, ports.now()),
        logs={stream: _tail(execution_id, stream, by) for stream in logs.STREAMS},
        entry=rehearsal_entry(task, found) if ended else None,
    )
    return make_response(page)


def _tail(execution_id: int, stream: str, by: Any) -> str:
    size = logs.log_sizes(execution_id=execution_id, by=by)[stream]["size"]
    part = logs.log_part(execution_id=execution_id, stream=stream, by=by, offset=max(0, size - LOG_TAIL), limit=LOG_TAIL)
    return part.content.decode("utf-8", "replace")
