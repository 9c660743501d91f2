"""What each tab of a run's page reads, as the context of its template. Each tab reads only what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml
from flask import request, url_for

from app.engine.access import Caller
from app.engine.graph.build import Graph, build_graph
from app.engine.statuses import NOT_STARTED, TERMINAL
from app.queries import (
    events,
    executions,
    identities,
    inquiries,
    logs,
    revisions,
    workflow_executions,
    workflows,
)
from app.queries.executions import ExecutionFilters
from app.queries.items import values_of
from app.queries.labels import labels_of
from app.services import ports
from app.services.workflows import load_spec
from app.web import run_page, run_versions, wording
from app.web.pages import number
from app.web.run_items import ItemLine, attempts_of, item_lines
from app.web.sentences import sentences
from app.web.vocabulary import RUN_FILTERS

Context = dict[str, Any]
EVENTS_SHOWN = 100
ITEMS_SHOWN = 100
LOG_TAIL = 64 * 1024
PANEL_LOG = 2000


def context_of(execution_id: int, *, tab: str, by: Caller) -> Context:
    """Everything the page of a run shows with this tab. Raises NotFound."""
    version = run_versions.present(execution_id)
    execution = executions.get_execution(execution_id=execution_id, by=by)
    run = _run_of(execution, by)
    tab = tab if tab in _TABS and (run is not None or tab in _PLAIN_TABS) else ("graph" if run else "log")
    who = identities.logins_of([execution["executor"]]) if execution["executor"] else {}
    label = labels_of([execution["action_ref"]]).get(execution["action_ref"])
    head = run_page.run_head(execution, run, label=label, who=who.get(execution["executor"]))
    base = {"head": head, "tab": tab, "tabs": _tab_links(run), "selected": request.args.get("task"), "page": None, "plan": None}
    return {**base, "version": version, **_TABS[tab](execution, run, by)}


def _run_of(execution: Mapping[str, Any], by: Caller) -> Mapping[str, Any] | None:
    run_id = execution["workflow_execution"]
    return workflow_executions.get_workflow_execution(workflow_execution_id=run_id, by=by) if run_id else None


def _tab_links(run: Mapping[str, Any] | None) -> list[tuple[str, str, Any]]:
    if run is None:
        return [("log", "Log", None), ("variables", "Input and result", None), ("events", "Events", None)]
    return [
        ("graph", "Graph", None),
        ("tasks", "Tasks", run["progress"]["total"]),
        ("items", "Items", None),
        ("variables", "Variables", len(run["variables"]) or None),
        ("log", "Log", None),
        ("events", "Events", None),
        ("definition", "Definition", None),
    ]


def _live(execution: Mapping[str, Any], run: Mapping[str, Any], by: Caller, tasks: Sequence[Mapping[str, Any]]) -> run_page.LivePart:
    """The parts that change. `task` in the address is what somebody chose: "" for a panel they closed."""
    graph, ended, now = _graph_of(run), execution["status"] in TERMINAL, ports.now()
    taken, chosen = _taken(graph, tasks), request.args.get("task")
    doing = [] if ended else sentences(tasks, list(zip(graph.edges, taken, strict=True)), _open_inquiries(run, by, tasks), now)
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


def _open_inquiries(run: Mapping[str, Any], by: Caller, tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not any(task["state"] == "waiting_inquiry" for task in tasks):
        return []
    asked = [task["inquiry"] for task in tasks if task["state"] == "waiting_inquiry" and task["inquiry"]]
    return [inquiries.get_inquiry(inquiry_id=inquiry_id, by=by) for inquiry_id in asked]


def _tasks(run: Mapping[str, Any], by: Caller, *, with_results: bool = False) -> list[dict[str, Any]]:
    return workflow_executions.list_tasks(
        workflow_execution_id=run["id"], by=by, with_results=with_results, with_items=False
    )


def _graph_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    chosen = request.args.get("task")
    tasks = _tasks(run, by, with_results=chosen != "")
    live = _live(execution, run, by, tasks)
    panel = next((line for line in live.tasks if line.name == live.selected), None)
    shown = {"live": live, "plan": run_page.rerun_plan(tasks), "panel": panel, "chosen": chosen}
    return {**shown, **(_panel(panel, run, by) if panel else {})}


def _panel(panel: run_page.TaskLine, run: Mapping[str, Any], by: Caller) -> Context:
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=panel.name)
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=12)
    with_items = bool(panel.doc.get("items"))
    latest = panel.doc.get("execution")
    whole = executions.get_execution(execution_id=latest, by=by) if latest and not with_items else None
    return {
        "panel_items": _items(rows) if with_items else [],
        "panel_attempts": [] if with_items or len(rows) < 2 else attempts_of(rows),
        "panel_input": whole["parameters"] if whole and whole["parameters"] else None,
        "panel_log": _tail(latest, "stdout", by, PANEL_LOG)[0] if whole and whole["status"] not in NOT_STARTED else "",
    }


def _tasks_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    return {"live": _live(execution, run, by, _tasks(run, by))}


def _items_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    names = [task["name"] for task in _tasks(run, by) if task["items"]]
    selected = request.args.get("task") if request.args.get("task") in names else (names[0] if names else None)
    status = request.args.get("status") or None
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=selected, status=status)
    rows, _, more = ([], None, False) if not names else executions.list_executions(
        by=by, filters=filters, limit=ITEMS_SHOWN, before=number("before")
    )
    here = {"execution_id": execution["id"], "tab": "items", "task": selected, "status": status}
    return {
        "item_tasks": names,
        "selected": selected,
        "status": status,
        "run_filters": RUN_FILTERS,
        "items": _items(rows),
        "items_words": "Newest first.",
        "newer": url_for("runs.detail", **here) if number("before") else None,
        "older": url_for("runs.detail", **here, before=rows[-1]["id"]) if more else None,
    }


def _items(rows: Sequence[Mapping[str, Any]]) -> list[ItemLine]:
    return item_lines(rows, values_of([row["id"] for row in rows]))


def _variables_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    shown = {"parameters": execution["parameters"], "vars": run["variables"] if run else {}}
    return {"context": shown, "output": execution["result"] or {}}


def _log_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    if run is None:
        titles = {"stdout": "Output", "stderr": "Errors"}
        return {"logs": [_log(execution["id"], stream, title, by) for stream, title in titles.items()]}
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=request.args.get("task"))
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=30)
    found = [_log(row["id"], "stdout", _log_title(row), by) for row in reversed(rows) if not row["workflow_execution"]]
    return {"logs": [log for log in found if log["text"]]}


def _log_title(row: Mapping[str, Any]) -> str:
    task = row["workflow_task"]
    item = f", item {task['task_index']}" if task["task_index"] is not None else ""
    again = f", attempt {task['retry_count'] + 1}" if task["retry_count"] else ""
    return f"{task['task_name']}{item}{again}"


def _log(execution_id: int, stream: str, title: str, by: Caller) -> Context:
    text, size = _tail(execution_id, stream, by, LOG_TAIL)
    return {"title": title, "text": text, "size": size, "cut": size > LOG_TAIL}


def _tail(execution_id: int | None, stream: str, by: Caller, most: int) -> tuple[str, int]:
    """The last bytes of a stream as text, and its whole size."""
    if execution_id is None:
        return "", 0
    size = logs.log_sizes(execution_id=execution_id, by=by)[stream]["size"]
    part = logs.log_part(execution_id=execution_id, stream=stream, by=by, offset=max(0, size - most), limit=most)
    return part.content.decode("utf-8", "replace"), size


def _events_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    before = number("before")
    rows = events.latest_events(execution_id=execution["id"], by=by, before_seq=before, limit=EVENTS_SHOWN)
    here = {"execution_id": execution["id"], "tab": "events"}
    older = rows and rows[-1]["seq"] > 1
    return {
        "events": [{**row, "payload": _told(row["payload"])} for row in rows],
        "newer": url_for("runs.detail", **here) if before else None,
        "older": url_for("runs.detail", **here, before=rows[-1]["seq"]) if older else None,
    }


def _told(payload: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an event says to people; the engine's own bookkeeping stays out."""
    return {key: value for key, value in (payload or {}).items() if key not in ("visit", "visits", "header") and value is not None}


def _definition_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    text = workflows.source_text(run["revision"])
    if text is None:
        text = yaml.safe_dump(workflows.plan_source(run["revision"]), allow_unicode=True, sort_keys=False, width=100)
    revision, workflow_ref = revisions.place_of(revision_id=run["revision"], by=by)
    return {"definition": text, "revision": revision, "workflow_ref": workflow_ref}


_TABS: dict[str, Callable[[Mapping[str, Any], Any, Caller], Context]] = {
    "graph": _graph_tab,
    "tasks": _tasks_tab,
    "items": _items_tab,
    "variables": _variables_tab,
    "log": _log_tab,
    "events": _events_tab,
    "definition": _definition_tab,
}
_PLAIN_TABS = ("log", "variables", "events")


def names(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Who the executors of these rows are, and what their actions are called."""
    return {
        "logins": identities.logins_of({row["executor"] for row in rows if row["executor"]}),
        "labels": labels_of(row["action_ref"] for row in rows),
    }


def words_for(shown: int) -> str:
    return f"Newest first, {wording.count(shown, 'run')} on this page." if shown else ""
