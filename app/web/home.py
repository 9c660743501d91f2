"""The first page: what needs me, what is broken, what runs, what to start again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from app.engine.access import Caller
from app.queries import executions, inquiries, workflow_executions
from app.queries.executions import ExecutionFilters
from app.queries.labels import labels_of
from app.queries.one_view import in_one_view
from app.services import demo, own_copies, ports
from app.web import home_page, inquiry_data, list_versions, wording
from app.web.errors import covered
from app.web.fragments import UNCHANGED
from app.web.home_page import Columns, HomePage
from app.web.rights import may_run
from app.web.signed_in import caller
from app.web.turns import in_turn

bp = covered(Blueprint("home", __name__))
FAILURES = 50  # looked at, so that the same one again is told once
FEW = 20  # runs in all; above it nobody needs the first minute's steps


@bp.get("/")
@in_one_view
def index() -> str:
    by, now = caller(), ports.now()
    columns = _columns(by)
    mine, called = _mine(by)
    page = HomePage(
        headline=home_page.headline(columns.asked_total, columns.broken_kinds),
        subline=home_page.subline(columns.running_total, now),
        columns=columns,
        again=[tile for tile in home_page.tiles_of(mine, called, now) if may_run(tile.ref, by)],
        first=_first_steps(by, any(row["action_ref"].startswith(f"{own_copies.own_pack(by)}.") for row in mine)),
    )
    return render_template("home/index.html", page=page, columns=columns)


@bp.get("/home/live")
def live() -> Response | str:
    """The polled part: 204 unchanged."""
    if list_versions.is_present(list_versions.of_home()):
        return Response(status=UNCHANGED)
    return in_turn(_drawn)


@in_one_view
def _drawn() -> str:
    return render_template("home/_columns.html", columns=_columns(caller()))


def _columns(by: Caller) -> Columns:
    version, now = list_versions.of_home(), ports.now()
    asked, asked_total = inquiry_data.most_urgent(home_page.SHOWN, by=by)
    failed, failures = _failed_since(now - timedelta(days=1), by)
    running, running_total, _ = executions.list_executions(
        by=by, filters=ExecutionFilters(status="running", top_level_only=True), limit=home_page.SHOWN, with_total=True
    )
    called = labels_of(row["action_ref"] for row in (*failed, *running))
    broken = home_page.broken_of(failed, called)
    runs = workflow_executions.runs_of_executions(execution_ids=[row["id"] for row in running], by=by)
    return Columns(
        version=version,
        asked=asked,
        asked_total=asked_total,
        broken=broken[: home_page.SHOWN],
        broken_kinds=len(broken),
        broken_total=failures,
        running=home_page.running_of(running, runs, called, now),
        running_total=running_total or 0,
        calm="No run failed in the last 24 hours.",
    )


def _failed_since(since: datetime, by: Caller) -> tuple[list[dict[str, Any]], int]:
    """The newest failures that are no part of another run, and how many there are."""
    failed = ExecutionFilters(status="failed", top_level_only=True)
    rows, _, _ = executions.list_executions(by=by, filters=failed, limit=FAILURES)
    recent = [row for row in rows if (wording.moment(row["created"]) or since) >= since]
    if len(recent) < FAILURES:  # so there are no others, and nothing is counted
        return recent, len(recent)
    _, total, _ = executions.list_executions(by=by, filters=replace(failed, created_after=since), limit=1, with_total=True)
    return recent, total or 0


def _mine(by: Caller) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What the caller ran last, and how it is called."""
    filters = ExecutionFilters(executor=by.identity_id, top_level_only=True)
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=50)
    return rows, labels_of(row["action_ref"] for row in rows)


def _first_steps(by: Caller, own: bool) -> list[home_page.Step]:
    everything, _, more = executions.list_executions(by=by, filters=ExecutionFilters(top_level_only=True), limit=FEW)
    if more or not everything or not own_copies.may_copy(by):
        return []
    _, answered = inquiries.list_inquiries(by=by, status="responded", limit=1)
    links = {
        "run": url_for("runs.detail", execution_id=everything[-1]["id"]),
        "inbox": url_for("inquiries.inbox"),
        "copy": url_for("own_copies.form", ref=demo.TOUR),
    }
    return home_page.first_steps(
        watched=any(row["status"] != "requested" for row in everything),
        answered=answered > 0,
        own=own,
        links=links,
    )
