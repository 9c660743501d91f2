"""The rules of a question in sentences: who is asked, how many must agree, who may not answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.web import wording
from app.web.question_history import people

Json = Mapping[str, Any]


def rules(policy: Json) -> str:
    """What the author wants of those who answer, in sentences."""
    return " ".join([*_quorum(policy.get("quorum")), *_excluded(policy)])


def _quorum(quorum: Any) -> list[str]:
    if isinstance(quorum, Mapping):
        return [f"Needs {wording.listed([f'{n} of {role}' for role, n in quorum.items()])}."]
    return [f"Needs {wording.count(quorum, 'person', 'people')} who agree."] if quorum else []


def _excluded(policy: Json) -> list[str]:
    words = {"requester": "Who started the run may not answer.", "last_editor": "Who changed the workflow last may not answer."}
    return [words[kind] for kind in policy.get("exclude") or [] if kind in words]


def policy_words(inquiry: Json, logins: Mapping[int, str], by_id: int) -> str:
    """Who must answer, in one sentence or two."""
    quorum = inquiry.get("quorum")
    parts = _quorum(quorum)
    if inquiry.get("needed"):
        parts.append(f"Still missing: {inquiry['needed']}.")
    asked = assigned(inquiry, logins, by_id)
    if asked and not quorum:
        parts.append(f"Asked: {asked}.")
    return " ".join([*parts, *_excluded(inquiry.get("policy") or {})])


def assigned(inquiry: Json, logins: Mapping[int, str], by_id: int) -> str:
    return people(inquiry.get("assignees") or {}, logins, you=by_id, last="or")
