"""The timeline of a run: where the time went, and a lane for each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.graph.changes import marks_of, unchanged
from app.queries import executions, timelines
from app.queries.timelines import TaskTimes
from app.services import ports
from app.web.timeline_axis import axis_of, stable_length
from app.web.timeline_lanes import Clock, Lane, busy, lane_of
from app.web.timeline_sums import sums_of

LANES = 60  # on one page


def timeline_tab(execution: Mapping[str, Any], run: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    found = timelines.timeline_of(workflow_execution_id=run["id"], by=by)
    now, fold = found.ended or max(ports.now(), found.began), request.args.get("idle") != "keep"
    length, by_clock = (now - found.began).total_seconds(), request.args.get("axis") == "clock"

    def second(moment: datetime) -> float:
        return max((moment - found.began).total_seconds(), 0.0)

    works = any(span.began and not span.ended and span.kind != "inquiry" for task in found.tasks for span in task.spans)
    axis = axis_of(stable_length(length) if works else length, busy(found.tasks, second, now), fold=fold, began=found.began if by_clock else None)
    clock, everything = Clock(axis, found.began, now), "every" in request.args
    shown = [task for task in found.tasks if everything or task.visits or task.spans]
    start = _start(len(shown))
    lanes = _lanes(shown[start : start + LANES], clock, by, ended=found.ended is not None)
    marks = marks_of(lanes)
    return {
        "axis": axis,
        "sums": sums_of(found.tasks, length, second, now, goes_on=found.ended is None),
        "lanes": [replace(lane, same=same) for lane, same in zip(lanes, unchanged(marks, request.args.get("seen", "")), strict=True)],
        "hidden": [task.name for task in found.tasks if task not in shown],
        "folded": fold,
        "by_clock": by_clock,
        "seen": marks,
        "cut": found.cut,
        "kept_args": _kept(),
        "pages": _pages(execution["id"], start, len(shown)),
    }


def _lanes(tasks: Sequence[TaskTimes], clock: Clock, by: Caller, *, ended: bool) -> list[Lane]:
    opened, lanes = request.args.get("inside", type=int), []
    for task in tasks:
        lane = lane_of(task, clock, ended=ended, depth=1 if task.container else 0)
        lanes.append(lane)
        if opened is not None and lane.inside == opened:
            lanes += _inside(opened, clock, by, ended=ended)
    return lanes


def _inside(execution_id: int, clock: Clock, by: Caller, *, ended: bool) -> list[Lane]:
    """The lanes of a nested workflow, on the axis of the run around it."""
    own_run = executions.get_execution(execution_id=execution_id, by=by)["workflow_execution"]
    if own_run is None:
        raise NotFound(f"Execution {execution_id} is no workflow.")
    inner = timelines.timeline_of(workflow_execution_id=own_run, by=by)
    reached = [task for task in inner.tasks if task.visits][:LANES]
    return [lane_of(task, clock, ended=ended, depth=2) for task in reached]


def _start(total: int) -> int:
    asked = request.args.get("from", type=int) or 0
    return max(0, min(asked, total - 1)) // LANES * LANES if total else 0


def _kept() -> dict[str, str]:
    """What of the address belongs to this tab."""
    return {key: value for key, value in request.args.to_dict().items() if key in ("idle", "every", "inside", "from", "axis")}


def _pages(execution_id: int, start: int, total: int) -> dict[str, Any]:
    here = {**_kept(), "execution_id": execution_id, "tab": "timeline"}
    before, after = max(0, start - LANES), start + LANES
    return {
        "words": f"Tasks {start + 1} to {min(after, total)} of {total:,}." if total > LANES else "",
        "newer": url_for("runs.detail", **{**here, "from": before}) if start else None,
        "older": url_for("runs.detail", **{**here, "from": after}) if after < total else None,
    }
