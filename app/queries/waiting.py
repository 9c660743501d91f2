"""What the reasons of waiting tasks are made from (`app.engine.waiting`), read only where something waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.engine import wording
from app.engine.conductor.state import Visit
from app.engine.graph.build import build_graph
from app.engine.inquiries.answering import needed
from app.engine.spec.model import WorkflowSpec
from app.engine.statuses import NOT_STARTED, TASK_ENDED, TERMINAL
from app.engine.waiting import Asked, Facts, Workers, foremost, reason
from app.persistence.repositories import inquiry_people, inquiry_reads, run_reads, workers
from app.persistence.repositories.inquiry_reads import Reader
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.inquiries import question_of

ALIVE_S = 60  # a heartbeat is younger than this, whatever the server's own settings say
_EVERYTHING = Reader(0, frozenset(), everything=True)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as it was just read: header, pinned workflow, latest visits, executions of its tasks (light, oldest first)."""

    header: Row
    spec: WorkflowSpec | None
    visits: Mapping[str, Visit]
    executions: Sequence[Row]


def with_reasons(
    tx: Transaction, run: RunFacts, states: list[dict[str, Any]], *, now: datetime, inside: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The TaskStates with `reason`; `inside` says why nested runs wait, by task."""
    waits = [s for s in states if s["visit"] and s["state"] not in TASK_ENDED]
    if not waits or run.header["status"] in TERMINAL:
        return [{**state, "reason": None} for state in states]
    facts = _facts(tx, run, states, waits, now=now, inside=inside)
    return [{**state, "reason": reason(state, facts)} for state in states]


def said_inside(states: Sequence[Mapping[str, Any]], *, paused: bool) -> str:
    """Why a nested run is where it is, in one sentence about its foremost task."""
    first = next(iter(foremost(states)), None)
    if paused:
        return "the run is paused."
    return f"{first['name']} {first['reason']}" if first else "is about to start its first task."


def nested_runs(tx: Transaction, run: RunFacts, states: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Task -> id of the run inside it, of running tasks that are workflows."""
    latest = {row["task_name"]: row for row in run.executions if row["task_index"] is None and row["kind"] == "workflow"}
    ids = {s["name"]: latest[s["name"]]["id"] for s in states if s["state"] == "running" and s["name"] in latest}
    found = {name: run_reads.of_execution(tx, execution_id) for name, execution_id in ids.items()}
    return {name: run_id for name, run_id in found.items() if run_id is not None}


def still_before(spec: WorkflowSpec | None, states: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Task -> the tasks that lead to it and can still arrive there."""
    by_name, found = {state["name"]: state for state in states}, dict[str, list[str]]()
    for edge in build_graph(spec).edges if spec else ():
        source = by_name[edge.source]
        if source["state"] not in TASK_ENDED and source["transitions"][edge.index]["taken"] is None:
            found.setdefault(edge.target, [])
            if edge.source not in found[edge.target]:
                found[edge.target].append(edge.source)
    return found


def arrived_at(visits: Mapping[str, Visit]) -> dict[str, int]:
    """Task -> how many others have arrived at its visit."""
    return {name: len({arrival.task for arrival in visit.arrivals}) for name, visit in visits.items()}


def _facts(
    tx: Transaction,
    run: RunFacts,
    states: Sequence[Mapping[str, Any]],
    waits: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    inside: Mapping[str, str],
) -> Facts:
    unstarted = _unstarted(run, waits)
    return Facts(
        now=now,
        before=still_before(run.spec, states),
        arrived=arrived_at(run.visits),
        questions=_questions(tx, waits),
        unstarted=frozenset(unstarted),
        building=_building(tx, unstarted),
        inside=inside,
        workers=_workers(tx, now) if unstarted else None,
        paused=bool(run.header["paused"]),
    )


def _questions(tx: Transaction, waits: Sequence[Mapping[str, Any]]) -> dict[str, Asked]:
    asked = {state["name"]: state["inquiry"] for state in waits if state["state"] == "waiting_inquiry" and state["inquiry"]}
    rows = {name: inquiry_reads.found(tx, inquiry_id, _EVERYTHING) for name, inquiry_id in asked.items()}
    return {name: _asked(tx, row) for name, row in rows.items() if row is not None and row["status"] == "pending"}


def _asked(tx: Transaction, row: Row) -> Asked:
    assignees = row["assignees"] or {}
    people = assignees.get("identities") or []
    logins = inquiry_people.logins_of(tx, people) if people else {}
    whom = [*(logins.get(i, f"identity {i}") for i in people), *(f"anybody in {role}" for role in assignees.get("roles") or ())]
    return Asked(row["created"], row["timeout_at"], wording.listed(whom, last="or"), needed(question_of(row)) or "")


def _unstarted(run: RunFacts, waits: Sequence[Mapping[str, Any]]) -> dict[str, int | None]:
    """Task -> its action's id, where the latest execution was handed out and nothing has begun it."""
    latest = {row["task_name"]: row for row in run.executions if row["task_index"] is None}
    running = [state["name"] for state in waits if state["state"] == "running" and not state["items"]]
    return {name: latest[name]["action"] for name in running if name in latest and latest[name]["status"] in NOT_STARTED}


def _building(tx: Transaction, unstarted: Mapping[str, int | None]) -> dict[str, str]:
    """Task -> pack, as far as a worker of this process knows it: another one's builds are only seen as waiting."""
    places = tx.database.kept.get("environments", {})
    known = {name: places.get(action) for name, action in unstarted.items()}
    return {name: place.pack_ref for name, place in known.items() if place is not None and place.missing() is not None}


def _workers(tx: Transaction, now: datetime) -> Workers:
    alive = [row for row in workers.listed(tx) if row.heartbeat_at > now - timedelta(seconds=ALIVE_S)]
    return Workers(len(alive), sum(row.threads for row in alive), sum(row.running for row in alive))
