"""Copies of workflows in a pack of one's own, in the data directory, to be changed without touching what was installed."""

from __future__ import annotations

import re

from app.engine.access import Caller, Target
from app.engine.errors import Conflict
from app.persistence.repositories import packs as pack_rows
from app.persistence.repositories import workflows as workflow_rows
from app.persistence.session import reading
from app.services import packs, workflows
from app.services.access import require_person

_MOST_TRIES = 100


def own_pack(by: Caller) -> str:
    """The ref of the caller's own pack, whether it is there yet or not."""
    name = re.sub(r"[^a-z0-9]+", "_", by.login.lower()).strip("_")[:60]
    return f"my_{name or by.identity_id}"


def may_copy(by: Caller) -> bool:
    """Whether the caller may make workflows in a pack of their own."""
    pack = own_pack(by)
    return by.allows("actions", "create", Target(pack_ref=pack)) and (_has_pack(pack) or by.may("packs", "create"))


def free_name(name: str, by: Caller) -> str:
    """The name, or with a number behind it, that no workflow of the own pack has yet."""
    pack = own_pack(by)
    with reading() as tx:
        for number in range(1, _MOST_TRIES):
            tried = name if number == 1 else f"{name}_{number}"
            if workflow_rows.by_ref(tx, f"{pack}.{tried}") is None:
                return tried
    raise Conflict(f"You have {_MOST_TRIES - 1} copies called {name} already. Give this one another name.")


def make(*, name: str, text: str, by: Caller) -> str:
    """Save a copy of a workflow's text in the own pack, which is made when it is not there yet; the ref of the copy.

    Raises:
        Forbidden: no right to make packs, or workflows in one's own. Conflict: the name is taken.
        Invalid: a name that can't be one, or a text that is wrong.
    """
    require_person(by)
    pack = own_pack(by)
    if not _has_pack(pack):
        packs.create(body={"ref": pack, "label": f"Workflows of {by.login}", "version": "1.0.0"}, by=by)
    workflows.create_in_pack(pack_ref=pack, body={"name": name, "text": _renamed(text, f"{pack}.{name}")}, by=by)
    return f"{pack}.{name}"


def _has_pack(ref: str) -> bool:
    with reading() as tx:
        return pack_rows.by_ref(tx, ref) is not None


def _renamed(text: str, ref: str) -> str:
    """The text with another ref, everything else byte for byte."""
    changed, count = re.subn(r"(?m)^ref:[^\r\n#]*?(?=[ \t]*(#|\r?$))", f"ref: {ref}", text, count=1)
    return changed if count else f"ref: {ref}\n{text}"
