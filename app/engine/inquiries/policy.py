"""How a question is decided and by whom, frozen with it when it is asked. Source: api.md 10.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Quorum = int | Mapping[str, int] | None

EXCLUDABLE = ("requester", "last_editor")


@dataclass(frozen=True, slots=True)
class Assignees:
    """Who is asked: identities by id, and everybody in one of the roles. Both empty: anybody."""

    identities: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def anybody(self) -> bool:
        return not self.identities and not self.roles

    @property
    def single(self) -> int | None:
        """The identity, when exactly one is asked and no role (`assigned_to` of the contract)."""
        return self.identities[0] if len(self.identities) == 1 and not self.roles else None

    def names(self, identity_id: int, roles: frozenset[str]) -> bool:
        """Whether this person is named, by id or through a role."""
        return identity_id in self.identities or not roles.isdisjoint(self.roles)

    def joined(self, other: Assignees) -> Assignees:
        """These people and the others, each once, in order."""
        return Assignees(
            tuple(dict.fromkeys((*self.identities, *other.identities))),
            tuple(dict.fromkeys((*self.roles, *other.roles))),
        )

    def to_doc(self) -> dict[str, Any]:
        return {"identities": list(self.identities), "roles": list(self.roles)}

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any] | None) -> Assignees:
        doc = doc or {}
        return cls(tuple(doc.get("identities", ())), tuple(doc.get("roles", ())))


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A person who may not answer, and why: `requester` or `last_editor`."""

    identity_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The author's rules for one question.

    Attributes:
        quorum: number of people who must say yes, or that number per role; None: the first answer decides.
        decision_field: the boolean of a response that says yes.
        veto: with a quorum, whether the first no decides; else a no decides when yes can't be reached any more.
        exclude: kinds of people who may not answer; `excluded` are the persons, found when it was asked.
        remind: seconds after asking. escalate: `{after: seconds, to: {identities[], roles[]}}`.
        comment: whether the page offers a text box.
    """

    quorum: Quorum = None
    decision_field: str = "approved"
    veto: bool = True
    exclude: tuple[str, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    remind: tuple[float, ...] = ()
    escalate: Mapping[str, Any] | None = None
    comment: bool = False

    def says_yes(self, response: Any) -> bool:
        """Only a true boolean is consent: a text "true", a number or a missing field is not."""
        return isinstance(response, Mapping) and response.get(self.decision_field) is True

    def to_doc(self) -> dict[str, Any]:
        return {
            "quorum": dict(self.quorum) if isinstance(self.quorum, Mapping) else self.quorum,
            "decision_field": self.decision_field,
            "veto": self.veto,
            "exclude": list(self.exclude),
            "excluded": [{"identity": e.identity_id, "why": e.why} for e in self.excluded],
            "remind": list(self.remind),
            "escalate": dict(self.escalate) if self.escalate else None,
            "comment": self.comment,
        }

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any] | None) -> Policy:
        doc = doc or {}
        return cls(
            quorum=doc.get("quorum"),
            decision_field=doc.get("decision_field", "approved"),
            veto=doc.get("veto", True),
            exclude=tuple(doc.get("exclude", ())),
            excluded=tuple(Exclusion(e["identity"], e["why"]) for e in doc.get("excluded", ())),
            remind=tuple(doc.get("remind", ())),
            escalate=doc.get("escalate"),
            comment=doc.get("comment", False),
        )
