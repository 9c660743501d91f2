"""The frame around every page: navigation, who is signed in, how many questions wait, the theme."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import yaml
from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.services import ports
from app.web import inbox_count, rights, signed_in, theme, wording
from app.web.fragments import wants_fragment
from app.web.markdown import rendered, rendered_lines
from app.web.vocabulary import inquiry_look, run_look, task_look


class Place(NamedTuple):
    """One entry of the navigation. `short`: also in the tab bar of phones."""

    endpoint: str
    word: str
    icon: str
    short: bool
    section: str


PLACES = (
    Place("home.index", "Home", "i-home-2", True, "home"),
    Place("workflows.index", "Workflows", "i-route", True, "workflows"),
    Place("runs.index", "Runs", "i-player-play", True, "runs"),
    Place("inquiries.inbox", "Inbox", "i-inbox", True, "inquiries"),
    Place("packs.index", "Packs", "i-package", False, "packs"),
)


SECTIONS = {  # whose pages belong to another entry
    "starting": "runs",
    "comparisons": "runs",
    "saved_views": "runs",
    "bulk_actions": "runs",
    "pack_tests": "packs",
    **dict.fromkeys(("editor", "revisions", "conflicts", "importing", "own_copies", "workflow_statistics"), "workflows"),
}


def furnish(app: Flask) -> None:
    """Give the templates what every page shows and how things are said."""
    app.jinja_options = {**app.jinja_options, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.context_processor(_frame)
    app.jinja_env.filters.update(
        span=wording.span,
        ago=lambda value: wording.ago(value, ports.now()),
        left=lambda value: wording.left(value, ports.now()),
        clock=lambda value: wording.clock(value, ports.now()),
        elapsed=lambda start, end=None: wording.elapsed(start, end, ports.now()),
        iso=_iso,
        count_of=wording.count,
        size=wording.size,
        markdown=rendered,
        markdown_lines=rendered_lines,
        pretty=pretty,
    )
    app.jinja_env.globals.update(
        run_look=run_look, task_look=task_look, inquiry_look=inquiry_look, csrf=_csrf,
        may_run=lambda ref: rights.may_run(ref, signed_in.caller()),
        may_start_something=lambda: rights.may_start_something(signed_in.caller()),
    )  # fmt: skip


def pretty(value: Any) -> str:
    """A JSON value as people read it: text as it is, everything else as YAML."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100).rstrip("\n")


def _csrf() -> Markup:
    """The hidden field every form that posts carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _iso(value: Any) -> str:
    found = wording.moment(value)
    return "" if found is None else found.isoformat().replace("+00:00", "Z")


def _frame() -> dict[str, Any]:
    """Of a whole page; a fragment has no navigation to count for."""
    caller = signed_in.caller_or_none()
    section = request.blueprint or ""
    return {
        "places": PLACES if caller else (),
        "here": SECTIONS.get(section, section),
        "caller": caller,
        "waiting": inbox_count.waiting_for(caller) if caller and not wants_fragment() else 0,
        "theme": theme.chosen(),
    }

