"""The event log of a run: what a step changed, told inside its records, and the state folded from them again.

Each record may carry `visit` (changed attributes of its visit) and `run` (changed attributes of the header),
in the codec's JSON; `variables` are what was set or published. A log whose texts were masked folds to the
masked state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from immutables import Map

from app.engine.conductor.codec import HEADER, encode_field, encode_plain
from app.engine.conductor.commands import Command, Record
from app.engine.conductor.state import Items, RunState, Visit

VisitKey = tuple[str, int]

_VISIT_FIELDS = tuple(f.name for f in fields(Visit) if f.name not in ("task", "number"))
_ITEM_COUNTS = ("total", "next_index", "succeeded", "failed", "cancelled")
_DEFAULTS: tuple[Any, ...] = tuple(None if f.name == "state" else f.default for f in fields(Visit) if f.name in _VISIT_FIELDS)
_visit_values = attrgetter(*_VISIT_FIELDS)
_header_values = attrgetter(*HEADER)


@dataclass(slots=True)
class Folded:
    """What the records of a run add up to: documents as `codec` writes them, `variables` plain."""

    header: dict[str, Any] = field(default_factory=dict)
    visits: dict[VisitKey, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)


def fold(records: Iterable[Record]) -> Folded:
    """Add up the records of a run, in order, from its first step on. `codec.decode` takes the documents."""
    folded = Folded()
    for record in records:
        folded.header.update(record.payload.get("run", {}))
        folded.variables.update(record.payload.get("variables", {}))
        if record.task is not None and record.visit is not None and "visit" in record.payload:
            key = (record.task, record.visit)
            document = folded.visits.setdefault(key, {"task": record.task, "number": record.visit})
            _apply(document, record.payload["visit"])
    return folded


def tell_changes(
    commands: list[Command], before: RunState, after: RunState, touched: Iterable[VisitKey], *, seeded: bool
) -> None:
    """Put every change of a step into its records, and add a record where a changed visit has none."""
    last = {(c.task, c.visit): c for c in commands if isinstance(c, Record)}
    for key in touched:
        changed = visit_changes(None if seeded else before.visits.get(key), after.visits[key])
        if changed:
            record = last.get(key)
            if record is None:
                record = Record("visit_changed", *key)
                commands.append(record)
            record.payload["visit"] = changed
    changed = header_changes(before, after)
    if changed:
        next(c for c in reversed(commands) if isinstance(c, Record)).payload["run"] = changed


def header_changes(before: RunState, after: RunState) -> dict[str, Any]:
    """Changed attributes of the header."""
    values = zip(HEADER, _header_values(before), _header_values(after), strict=True)
    return {name: encode_plain(new) for name, old, new in values if old is not new and old != new}


def visit_changes(before: Visit | None, after: Visit) -> dict[str, Any]:
    """Changed attributes of a visit; of items and arrivals only what is new, so that each costs the same."""
    changed: dict[str, Any] = {}
    known = _DEFAULTS if before is None else _visit_values(before)
    for name, old, new in zip(_VISIT_FIELDS, known, _visit_values(after), strict=True):
        if old is new or old == new:
            continue
        if name == "items" and old is not None and new is not None:
            if items := _items_changes(old, new):
                changed["items_changed"] = items
        elif name == "arrivals" and new[: len(old)] == old:
            changed["arrivals_added"] = encode_field(name, new[len(old) :])
        else:
            changed[name] = encode_field(name, new)
    return changed


def _items_changes(before: Items, after: Items) -> dict[str, Any]:
    counts = ((n, getattr(before, n), getattr(after, n)) for n in _ITEM_COUNTS)
    changed: dict[str, Any] = {name: new for name, old, new in counts if old != new}
    if before.live is not after.live:
        changed["live"] = _live_changes(before.live, after.live)
    for name in ("waiting", "held", "redo"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            changed[name] = sorted(new)
    return changed


def _live_changes(before: Map[int, int], after: Map[int, int]) -> dict[str, int | None]:
    """Run index -> its attempt now, None when it is no longer in flight; at most a window's worth is looked at."""
    was, now = set(before.items()), set(after.items())
    changed: dict[str, int | None] = {str(index): None for index, _ in sorted(was - now)}
    changed.update({str(index): attempt for index, attempt in sorted(now - was)})
    return changed


def _apply(document: dict[str, Any], changes: Mapping[str, Any]) -> None:
    changes = dict(changes)
    items = changes.pop("items_changed", None)
    arrivals = changes.pop("arrivals_added", ())
    document.update(changes)
    document.setdefault("arrivals", []).extend(arrivals)
    if items is None:
        return
    known = dict(document["items"])
    live = {**known.get("live", {}), **items.pop("live", {})}
    known.update(items)
    known["live"] = {index: attempt for index, attempt in live.items() if attempt is not None}
    document["items"] = known
