"""The filters of the list of runs: what the address says, what the form offers, and the views that people keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.queries import run_choices, saved_views
from app.queries.executions import ExecutionFilters
from app.services import ports
from app.services.saved_views import FILTERS
from app.web.vocabulary import RUN_FILTERS

Choices = list[tuple[str, str]]
SPANS: dict[str, tuple[str, int]] = {
    "1h": ("Last hour", 1), "1d": ("Last 24 hours", 24), "7d": ("Last 7 days", 7 * 24), "30d": ("Last 30 days", 30 * 24),
}  # fmt: skip
ME = "me"
SHIPPED: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}), ("Running", {"status": "running"}), ("Failed this week", {"status": "failed", "since": "7d"}), ("Mine", {"who": ME}),
)  # fmt: skip
NOBODY = -1


@dataclass(frozen=True, slots=True)
class View:
    """A link to the list with filters; `id` when it is one that somebody saved."""

    name: str
    link: str
    is_current: bool
    id: int | None = None


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What the form shows; each choice is (value, word)."""

    given: dict[str, str]
    statuses: Choices
    workflows: Choices
    spans: Choices
    people: Choices
    views: list[View]
    saved: View | None
    may_save: bool


def given_filters(source: Mapping[str, str] | None = None) -> dict[str, str]:
    """The filters of the address (or of a form), those that say nothing left out."""
    source = request.args if source is None else source
    return {key: source.get(key, "").strip()[:255] for key in FILTERS if source.get(key, "").strip()}


def execution_filters(given: Mapping[str, str], by: Caller) -> ExecutionFilters:
    """What a list of these filters shows."""
    _, hours = SPANS.get(given.get("since", ""), ("", 0))
    found = ExecutionFilters(
        status=given.get("status"),
        action_ref=given.get("workflow"),
        text=given.get("q"),
        top_level_only="all" not in given,
        created_after=ports.now() - timedelta(hours=hours) if hours else None,
    )
    return replace(found, executor=_person(given["who"], by)) if "who" in given else found


def _person(who: str, by: Caller) -> int:
    return by.identity_id if who in (ME, by.login) else run_choices.person(who) or NOBODY


def filter_form(given: dict[str, str], by: Caller) -> FilterForm:
    workflows = run_choices.workflows(by=by)
    people = [(login, login) for login in run_choices.people(by=by) if login != by.login]
    views = _views(given, by)
    return FilterForm(
        given=given,
        statuses=list(RUN_FILTERS),
        workflows=_with(workflows, given.get("workflow")),
        spans=[(value, word) for value, (word, _) in SPANS.items()],
        people=_with([(ME, "Me"), *people], given.get("who")),
        views=views,
        saved=next((view for view in views if view.is_current and view.id), None),
        may_save=bool(given) and not any(view.is_current for view in views),
    )


def _with(choices: Choices, chosen: str | None) -> Choices:
    """What the address names is offered, whatever it is."""
    known = chosen is None or any(value == chosen for value, _ in choices)
    return choices if known or chosen is None else [*choices, (chosen, chosen)]


def _views(given: Mapping[str, str], by: Caller) -> list[View]:
    saved = saved_views.list_saved_views(by=by)
    return [
        *(_view(name, filters, given) for name, filters in SHIPPED),
        *(_view(row["name"], row["filters"], given, row["id"]) for row in saved),
    ]


def _view(name: str, filters: dict[str, Any], given: Mapping[str, str], view_id: int | None = None) -> View:
    return View(name, url_for("runs.index", **filters), filters == given, view_id)
