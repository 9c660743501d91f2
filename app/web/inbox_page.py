"""What the inbox shows: open questions, the most urgent first, and the ones that ended lately. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.engine.inquiries.prompts import split_prompt
from app.queries.origins import Origin
from app.web import wording

_NEVER = datetime.max.replace(tzinfo=UTC)
SHOWS = (("for_me", "For me"), ("mine", "By name"), ("all", "All"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One question in the list."""

    id: int
    title: str
    rest: str
    where: str
    run: int
    note: str
    created: Any
    timeout_at: Any
    soon: bool
    open: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """`open` is the entry shown beside the list, `version` says which state this is."""

    show: str
    views: list[tuple[str, str, int | None]]
    entries: list[Entry]
    done: list[Entry]
    open: Entry | None
    version: str


def inbox_page(
    *,
    show: str,
    version: str,
    counts: Mapping[str, int],
    pending: Sequence[Mapping[str, Any]],
    ended: Sequence[Mapping[str, Any]],
    places: Mapping[int, Origin],
    now: datetime,
) -> InboxPage:
    """The inbox from InquirySummary rows; `places` says what asked, by execution."""
    entries = entries_of(by_urgency(pending), places, now)
    return InboxPage(
        show=show,
        views=[(word, value, counts.get(value)) for value, word in SHOWS],
        entries=entries,
        done=entries_of(ended, places, now),
        open=entries[0] if entries else None,
        version=version,
    )


def by_urgency(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The nearest deadline first, then the oldest question."""
    return sorted(rows, key=lambda row: (wording.moment(row["timeout_at"]) or _NEVER, row["id"]))


def entries_of(rows: Sequence[Mapping[str, Any]], places: Mapping[int, Origin], now: datetime) -> list[Entry]:
    """Entries in the order of their InquirySummary rows."""
    return [_entry(row, places, now) for row in rows]


def _entry(row: Mapping[str, Any], places: Mapping[int, Origin], now: datetime) -> Entry:
    title, rest = split_prompt(row["prompt"])
    origin = places.get(row["execution"]) or Origin(row["execution"], "an execution")
    return Entry(
        id=row["id"],
        title=title,
        rest=rest,
        where=origin.words,
        run=origin.run,
        note=_note(row, now),
        created=row["created"],
        timeout_at=row["timeout_at"],
        soon=wording.is_soon(row["timeout_at"], now),
        open=row["status"] == "pending",
    )


def _note(row: Mapping[str, Any], now: datetime) -> str:
    match row["status"]:
        case "pending":
            return f"asked {wording.ago(row['created'], now)}" + (", taken" if row.get("claimed_by") else "")
        case "responded":
            return f"answered {wording.ago(row['updated'], now)}"
        case "timeout":
            return f"nobody answered, expired {wording.ago(row['updated'], now)}"
        case "cancelled":
            return f"withdrawn {wording.ago(row['updated'], now)}"
    return str(row["status"])
