"""Tests of a pack: play all with one click, and one workflow with what its tests take."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.engine.graph.icons import icons_of
from app.queries import actions, packs, workflows
from app.services import pack_tests
from app.web import pack_test_page
from app.web.errors import covered
from app.web.signed_in import caller

bp = covered(Blueprint("pack_tests", __name__))


@bp.get("/packs/<ref>/tests")
def index(ref: str) -> str:
    """The workflows and how many tests each has; with `play`, what the tests say."""
    by = caller()
    pack = packs.get_pack(ref=ref, by=by)
    if "play" in request.args:
        told = pack_tests.run_tests(ref=ref, by=by)
        return render_template("pack_tests/index.html", p=pack, told=pack_test_page.results_of(told))
    known, _ = workflows.list_workflows(by=by, pack_ref=ref, limit=1000)
    rows = pack_test_page.unplayed(known, pack_tests.list_tests(ref=ref, by=by))
    return render_template("pack_tests/index.html", p=pack, rows=rows)


@bp.get("/packs/<ref>/tests/<workflow>")
def detail(ref: str, workflow: str) -> str:
    """One workflow: its tests, played, and the graph with what none of them takes."""
    by = caller()
    pack = packs.get_pack(ref=ref, by=by)
    told, sources = pack_tests.run_workflow(ref=ref, workflow=workflow, by=by)
    used = {task.action for task in told.spec.all_tasks() if task.action} if told.spec else set()
    icons = icons_of(actions.infos(refs=used, by=by))
    return render_template("pack_tests/detail.html", p=pack, t=pack_test_page.detail_of(told, sources, icons))
