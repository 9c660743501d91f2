"""Questions to people (api.md 10). What a caller may do is decided by the inquiry itself, so most calls ask no grant."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field

from app.api.answers.inquiries import Inquiry, InquiryLink, InquiryRecord, InquirySummary, KnownLink
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id, Json, Patch, Query, Text, Time
from app.api.routes import AUTHENTICATED, PUBLIC, Done, One, Page, Routes
from app.engine.access import Caller
from app.engine.errors import BadRequest
from app.queries import inquiries as queries
from app.queries import inquiry_links
from app.services import inquiries, ports

routes = Routes("inquiries")

StatusWord = Literal["pending", "responded", "timeout", "cancelled", "canceled", "expired"]
STATUS_WORDS = ("pending", "responded", "timeout", "cancelled", "canceled", "expired")
TEN_YEARS_S = 10 * 366 * 24 * 3600


class ListInquiries(Query):
    status: StatusWord | None = None
    execution: Id | None = None
    assigned_to: Literal["me"] | Id | None = None
    workflow_execution: Id | None = None
    before: Id | None = None


class CreateInquiry(Body):
    execution: Annotated[Id, Field(validation_alias=AliasChoices("execution", "execution_id"))]
    prompt: Annotated[Text, Field(min_length=1, max_length=10_000)]
    response_schema: Annotated[
        Json | None, Field(validation_alias=AliasChoices("response_schema", "schema"))
    ] = None
    assigned_to: Id | None = None
    timeout_at: Time | None = None
    ttl: Annotated[float, Field(gt=0, le=TEN_YEARS_S)] | None = None
    default_response: Any = None


class UpdateInquiry(Patch):
    assigned_to: Id | None = None
    timeout_at: Time | None = None
    status: str = "pending"
    response: Any = None


class Respond(Body):
    response: Any
    comment: Annotated[Text, Field(max_length=10_000)] | None = None


class MakeLink(Body):
    identity: Id | str


@routes.get("/inquiries", access=AUTHENTICATED, answer=Page(InquirySummary))
def list_inquiries(query: ListInquiries, paging: Paging, caller: Caller) -> Reply:
    """Questions the caller may see, newest first."""
    return _page(caller, paging, **query.model_dump())


def _page(caller: Caller, paging: Paging, **filters: Any) -> Reply:
    items, total = queries.list_inquiries(by=caller, limit=paging.size, offset=paging.offset, **filters)
    return page(items, paging, total=total)


@routes.get("/inquiries/status/{status}", access=AUTHENTICATED, answer=Page(InquirySummary))
def list_by_status(status: str, paging: Paging, caller: Caller) -> Reply:
    """Questions of one status; `canceled` and `expired` are understood."""
    if status not in STATUS_WORDS:
        raise BadRequest(f"'{status[:40]}' is no status of inquiries.")
    return _page(caller, paging, status=status)


@routes.post("/inquiries", access=AUTHENTICATED, answer=One(Inquiry), status=201)
def create_inquiry(body: CreateInquiry, caller: Caller) -> Reply:
    """Ask about an execution in any state; the execution is not touched."""
    deadline = ports.now() + timedelta(seconds=body.ttl) if body.ttl else None
    inquiry_id = inquiries.create(
        execution_id=body.execution,
        prompt=body.prompt,
        by=caller,
        response_schema=body.response_schema,
        assigned_to=body.assigned_to,
        timeout_at=body.timeout_at or deadline,
        default_response=body.default_response,
    )
    return _changed(inquiry_id, caller)


def _changed(inquiry_id: int, caller: Caller) -> Reply:
    return one(queries.changed_inquiry(inquiry_id=inquiry_id, by=caller))


@routes.get("/inquiries/{id}", access=AUTHENTICATED, answer=One(Inquiry))
def show_inquiry(id: int, caller: Caller) -> Reply:
    """One question, and whether the caller may answer it."""
    return one(queries.get_inquiry(inquiry_id=id, by=caller))


@routes.put("/inquiries/{id}", access=AUTHENTICATED, answer=One(Inquiry))
def update_inquiry(id: int, body: UpdateInquiry, caller: Caller, if_match: str | None) -> Reply:
    """Hand over, move the deadline, or cancel while it is pending."""
    inquiries.update(inquiry_id=id, changes=body.sent(), by=caller, if_match=if_match)
    return _changed(id, caller)


@routes.delete("/inquiries/{id}", access=AUTHENTICATED, answer=Done())
def delete_inquiry(id: int, caller: Caller) -> Reply:
    """Delete a question; a pending one is cancelled first."""
    inquiries.delete(inquiry_id=id, by=caller)
    return done(f"Inquiry {id} was deleted.")


@routes.post("/inquiries/{id}/respond", access=AUTHENTICATED, answer=One(Inquiry))
def respond(id: int, body: Respond, caller: Caller) -> Reply:
    """Answer. Unassigned questions may be answered by anybody who is signed in."""
    inquiries.respond(inquiry_id=id, response=body.response, by=caller, comment=body.comment)
    return _changed(id, caller)


@routes.post("/inquiries/{id}/cancel", access=AUTHENTICATED, answer=One(Inquiry))
def cancel_inquiry(id: int, caller: Caller) -> Reply:
    """Withdraw a pending question."""
    inquiries.cancel(inquiry_id=id, by=caller)
    return _changed(id, caller)


@routes.post("/inquiries/{id}/claim", access=AUTHENTICATED, answer=One(Inquiry))
def claim_inquiry(id: int, caller: Caller) -> Reply:
    """Take a question that is assigned to several people."""
    inquiries.claim(inquiry_id=id, by=caller)
    return _changed(id, caller)


@routes.post("/inquiries/{id}/release", access=AUTHENTICATED, answer=One(Inquiry))
def release_inquiry(id: int, caller: Caller) -> Reply:
    """Give a claimed question back."""
    queries.get_inquiry(inquiry_id=id, by=caller)  # 404 for who may not know of it, whether it was claimed or not
    inquiries.release(inquiry_id=id, by=caller)
    return _changed(id, caller)


@routes.get("/inquiries/{id}/record", access=AUTHENTICATED, answer=One(InquiryRecord))
def show_record(id: int, caller: Caller) -> Reply:
    """What was shown and answered, sealed with a digest; 409 while the question is pending."""
    return one(queries.get_record(inquiry_id=id, by=caller))


@routes.post("/inquiries/{id}/links", access="inquiries:update", answer=One(InquiryLink), status=201)
def make_link(id: int, body: MakeLink, caller: Caller) -> Reply:
    """A signed link with which one person can answer once; its token is shown only here."""
    link = inquiries.make_link(inquiry_id=id, identity=body.identity, by=caller)
    base = ports.settings().public_url or ports.settings().api_base
    shown = {"token": link.token, "path": link.path, "url": base.rstrip("/") + link.path}
    return one({**shown, "identity": link.identity_id, "expires_at": link.expires_at})


@routes.get("/inquiries/{id}/links", access="inquiries:update", answer=Page(KnownLink))
def list_links(id: int, paging: Paging, caller: Caller) -> Reply:
    """Links of a question, newest first; not the links themselves."""
    rows = inquiry_links.list_links(inquiry_id=id, by=caller, now=ports.now())
    return page(rows[paging.offset : paging.offset + paging.size], paging, total=len(rows))


@routes.delete("/inquiries/{id}/links/{link_id}", access="inquiries:update", answer=Done())
def revoke_link(id: int, link_id: int, caller: Caller) -> Reply:
    """Withdraw a link that was not used yet."""
    inquiries.revoke_link(inquiry_id=id, link_id=link_id, by=caller)
    return done(f"Link {link_id} was withdrawn.")


@routes.get("/inquiries/links/{token}", access=PUBLIC, answer=One(Inquiry))
def show_linked(token: str) -> Reply:
    """The question behind a link. Looking changes nothing."""
    link = inquiries.open_link(token=token)
    return one(queries.get_linked(inquiry_id=link.inquiry_id, used=link.used))


@routes.post("/inquiries/links/{token}", access=PUBLIC, answer=One(Inquiry))
def respond_by_link(token: str, body: Respond) -> Reply:
    """Answer as the person the link is for; that spends it."""
    inquiry_id = inquiries.respond_by_link(token=token, response=body.response, comment=body.comment)
    return one(queries.get_linked(inquiry_id=inquiry_id, used=True))
