"""Packs: what is installed and what each brings."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.queries import actions, packs, workflows
from app.web.errors import covered
from app.web.pages import SIZE, offset, paging
from app.web.signed_in import caller

bp = covered(Blueprint("packs", __name__))


@bp.get("/packs")
def index() -> str:
    rows, total = packs.list_packs(by=caller(), offset=offset(), limit=SIZE)
    page = paging(len(rows), total)
    return render_template("packs/list.html", rows=rows, words=page.words, newer=page.newer, older=page.older)


@bp.get("/packs/<ref>")
def detail(ref: str) -> str:
    by = caller()
    found, _ = workflows.list_workflows(by=by, pack_ref=ref, limit=500)
    plain, _ = actions.list_actions(by=by, pack_ref=ref, is_workflow=False, limit=500)
    return render_template("packs/detail.html", p=packs.get_pack(ref=ref, by=by), workflows=found, actions=plain)
