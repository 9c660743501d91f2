"""Signed links: single use, expiring, bound to one person. Opening one shows the question; only a POST answers.

A token is `<random>.<signature>`: a forged one costs no look-up, and only its hash is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, Invalid, NotFound
from app.engine.inquiries.answering import refusal
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_people, inquiry_records
from app.persistence.session import Transaction
from app.services import ports
from app.services.inquiries.answering import answer, require_in_time
from app.services.inquiries.closing import TellRun, tell_run
from app.services.inquiries.history import with_history
from app.services.inquiries.rows import Row, locked, question, require_pending
from app.services.orchestration.faults import surviving

LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh link; `token` is shown once. `path` is where people go with it."""

    token: str
    identity_id: int
    expires_at: datetime

    @property
    def path(self) -> str:
        return f"/answer/{self.token}"


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a good link leads to. `used`: it has answered already (the question may still be shown)."""

    inquiry_id: int
    identity_id: int
    used: bool


def make_link(*, inquiry_id: int, identity: int | str, by: Caller) -> Link:
    """A link with which that person (id or login) can answer this question once; kept in the record.

    Raises:
        NotFound, Conflict (not pending), Forbidden, Invalid (that person may not answer).
    """
    now = ports.now()
    if not by.may("inquiries", "update"):
        raise Forbidden("Making links takes the right inquiries:update.")
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        require_pending(row)
        person = _answering(tx, row, identity)
        login = inquiry_people.logins_of(tx, [person]).get(person)
        record = with_history(row, {"what": "link_made", "login": login}, by=by, now=now)
        inquiries.change_pending(tx, inquiry_id, {"record": record}, now=now)
        return link_for(tx, row, person, now=now)


def link_for(tx: Transaction, row: Row, identity_id: int, *, now: datetime) -> Link:
    """A link to an open question for somebody who may answer it."""
    token, expires_at = _new_token(), row["timeout_at"] or now + LIFE
    values = {"inquiry": row["id"], "identity": identity_id, "token_hash": _hash(token), "expires_at": expires_at, "created": now}
    inquiry_records.add_link(tx, values)
    return Link(token, identity_id, expires_at)


def revoke_link(*, inquiry_id: int, link_id: int, by: Caller) -> None:
    """Withdraw a link before it is used; kept in the record.

    Raises:
        Forbidden, NotFound (no such link of this question), Conflict (not pending, used or withdrawn before).
    """
    now = ports.now()
    if not by.may("inquiries", "update"):
        raise Forbidden("Withdrawing links takes the right inquiries:update.")
    with session.transaction() as tx:
        row = locked(tx, inquiry_id)
        require_pending(row)
        link = next((link for link in inquiry_records.links_of(tx, inquiry_id) if link["id"] == link_id), None)
        if link is None:
            raise NotFound(f"Question {inquiry_id} has no link {link_id}.")
        if not inquiry_records.revoke_link(tx, inquiry_id, link_id, now=now):
            raise Conflict("This link was used or withdrawn before.")
        record = with_history(row, {"what": "link_revoked", "login": link["login"]}, by=by, now=now)
        inquiries.change_pending(tx, inquiry_id, {"record": record}, now=now)


def _answering(tx: Transaction, row: Row, identity: int | str) -> int:
    person = inquiry_people.ids_of(tx, [identity]).get(identity)
    roles = inquiry_people.with_roles(tx, identities=[person], roles=[]) if person else {}
    if person is None or person not in roles:
        raise NotFound(f"There is no active identity {identity!r}.")
    if why := refusal(question(row), identity_id=person, roles=roles[person]):
        raise Invalid(f"This person may not answer: {why}", details=[{"path": "identity", "message": why}])
    return person


def open_link(*, token: str) -> OpenLink:
    """What the link leads to; changes nothing, so that a mail scanner decides nothing. NotFound when it is no good."""
    with session.reading() as tx:
        link = _good_link(tx, token)
    return OpenLink(link["inquiry"], link["identity"], used=link["used_at"] is not None)


@surviving
def respond_by_link(*, token: str, response: Any, comment: str | None = None, tell: TellRun = tell_run) -> int:
    """Answer as the person the link is for, and spend it; the id of the inquiry. Raises as `respond` does."""
    now = ports.now()
    with session.transaction() as tx:
        link = _good_link(tx, token)
        row = locked(tx, link["inquiry"])
        if not inquiry_records.use_link(tx, link["id"], now=now):
            require_pending(row)
            raise NotFound("This link was used already.")
        in_time = answer(tx, row, response, by=_person(tx, link["identity"]), comment=comment, tell=tell)
    require_in_time(in_time)
    return int(link["inquiry"])


def _good_link(tx: Transaction, token: str) -> Row:
    link = inquiry_records.find_link(tx, _hash(token)) if _is_signed(token) else None
    expired = link is not None and link["expires_at"] is not None and link["expires_at"] <= ports.now()
    withdrawn = link is not None and link["revoked_at"] is not None
    if link is None or expired or withdrawn:
        raise NotFound("This link is not good: it is mistyped, over, or was withdrawn.")
    return link


def _person(tx: Transaction, identity_id: int) -> Caller:
    roles = inquiry_people.with_roles(tx, identities=[identity_id], roles=[])
    if identity_id not in roles:
        raise Forbidden("The person this link is for may not sign in any more.")
    login = inquiry_people.logins_of(tx, [identity_id])[identity_id]
    return Caller(identity_id=identity_id, login=login, token_type="link", roles=roles[identity_id])  # noqa: S106


def _new_token() -> str:
    body = secrets.token_urlsafe(24)
    return f"{body}.{_signature(body)}"


def _signature(body: str) -> str:
    key = hashlib.sha256(b"inquiry-link:" + ports.settings().jwt_secret.encode()).digest()
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()[:32]


def _is_signed(token: str) -> bool:
    body, _, signature = token.partition(".")
    return token.isascii() and hmac.compare_digest(signature.encode(), _signature(body).encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
