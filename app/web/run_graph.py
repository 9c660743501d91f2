"""What the graph of a run shows: its drawing, what it is doing, and the panel of one task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.engine.graph.build import Graph, build_graph
from app.engine.spec.document import load
from app.engine.spec.error_places import ErrorLine, error_line
from app.engine.statuses import NOT_STARTED, TERMINAL
from app.queries import executions, inquiries, workflow_executions, workflows
from app.queries.executions import ExecutionFilters
from app.queries.items import values_of
from app.queries.past_states import PastState
from app.services import ports
from app.services.workflows import load_spec
from app.web import pictures, run_logs, run_page, time_travel
from app.web.nested_runs import NONE, NestedRuns, RunState, nested_in
from app.web.run_items import attempts_of, item_lines
from app.web.sentences import sentences

Context = dict[str, Any]
PANEL_LOG = 2000
READ_AGAIN = 100_000  # characters of a text that is read for each update in which a failed task is open
_KINDS = {"succeeded": "on success", "failed": "on failure", "timed_out": "on timeout"}
INSIDE = 40  # tasks of a nested workflow that a panel has room for


def graph_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    """The graph as it is; with `at` in the address as it was after that event."""
    chosen, asked = request.args.get("task"), time_travel.asked_for()
    past = time_travel.past_of(run, asked, by) if asked else None
    seen, *seen_inside = request.args.get("seen", "").split(".")
    tasks = past.tasks if past else tasks_of(run, by, with_results=chosen != "")
    nested = NONE if past else nested_in(execution["id"], tasks, by, state_of=_state_of, seen=seen_inside)
    live = _live(execution, run, tasks, past, nested=nested, seen=seen)
    panel = next((line for line in live.tasks if line.name == live.selected), None)
    return {
        "live": live,
        "plan": run_page.rerun_plan(tasks),
        "panel": panel,
        "chosen": chosen,
        "seen": ".".join([live.picture.marks, *nested.seen]),
        "words": nested.words,
        "opened": nested.open,
        "kept_args": {"open": nested.open, "inside": nested.inside},
        "questions": {} if past else _questions(tasks, by),
        "past": past,
        "slider": time_travel.slider_of(execution["id"], past),
        "follows": "seen" in request.args,
        **(_panel(panel, run, by, past) if panel else {}),
    }


def _questions(tasks: Sequence[Mapping[str, Any]], by: Caller) -> dict[int, bool]:
    """The open questions that the caller may see, and whether the caller may answer."""
    asked = [task["inquiry"] for task in tasks if task["state"] == "waiting_inquiry" and task["inquiry"]]
    return inquiries.answerable(inquiry_ids=asked, by=by)


def tasks_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    return {"live": _live(execution, run, tasks_of(run, by))}


def _panel(panel: run_page.TaskLine, run: Mapping[str, Any], by: Caller, past: PastState | None) -> Context:
    with_items, latest = bool(panel.doc.get("items")), panel.doc.get("execution")
    whole = executions.get_execution(execution_id=latest, by=by) if latest and not with_items else None
    line = _error_line(panel.note, run) if panel.note else None
    shown = {"panel_input": whole["parameters"] if whole and whole["parameters"] else None, "error_line": line}
    shown |= {"conditions": _conditions(run, panel.name)}
    if past is not None:  # its attempts and its log are those of now
        return shown
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=panel.name)
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=12)
    return {
        **shown,
        "inside": _inside(whole, by) if whole else None,
        "panel_items": item_lines(rows, values_of([row["id"] for row in rows])) if with_items else [],
        "panel_attempts": [] if with_items or len(rows) < 2 else attempts_of(rows),
        "panel_log": run_logs.tail(latest, "stdout", by, PANEL_LOG)[0] if whole and whole["status"] not in NOT_STARTED else "",
    }


def _conditions(run: Mapping[str, Any], name: str) -> list[str]:
    """When each transition of the task is taken: as written, or in a word."""
    tasks = {task.name: task for task in load_spec(run["revision"]).all_tasks()}
    return [transition.when or _KINDS.get(transition.kind, "always") for transition in tasks[name].transitions]


def _error_line(message: str, run: Mapping[str, Any]) -> ErrorLine | None:
    """Where the error stands in the text this run keeps; None for one that came as JSON, or is no expression's."""
    text = workflows.source_text(run["revision"]) if "task '" in message else None
    document = load(text) if text is not None and len(text) <= READ_AGAIN else None
    return error_line(message, spec=load_spec(run["revision"]), document=document) if document is not None else None


def _inside(execution: Mapping[str, Any], by: Caller) -> dict[str, Any] | None:
    """The run inside a task that is a workflow: its id and, unless it is too large for a panel, its drawing."""
    if execution["workflow_execution"] is None:
        return None
    state, href = _state_of(execution["id"], by), url_for("runs.detail", execution_id=execution["id"]) + "?task={name}"
    small, ended = len(state.graph.nodes) <= INSIDE, state.status in TERMINAL
    drawn = pictures.inside_picture(state.graph, state.taken, state.tasks, ended=ended, now=ports.now(), href=href) if small else None
    return {"id": execution["id"], "picture": drawn, "tasks": len(state.tasks)}


def _state_of(execution_id: int, by: Caller) -> RunState:
    execution = executions.get_execution(execution_id=execution_id, by=by)
    run = workflow_executions.get_workflow_execution(workflow_execution_id=execution["workflow_execution"], by=by)
    graph, tasks = _graph_of(run), tasks_of(run, by)
    return RunState(graph, _taken(graph, tasks), tasks, execution["status"])


def _live(
    execution: Mapping[str, Any], run: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]], past: PastState | None = None,
    *, nested: NestedRuns = NONE, seen: str = "",
) -> run_page.LivePart:  # fmt: skip
    """The parts that change. `task` in the address is what somebody chose: "" for a panel they closed."""
    graph, ended = _graph_of(run), (past.status if past else execution["status"]) in TERMINAL
    doing, chosen = [] if ended else sentences(tasks), request.args.get("task")
    where = url_for("runs.detail", execution_id=execution["id"], at=past.seq if past else None, open=nested.open)
    itself = past.event["task_name"] if past else run_page.worth_a_look(tasks, [s.task for s in doing])
    return run_page.live_part(
        graph=graph,
        taken=_taken(graph, tasks),
        tasks=tasks,
        doing=doing,
        ended=ended,
        now=past.at if past else ports.now(),
        href=f"{where}{'&' if '?' in where else '?'}task={{name}}",
        selected=itself if chosen is None else chosen,
        seen=seen,
        nested=nested,
    )


def _graph_of(run: Mapping[str, Any]) -> Graph:
    return build_graph(load_spec(run["revision"]))


def _taken(graph: Graph, tasks: Sequence[Mapping[str, Any]]) -> list[bool | None]:
    transitions = {task["name"]: task["transitions"] for task in tasks}
    return [transitions[edge.source][edge.index]["taken"] for edge in graph.edges]


def tasks_of(run: Mapping[str, Any], by: Caller, *, with_results: bool = False) -> list[dict[str, Any]]:
    return workflow_executions.list_tasks(
        workflow_execution_id=run["id"], by=by, with_results=with_results, with_items=False, now=ports.now()
    )
