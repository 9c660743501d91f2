"""Who may answer a question, and when it is decided: one rule for page, API, link and command line.

Source: api.md 10.1, 10.2; docs/reference/inquiries.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.inquiries.policy import Assignees, Policy

# identity id -> its roles, of everybody who may answer; None: anybody, so nobody can be counted
Electorate = Mapping[int, frozenset[str]] | None

WHY_EXCLUDED = {
    "requester": "You started this run; its author wants somebody else to answer.",
    "last_editor": "You saved this version of the workflow last; its author wants somebody else to answer.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What the rules must know of an inquiry. `answers` as in api.md 10.2, oldest first."""

    assignees: Assignees
    policy: Policy
    claimed_by: int | None = None
    answers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """`decided` with the deciding `response`, or still open with `needed`, a text for people."""

    decided: bool
    response: Any = None
    needed: str | None = None


def refusal(question: Question, *, identity_id: int, roles: frozenset[str]) -> str | None:
    """Why this person may not answer (a sentence for them), or None when they may."""
    if not question.assignees.anybody and not question.assignees.names(identity_id, roles):
        return "This inquiry is assigned to somebody else."
    quorum = question.policy.quorum
    if isinstance(quorum, Mapping) and roles.isdisjoint(quorum):
        return f"This inquiry needs answers from people in {_listed(quorum)}; you are in none of these roles."
    for exclusion in question.policy.excluded:
        if exclusion.identity_id == identity_id:
            return WHY_EXCLUDED[exclusion.why]
    if question.claimed_by is not None and question.claimed_by != identity_id:
        return "Somebody else has claimed this inquiry; ask them to answer or to release it."
    return None


def claim_refusal(question: Question, *, identity_id: int, roles: frozenset[str]) -> str | None:
    """Why this person may not claim the inquiry for themselves, or None."""
    if question.policy.quorum is not None:
        return "Several people have to answer this inquiry, so nobody can claim it."
    if question.assignees.anybody or question.assignees.single is not None:
        return "Only an inquiry that is assigned to several people or to a role can be claimed."
    return refusal(question, identity_id=identity_id, roles=roles)


def has_answered(question: Question, identity_id: int) -> bool:
    return any(a["identity"] == identity_id for a in question.answers)


def decide(question: Question, electorate: Electorate = None) -> Decision:
    """What the answers so far mean.

    Args:
        electorate: everybody who may answer; asked for only to see whether enough yes can still come.
    """
    if not question.answers:
        return Decision(False, needed=needed(question))
    last, policy = question.answers[-1], question.policy
    if policy.quorum is None or not missing(question):
        return Decision(True, last["response"])
    refused = not policy.says_yes(last["response"])
    if refused and (policy.veto or not _reachable(question, electorate)):
        return Decision(True, last["response"])
    return Decision(False, needed=needed(question))


def missing(question: Question) -> list[tuple[str | None, int]]:
    """How many yes are still missing, as (role or None, number); empty when nothing is missing or no quorum is asked."""
    quorum = question.policy.quorum
    if quorum is None:
        return []
    wanted = quorum.items() if isinstance(quorum, Mapping) else [(None, quorum)]
    return [(role, left) for role, n in wanted if (left := n - _agreed(question, role)) > 0]


def needed(question: Question) -> str | None:
    """What is still missing, for people: "1 more of ops and 2 more of security"; None without a quorum."""
    parts = [f"{n} more" if role is None else f"{n} more of {role}" for role, n in missing(question)]
    return " and ".join(parts) or None


def electorate_roles(question: Question) -> frozenset[str]:
    """Roles whose members may answer: those assigned, else those the quorum counts."""
    quorum = question.policy.quorum
    if question.assignees.anybody and isinstance(quorum, Mapping):
        return frozenset(quorum)
    return frozenset(question.assignees.roles)


def electorate(question: Question, people: Mapping[int, frozenset[str]]) -> Electorate:
    """Those of `people` (identity -> roles) who may answer; None when anybody may."""
    if question.assignees.anybody and not isinstance(question.policy.quorum, Mapping):
        return None
    return {i: r for i, r in people.items() if refusal(question, identity_id=i, roles=r) is None}


def _reachable(question: Question, electorate: Electorate) -> bool:
    if electorate is None:
        return True
    left = [roles for i, roles in electorate.items() if not has_answered(question, i)]
    return all(
        sum(1 for roles in left if role is None or role in roles) >= n for role, n in missing(question)
    )


def _agreed(question: Question, role: str | None) -> int:
    yes = [a for a in question.answers if question.policy.says_yes(a["response"])]
    return sum(1 for a in yes if role is None or role in a.get("roles", ()))


def _listed(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))
