"""Plans `connect`, `disconnect` and `retarget`."""

from __future__ import annotations

from app.engine.edit import targets, ways
from app.engine.edit.arguments import Arguments
from app.engine.edit.draft import Draft
from app.engine.edit.ways import Way
from app.engine.errors import EditRefused
from app.engine.spec.model import RESERVED_TARGETS
from app.engine.spec.places import Path


def connect(draft: Draft, arguments: Arguments) -> str | None:
    """Let a task lead to another."""
    source, target = arguments.text("from"), arguments.text("to")
    kind = arguments.kind("succeeded") or "succeeded"
    when = checked_when(arguments, kind)
    path = source_path(draft, source)
    check_target(draft, target, key="to")
    targets.connect(draft, path, target, kind, when=when, index=arguments.index())
    return source


def disconnect(draft: Draft, arguments: Arguments) -> str | None:
    """Take a target out of the transitions of a kind."""
    source, target = arguments.text("from"), arguments.text("to")
    path = source_path(draft, source)
    found = ways_between(draft, path, arguments, source, target)
    for way in ways.last_first(found):
        targets.disconnect(draft, path, way, target)
    return source


def retarget(draft: Draft, arguments: Arguments) -> str | None:
    """Lead elsewhere; the old target need not exist."""
    source, old, new = arguments.text("from"), arguments.text("to"), arguments.text("new_to")
    path = source_path(draft, source)
    found = ways_between(draft, path, arguments, source, old)
    check_target(draft, new, key="new_to")
    if new != old:
        for way in ways.last_first(found):
            targets.retarget(draft, path, way, old, new)
    return source


def source_path(draft: Draft, name: str) -> Path:
    """The path of a task that may lead on."""
    path = draft.find(name, key="from")
    if len(path) > 2:
        raise EditRefused(
            f"'{name}' is a child of a parallel task: it leads nowhere; connect its container.", key="from"
        )
    return path


def check_target(draft: Draft, name: str, *, key: str) -> None:
    """Raises EditRefused unless a transition may lead to that name."""
    if name in RESERVED_TARGETS:
        return
    if len(draft.find(name, key=key)) > 2:
        raise EditRefused(
            f"'{name}' is inside of a parallel task and starts with it; lead to the container.", key=key
        )


def checked_when(arguments: Arguments, kind: str) -> str | None:
    """The condition of a `custom` transition."""
    when = arguments.optional_text("when")
    if kind == "custom" and not (when and when.strip()):
        raise EditRefused("A transition of kind 'custom' needs 'when': an expression.", key="when")
    return when if kind == "custom" else None


def ways_between(draft: Draft, path: Path, arguments: Arguments, source: str, target: str) -> list[Way]:
    """The transitions from one task to another, by kind, condition and index where these are given."""
    kind, when, index = arguments.kind(), arguments.optional_text("when"), arguments.index()
    every = ways.ways_of(draft.at(path))
    found = [
        way
        for number, way in enumerate(every)
        if way.leads_to(target)
        and kind in (None, way.kind)
        and (when is None or way.kind != "custom" or ways.bare(way.when) == ways.bare(when))
        and index in (None, number)
    ]
    if not found:
        how = f" when it has {kind.replace('_', ' ')}" if kind in ("succeeded", "failed", "timed_out") else ""
        raise EditRefused(f"'{source}' does not lead to '{target}'{how}.", key="to")
    return found
