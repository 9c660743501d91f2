"""Answers about questions to people."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json, TimeText

InquiryStatus = Literal["pending", "responded", "timeout", "cancelled"]


class Assignees(Answer):
    identities: list[int]
    roles: list[str]


class Given(Answer):
    """One person's answer."""

    identity: int
    login: str
    response: Any
    comment: str | None
    at: TimeText


class Happening(Answer):
    """Something that happened to an open question; `by` is null where the server did it."""

    what: str
    by: Json | None
    at: TimeText


class Undelivered(Answer):
    """A notice that has not arrived; `error` only for who may change questions."""

    login: str | None
    channel: Literal["mail", "webhook"]
    happening: str
    status: Literal["waiting", "failed"]
    attempts: int
    at: TimeText
    error: str | None


class InquirySummary(Answer):
    id: int
    execution: int
    prompt: str
    assigned_to: int | None
    status: InquiryStatus
    has_response: bool
    timeout_at: TimeText | None
    workflow_execution: int | None
    task_name: str | None
    created: TimeText
    updated: TimeText


class Inquiry(Answer):
    id: int
    execution: int
    prompt: str
    response_schema: Json | None
    assigned_to: int | None
    status: InquiryStatus
    response: Any
    default_response: Any
    timeout_at: TimeText | None
    responded_at: TimeText | None
    responded_by: int | None
    workflow_execution: int | None
    task_name: str | None
    created: TimeText
    updated: TimeText
    evidence: list[Json]
    buttons: list[Json]
    assignees: Assignees
    quorum: Any
    answers: list[Given]
    needed: str | None
    claimed_by: int | None
    history: list[Happening]


class InquiryLink(Answer):
    token: str
    path: str
    url: str
    identity: int
    expires_at: TimeText


class KnownLink(Answer):
    """A link that was made; what it was is known to nobody any more."""

    id: int
    identity: int
    login: str
    created: TimeText
    expires_at: TimeText | None
    used_at: TimeText | None
    revoked_at: TimeText | None
    active: bool


class InquiryRecord(Answer):
    inquiry: int
    digest: str
    previous: str | None
