"""What the inbox and the page of a question read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.engine.access import SYSTEM, Caller
from app.engine.graph.build import build_graph
from app.queries import identities, inquiries, inquiry_links, workflow_executions
from app.queries.origins import Origin, origins_of
from app.services import ports
from app.services.workflows import load_spec
from app.web import forms, list_versions
from app.web.fates import Way, ways_of
from app.web.inbox_page import Entry, InboxPage, by_urgency, entries_of, inbox_page
from app.web.question_history import mentioned
from app.web.question_page import QuestionPage, question_page

SHOWN = 100
ENDED_SHOWN = 8
_ASSIGNED: dict[str, inquiries.Assigned] = {"for_me": "me_or_anybody", "mine": "me", "all": None}


def inbox(show: str | None, *, by: Caller) -> InboxPage:
    """The inbox: `for_me`, `mine` (by name or role only) or `all` one may see."""
    show, version = show if show in _ASSIGNED else "for_me", list_versions.of_inbox()
    counts = inquiries.count_waiting(by=by)
    pending = _pending(show, by)
    ended = [row for status in ("responded", "timeout") for row in _ended(status, show, by)]
    ended.sort(key=lambda row: str(row["updated"]), reverse=True)
    rows = [*pending, *ended[:ENDED_SHOWN]]
    return inbox_page(
        show=show, version=version, counts=counts, pending=pending, ended=ended[:ENDED_SHOWN],
        places=origins_of({row["execution"] for row in rows}), now=ports.now(),
    )  # fmt: skip


def most_urgent(most: int, *, by: Caller) -> tuple[list[Entry], int]:
    """The entries of the home page, and how many questions there are for this person."""
    rows, total = inquiries.list_inquiries(by=by, status="pending", assigned_to=_ASSIGNED["for_me"], limit=SHOWN)
    shown = by_urgency(rows)[:most]
    return entries_of(shown, origins_of({row["execution"] for row in shown}), ports.now()), total


def question(inquiry: Mapping[str, Any], *, by: Caller, fields: list[forms.FormField] | None = None) -> QuestionPage:
    """The page of one Inquiry of `inquiries.get_inquiry`."""
    neighbours = [row["id"] for row in by_urgency(_pending("for_me", by))]
    return _page(inquiry, by_id=by.identity_id, fields=fields, neighbours=neighbours, links=_links(inquiry, by))


def _links(inquiry: Mapping[str, Any], by: Caller) -> list[dict[str, Any]] | None:
    if inquiry["status"] != "pending" or not by.may("inquiries", "update"):
        return None
    return inquiry_links.list_links(inquiry_id=inquiry["id"], by=by, now=ports.now())


def linked_question(
    inquiry: Mapping[str, Any], *, identity_id: int, fields: list[forms.FormField] | None = None
) -> QuestionPage:
    """The page of `inquiries.get_linked` for the person of a signed link: this question and no other."""
    return _page(inquiry, by_id=identity_id, fields=fields, neighbours=[])


def _page(
    inquiry: Mapping[str, Any], *, by_id: int, fields: list[forms.FormField] | None, neighbours: list[int],
    links: list[dict[str, Any]] | None = None,
) -> QuestionPage:  # fmt: skip
    asked_by = inquiry["execution"]
    origin = origins_of([asked_by]).get(asked_by) or Origin(asked_by, "an execution")
    return question_page(
        inquiry,
        buttons=inquiries.shown_buttons(dict(inquiry)),
        where=origin.words,
        run=origin.run,
        logins=identities.logins_of(_people(inquiry)),
        by_id=by_id,
        now=ports.now(),
        fields=fields,
        neighbours=neighbours,
        ways=_ways(inquiry),
        links=links,
    )


def _ways(inquiry: Mapping[str, Any]) -> list[Way]:
    """Who may see a question may see where its answers lead, also without a right to the run."""
    run_id, task = inquiry.get("workflow_execution"), inquiry.get("task_name")
    if not run_id or not task or inquiry["status"] != "pending":
        return []
    run = workflow_executions.get_workflow_execution(workflow_execution_id=run_id, by=SYSTEM)
    return ways_of(build_graph(load_spec(run["revision"])), task)


def first_question(page: InboxPage, *, by: Caller) -> QuestionPage | None:
    """The most urgent open question, to be read beside the list."""
    if page.open is None:
        return None
    return question(inquiries.get_inquiry(inquiry_id=page.open.id, by=by), by=by)


def _pending(show: str, by: Caller) -> Sequence[dict[str, Any]]:
    return inquiries.list_inquiries(by=by, status="pending", assigned_to=_ASSIGNED[show], limit=SHOWN)[0]


def _ended(status: str, show: str, by: Caller) -> Sequence[dict[str, Any]]:
    return inquiries.list_inquiries(by=by, status=status, assigned_to=_ASSIGNED[show], limit=ENDED_SHOWN)[0]


def _people(inquiry: Mapping[str, Any]) -> set[int]:
    named = (inquiry.get("assignees") or {}).get("identities") or []
    return {i for i in (*named, inquiry.get("responded_by"), inquiry.get("claimed_by")) if i} | mentioned(inquiry)
