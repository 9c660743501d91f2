"""A workflow's graph, with or without the state of a run, as the drawing shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app.engine.graph.build import Graph
from app.engine.graph.drawing import Room
from app.engine.graph.drawings import drawing_of
from app.engine.graph.looks import Inset, Opener
from app.engine.graph.svg import Looks, NodeLook, Picture, View, live_svg, svg
from app.engine.statuses import TASK_ENDED
from app.engine.waiting import error_text
from app.web import wording
from app.web.vocabulary import NOT_TAKEN, task_look


def picture(graph: Graph, *, icons: Mapping[str, str] | None = None) -> Markup:
    """The definition alone; `icons` by action."""
    return svg(drawing_of(graph), graph, View(icons=icons or {}))


def run_picture(
    graph: Graph,
    taken: Sequence[bool | None],
    tasks: Sequence[Mapping[str, Any]],
    *,
    ended: bool,
    now: datetime,
    href: str | None = None,
    selected: str | None = None,
    seen: str = "",
    openers: Mapping[str, Opener] | None = None,
    insets: Mapping[str, Inset] | None = None,
) -> Picture:
    """The definition with the state of a run.

    Args:
        taken: for each edge of the graph: taken, not taken, or not looked at yet (None).
        tasks: the run's TaskState objects.
        ended: what was not reached never will be.
        seen: the marks of the picture that the browser has; what is the same is not sent again.
        openers, insets: of nested workflows, see `View`.
    """
    looks, insets = _looks(taken, tasks, ended=ended, now=now), insets or {}
    view = View(looks, selected=selected, href=href, openers=openers or {}, insets=insets)
    drawing = drawing_of(graph, {name: inset.room for name, inset in insets.items()})
    return live_svg(drawing, graph, view, seen=seen, title="Graph of the run")


def inset_picture(
    graph: Graph,
    taken: Sequence[bool | None],
    tasks: Sequence[Mapping[str, Any]],
    *,
    ended: bool,
    now: datetime,
    task: str,
    href: str,
    seen: str = "",
) -> tuple[Picture, Room]:
    """The run of a nested workflow for the box of its task in the run around it, and the room that it takes there."""
    drawing = drawing_of(graph)
    view = View(_looks(taken, tasks, ended=ended, now=now), href=href, prefix=f"in-{task}-")
    picture = live_svg(drawing, graph, view, seen=seen, title=f"Run inside {task}")
    return picture, Room(drawing.width, drawing.height)


def inside_picture(
    graph: Graph, taken: Sequence[bool | None], tasks: Sequence[Mapping[str, Any]], *, ended: bool, now: datetime, href: str
) -> Markup:
    """A nested run within the page of the run around it."""
    looks = _looks(taken, tasks, ended=ended, now=now)
    return svg(drawing_of(graph), graph, View(looks, href=href, prefix="inside-"), title="Graph of the run inside")


def _looks(taken: Sequence[bool | None], tasks: Sequence[Mapping[str, Any]], *, ended: bool, now: datetime) -> Looks:
    nodes = {task["name"]: node_look(task, ended=ended, now=now) for task in tasks}
    return Looks(nodes, {number: _taken(value, ended) for number, value in enumerate(taken)})


def _taken(value: bool | None, ended: bool) -> bool | None:
    return False if value is None and ended else value


def node_look(task: Mapping[str, Any], *, ended: bool, now: datetime) -> NodeLook:
    """Mark, second line and tally of one task."""
    state = task["state"]
    if state == "pending" and (ended or task.get("unreachable")):
        return NodeLook(NOT_TAKEN.mark, NOT_TAKEN.word.lower())
    if state == "pending" and task.get("reason"):
        return NodeLook("wait", "waits to begin")
    return NodeLook(task_look(state).mark, _second_line(task, now), _tally(task))


def _second_line(task: Mapping[str, Any], now: datetime) -> str:
    state, items = task["state"], task.get("items")
    took = wording.span(task["duration_ms"] / 1000) if task.get("duration_ms") is not None else ""
    if state == "waiting_retry":
        due = wording.moment(task.get("next_retry_at"))
        of = f" of {task['max_retries']}" if task.get("max_retries") else ""
        wait = f", {wording.span(max(0, round((due - now).total_seconds())))}" if due else ""
        return f"retry {(task.get('retry_count') or 0) + 1}{of}{wait}"
    if items and state not in ("pending", "skipped"):
        done = f"{items['completed'] + items['failed']:,} of {items['total']:,}"
        return f"{done}, {took}" if state in TASK_ENDED and took else f"{done} items"
    if state == "running":
        return wording.elapsed(task.get("started_at"), None, now) or "running"
    if state == "failed":
        return error_text(task) or "failed"
    if state == "waiting_inquiry":
        return "needs an answer"
    word = task_look(state).word.lower()
    return f"{word}, {took}" if took and state == "completed" else word


def _tally(task: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    items = task.get("items")
    if not items:
        return ()
    rest = max(0, items["total"] - items["completed"] - items["failed"] - items["running"])
    return (("ok", items["completed"]), ("fail", items["failed"]), ("run", items["running"]), ("todo", rest))
