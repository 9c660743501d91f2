"""Drafts: the text somebody has not saved yet, and who else has the workflow open (docs/reference/api.md).

The fine right is asked by the service: to change the workflow, or, where there is none yet, to make one in its pack.
"""

from __future__ import annotations

from app.api.answers.drafts import Draft, DraftState
from app.api.envelopes import Reply, done, one
from app.api.requests import Body, Id, Text
from app.api.routes import Done, One, Routes
from app.engine.access import Caller
from app.services import drafts

routes = Routes("drafts")


class KeepDraft(Body):
    """`base`: id of the revision the text was made from (`revision` of the Workflow); null: a new workflow."""

    text: Text
    base: Id | None = None


class Presence(Body):
    leaving: bool = False


@routes.get("/workflows/{ref}/drafts/mine", access="actions:read", answer=One(Draft))
def show_draft(ref: str, caller: Caller) -> Reply:
    """The caller's draft. 404 when there is none."""
    return one(drafts.get(ref=ref, by=caller))


@routes.put("/workflows/{ref}/drafts/mine", access="actions:read", answer=One(DraftState))
def keep_draft(ref: str, body: KeepDraft, caller: Caller) -> Reply:
    """Keep a text that is not saved yet, whatever is wrong with it."""
    return one(drafts.keep(ref=ref, text=body.text, base=body.base, by=caller))


@routes.delete("/workflows/{ref}/drafts/mine", access="actions:read", answer=Done())
def discard_draft(ref: str, caller: Caller) -> Reply:
    """Throw the caller's draft away."""
    drafts.discard(ref=ref, by=caller)
    return done(f"Your draft of '{ref}' was thrown away.")


@routes.post("/workflows/{ref}/presence", access="actions:read", answer=One(DraftState))
def note_presence(ref: str, body: Presence, caller: Caller) -> Reply:
    """Say that the caller has the workflow open; counts for 60 seconds, or ends at once with `leaving`."""
    return one(drafts.note_presence(ref=ref, by=caller, leaving=body.leaving))
