"""What each tab of a run's page reads, as the context of its template. Each tab reads only what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml
from flask import request

from app.engine.access import Caller
from app.queries import executions, identities, revisions, workflow_executions, workflows
from app.queries.labels import labels_of
from app.web import (
    rights,
    run_events,
    run_graph,
    run_item_list,
    run_logs,
    run_page,
    run_versions,
    timeline,
    wording,
)

Context = dict[str, Any]


def context_of(execution_id: int, *, tab: str, by: Caller) -> Context:
    """Everything the page of a run shows with this tab. Raises NotFound."""
    version = run_versions.present(execution_id)
    execution = executions.get_execution(execution_id=execution_id, by=by)
    run = _run_of(execution, by)
    tab = tab if tab in _TABS and (run is not None or tab in _PLAIN_TABS) else ("graph" if run else "log")
    head = _head(execution, run, by)
    base = {"head": head, "tab": tab, "tabs": _tab_links(run), "selected": request.args.get("task")}
    shown = {**base, **dict.fromkeys(("page", "plan", "seen", "past")), **_TABS[tab](execution, run, by)}
    return {**shown, "version": run_versions.joined([version, *shown.get("words", ())])}


def head_of(execution_id: int, *, by: Caller) -> run_page.RunHead:
    """Only the line above the tabs. Raises NotFound."""
    execution = executions.get_execution(execution_id=execution_id, by=by)
    return _head(execution, _run_of(execution, by), by)


def _head(execution: Mapping[str, Any], run: Mapping[str, Any] | None, by: Caller) -> run_page.RunHead:
    who = identities.logins_of([execution["executor"]]) if execution["executor"] else {}
    label = labels_of([execution["action_ref"]]).get(execution["action_ref"])
    return run_page.run_head(execution, run, may=rights.on_run(execution, by), label=label, who=who.get(execution["executor"]))


def _run_of(execution: Mapping[str, Any], by: Caller) -> Mapping[str, Any] | None:
    run_id = execution["workflow_execution"]
    return workflow_executions.get_workflow_execution(workflow_execution_id=run_id, by=by) if run_id else None


def _tab_links(run: Mapping[str, Any] | None) -> list[tuple[str, str, Any]]:
    if run is None:
        return [("log", "Log", None), ("variables", "Input and result", None), ("events", "Events", None)]
    return [
        ("graph", "Graph", None),
        ("timeline", "Timeline", None),
        ("tasks", "Tasks", run["progress"]["total"]),
        ("items", "Items", None),
        ("variables", "Variables", len(run["variables"]) or None),
        ("log", "Log", None),
        ("events", "Events", None),
        ("definition", "Definition", None),
    ]


def _variables_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    shown = {"parameters": execution["parameters"], "vars": run["variables"] if run else {}}
    return {"context": shown, "output": execution["result"] or {}}


def _definition_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> Context:
    text = workflows.source_text(run["revision"])
    if text is None:
        text = yaml.safe_dump(workflows.plan_source(run["revision"]), allow_unicode=True, sort_keys=False, width=100)
    revision, workflow_ref = revisions.place_of(revision_id=run["revision"], by=by)
    return {"definition": text, "revision": revision, "workflow_ref": workflow_ref}


_TABS: dict[str, Callable[[Mapping[str, Any], Any, Caller], Context]] = {
    "graph": run_graph.graph_tab,
    "timeline": timeline.timeline_tab,
    "tasks": run_graph.tasks_tab,
    "items": run_item_list.items_tab,
    "variables": _variables_tab,
    "log": run_logs.log_tab,
    "events": run_events.events_tab,
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
