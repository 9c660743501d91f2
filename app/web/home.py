"""The first page: what needs me, what is broken, what runs, what to start again."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, url_for

from app.engine.access import Caller
from app.queries import executions, inquiries, workflow_executions
from app.queries.executions import ExecutionFilters
from app.queries.labels import labels_of
from app.services import demo, own_copies, ports
from app.web import home_page, inquiry_data
from app.web.errors import covered
from app.web.home_page import HomePage
from app.web.rights import may_run
from app.web.signed_in import caller

bp = covered(Blueprint("home", __name__))
FEW = 20  # runs in all; above it nobody needs the first minute's steps


@bp.get("/")
def index() -> str:
    return render_template("home/index.html", page=_page(caller()))


@bp.get("/home/live")
def live() -> str:
    return render_template("home/_columns.html", page=_page(caller()))


def _page(by: Caller) -> HomePage:
    now, since = ports.now(), ports.now() - timedelta(days=1)
    asked = inquiry_data.inbox("for_me", by=by)
    failed, failures, _ = executions.list_executions(
        by=by, filters=ExecutionFilters(status="failed", top_level_only=True, created_after=since), limit=50, with_total=True
    )
    running, running_total, _ = executions.list_executions(
        by=by, filters=ExecutionFilters(status="running", top_level_only=True), limit=home_page.SHOWN, with_total=True
    )
    mine, _, _ = executions.list_executions(
        by=by, filters=ExecutionFilters(executor=by.identity_id, top_level_only=True), limit=50
    )
    called = labels_of(row["action_ref"] for row in (*failed, *running, *mine))
    broken = home_page.broken_of(failed, called)
    runs = {row["id"]: workflow_executions.run_of_execution(execution_id=row["id"], by=by) for row in running if row["workflow_execution"]}
    return HomePage(
        headline=home_page.headline(len(asked.entries), len(broken)),
        subline=home_page.subline(running_total or 0, now),
        asked=asked.entries[: home_page.SHOWN],
        asked_total=len(asked.entries),
        broken=broken[: home_page.SHOWN],
        broken_total=failures or 0,
        running=home_page.running_of(running, runs, called, now),
        running_total=running_total or 0,
        calm="No run failed in the last 24 hours.",
        again=[tile for tile in home_page.tiles_of(mine, called, now) if may_run(tile.ref, by)],
        first=_first_steps(by, any(row["action_ref"].startswith(f"{own_copies.own_pack(by)}.") for row in mine)),
    )


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
