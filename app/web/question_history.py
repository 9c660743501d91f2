"""What happened to a question while it was open, in sentences, and when it escalates. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.web import wording

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened; `failed`: something did not work and a person should know."""

    at: Any
    text: str
    failed: bool = False


def happened(history: Sequence[Json], logins: Mapping[int, str], undelivered: Sequence[Json] = ()) -> list[Happened]:
    """Oldest first, then the notices that have not arrived."""
    told = [Happened(entry.get("at"), _sentence(entry, logins)) for entry in history]
    return [*told, *(Happened(notice.get("at"), _undelivered(notice), failed=True) for notice in undelivered)]


def _undelivered(notice: Json) -> str:
    what = f"The mail to {notice.get('login') or 'somebody'}" if notice.get("channel") == "mail" else "The notice to the webhook"
    hope = "; it is tried again" if notice.get("status") == "waiting" else ""
    error = f": {notice['error']}" if notice.get("error") else "."
    return f"{what} could not be delivered{hope}{error}"


def escalates(inquiry: Json, logins: Mapping[int, str], now: datetime) -> tuple[str, str] | None:
    """When more people are asked (on the clock) and who, while that is still to come."""
    escalate = (inquiry.get("policy") or {}).get("escalate")
    asked = wording.moment(inquiry["created"])
    if inquiry["status"] != "pending" or not escalate or asked is None or _has_escalated(inquiry):
        return None
    return wording.clock(asked + timedelta(seconds=escalate["after"]), now), people(escalate["to"], logins)


def people(
    assignees: Json, logins: Mapping[int, str], *, you: int | None = None, last: str = "and", most: int = 4
) -> str:
    """`carol and anybody in leads`; "" for nobody in particular."""
    named = ["you" if i == you else logins.get(i, f"identity {i}") for i in assignees.get("identities") or ()]
    return wording.listed([*named, *(f"anybody in {role}" for role in assignees.get("roles") or ())], last=last, most=most)


def asked_of(record: Json) -> str:
    """Everybody a sealed record names as asked, by the logins of that time."""
    asked = record["assignees"]
    logins = {i: login for i, login in zip(asked["identities"], record.get("assigned_logins") or (), strict=False) if login}
    return people(asked, logins, most=1000)


def mentioned(inquiry: Json) -> set[int]:
    """Identities that the sentences name."""
    escalate = (inquiry.get("policy") or {}).get("escalate") or {}
    lists = [escalate.get("to"), *(entry.get("to") for entry in inquiry.get("history") or ())]
    holders = {entry["claimed_by"] for entry in inquiry.get("history") or () if entry.get("claimed_by")}
    return holders | {i for named in lists if named for i in named.get("identities") or ()}


def _has_escalated(inquiry: Json) -> bool:
    return any(entry.get("what") == "escalated" for entry in inquiry.get("history") or ())


def _sentence(entry: Json, logins: Mapping[int, str]) -> str:
    who = (entry.get("by") or {}).get("login") or "the server"
    match entry.get("what"):
        case "claimed":
            return f"{who} took it."
        case "released":
            return f"{who} gave it back."
        case "handed_over":
            return f"{who} handed it over to {people(entry.get('to') or {}, logins) or 'anybody who is signed in'}."
        case "reminded":
            return f"Reminder {entry.get('number')}."
        case "escalated":
            return _escalated(entry, logins)
        case "link_made":
            return f"{who} made a link for {entry.get('login')}."
        case "link_revoked":
            return f"{who} withdrew a link of {entry.get('login')}."
    return f"{str(entry.get('what')).replace('_', ' ').capitalize()}, by {who}."


def _escalated(entry: Json, logins: Mapping[int, str]) -> str:
    asked = people(entry.get("to") or {}, logins)
    text = f"Escalated: {asked} asked as well."
    holder = entry.get("claimed_by")
    return f"{text} {logins.get(holder, 'Somebody')} had taken it; that is over." if holder else text
