"""What the graph of a run shows: its drawing, what it is doing, and the panel of one task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.engine.graph.build import Graph, build_graph
from app.engine.statuses import NOT_STARTED, TERMINAL
from app.queries import executions, workflow_executions
from app.queries.executions import ExecutionFilters
from app.queries.items import values_of
from app.services import ports
from app.services.workflows import load_spec
from app.web import run_logs, run_page
from app.web.run_items import attempts_of, item_lines
from app.web.sentences import sentences

Context = dict[str, Any]
PANEL_LOG = 2000


def graph_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    chosen = request.args.get("task")
    tasks = tasks_of(run, by, with_results=chosen != "")
    live = _live(execution, run, by, tasks)
    panel = next((line for line in live.tasks if line.name == live.selected), None)
    shown = {"live": live, "plan": run_page.rerun_plan(tasks), "panel": panel, "chosen": chosen, "seen": live.picture.marks}
    return {**shown, **(_panel(panel, run, by) if panel else {})}


def tasks_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    return {"live": _live(execution, run, by, tasks_of(run, by))}


def _panel(panel: run_page.TaskLine, run: Mapping[str, Any], by: Caller) -> Context:
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=panel.name)
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=12)
    with_items = bool(panel.doc.get("items"))
    latest = panel.doc.get("execution")
    whole = executions.get_execution(execution_id=latest, by=by) if latest and not with_items else None
    return {
        "panel_items": item_lines(rows, values_of([row["id"] for row in rows])) if with_items else [],
        "panel_attempts": [] if with_items or len(rows) < 2 else attempts_of(rows),
        "panel_input": whole["parameters"] if whole and whole["parameters"] else None,
        "panel_log": run_logs.tail(latest, "stdout", by, PANEL_LOG)[0] if whole and whole["status"] not in NOT_STARTED else "",
    }


def _live(execution: Mapping[str, Any], run: Mapping[str, Any], by: Caller, tasks: Sequence[Mapping[str, Any]]) -> run_page.LivePart:
    """The parts that change. `task` in the address is what somebody chose: "" for a panel they closed."""
    graph, ended, now = _graph_of(run), execution["status"] in TERMINAL, ports.now()
    taken, chosen = _taken(graph, tasks), request.args.get("task")
    doing = [] if ended else sentences(tasks)
    return run_page.live_part(
        graph=graph,
        taken=taken,
        tasks=tasks,
        doing=doing,
        ended=ended,
        now=now,
        href=url_for("runs.detail", execution_id=execution["id"]) + "?task={name}",
        selected=run_page.worth_a_look(tasks, [s.task for s in doing]) if chosen is None else chosen,
        seen=request.args.get("seen", ""),
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
