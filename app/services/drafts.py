"""Texts that somebody has not saved yet, kept by themselves, and who else has the workflow open.

One draft for each person and workflow; only its owner reads it. A new workflow's draft goes by the ref it will have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from app.engine.access import Caller
from app.engine.errors import EditConflict, Invalid, LimitExceeded, NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import WorkflowDefinition, WorkflowDraft
from app.persistence.repositories import drafts, workflows
from app.persistence.session import Transaction
from app.services import ports
from app.services.access import require_person
from app.services.pack_rights import existing_pack, require

OPEN_FOR_S = 60.0  # since an editor was last heard of
_MOST_OTHERS = 20
_REF = re.compile(r"[a-z][a-z0-9_-]*\.[a-z0-9_][a-z0-9_-]*")


def get(*, ref: str, by: Caller) -> dict[str, Any]:
    """The caller's draft: {text, updated, base, base_number, head, head_number, others[]}. NotFound when there is none.

    `base` and `head` are ids of revisions: what the draft was made from, and the present one (null: not saved yet).
    """
    with session.reading() as tx:
        row = _editable(tx, ref, by)
        draft = drafts.find(tx, ref, identity_id=by.identity_id)
        if draft is None:
            raise NotFound(f"You have no draft of '{ref}'.")
        return {"text": draft.text, **_state(tx, ref, row, draft, by)}


def keep(*, ref: str, text: str, base: int | None = None, by: Caller) -> dict[str, Any]:
    """Keep a text, whatever is wrong with it, over the caller's draft before; the answer of `get` without the text.

    Args:
        base: id of the revision it was made from; None: not known, or a new workflow.

    Raises:
        NotFound (pack), Forbidden, LimitExceeded. Invalid: the ref can't be one.
    """
    require_person(by)
    _check_size(text)
    with session.transaction() as tx:
        row = _editable(tx, ref, by)
        _write(tx, ref, text=text, base=_known(tx, base), by=by)
        _note_presence(tx, ref, by)
        return _state(tx, ref, row, drafts.find(tx, ref, identity_id=by.identity_id), by)


@contextmanager
def kept_on_conflict(*, ref: str, text: str | None, by: Caller) -> Iterator[None]:
    """When the block ends in an EditConflict, the text that could not be saved becomes the caller's draft."""
    try:
        yield
    except EditConflict as error:
        if text is not None:
            with session.transaction() as tx:
                shown = error.details["base"]
                _write(tx, ref, text=text, base=shown["id"] if shown else None, by=by)
        raise


def saved(tx: Transaction, ref: str, *, text: str | None, by: Caller) -> None:
    """A text was saved: the caller's draft that says just this is done with; another one stays."""
    if text is not None:
        drafts.discard(tx, ref, identity_id=by.identity_id, text=text)


def discard(*, ref: str, by: Caller) -> None:
    """Throw the caller's draft away. NotFound when there is none."""
    with session.transaction() as tx:
        if not drafts.discard(tx, ref, identity_id=by.identity_id):
            raise NotFound(f"You have no draft of '{ref}'.")


def note_presence(*, ref: str, by: Caller, leaving: bool = False) -> dict[str, Any]:
    """The caller has the workflow open, or is `leaving`; the same answer as `keep`, `updated` null without a draft."""
    require_person(by)
    with session.transaction() as tx:
        row = _editable(tx, ref, by)
        if leaving:
            drafts.end_presence(tx, ref, identity_id=by.identity_id)
        else:
            _note_presence(tx, ref, by)
        return _state(tx, ref, row, drafts.find(tx, ref, identity_id=by.identity_id), by)


def _write(tx: Transaction, ref: str, *, text: str, base: int | None, by: Caller) -> None:
    if by.identity_id:  # the server itself has none
        drafts.keep(tx, ref, identity_id=by.identity_id, text=text, base=base, now=ports.now())


def _note_presence(tx: Transaction, ref: str, by: Caller) -> None:
    now = ports.now()
    drafts.forget_presence(tx, before=now - timedelta(seconds=OPEN_FOR_S))
    drafts.note_presence(tx, ref, identity_id=by.identity_id, now=now)


def _editable(tx: Transaction, ref: str, by: Caller) -> WorkflowDefinition | None:
    """The workflow's row, None for a new one, when the caller may change it or make it."""
    row = workflows.by_ref(tx, ref)
    if row is not None:
        require(by, "actions", "update", pack_ref=row.pack_ref, ref=ref)
        return row
    if not _REF.fullmatch(ref) or len(ref) > 255:
        message = f"'{ref[:80]}' is no ref; a ref is 'pack.name', in lower case with one dot."
        raise Invalid(message, details=[{"path": "ref", "message": message}])
    pack = existing_pack(tx, ref.partition(".")[0])
    require(by, "actions", "create", pack_ref=pack.ref, ref=ref)
    return None


def _check_size(text: str) -> None:
    most = ports.settings().max_definition
    if len(text) > most:
        message = f"The text has {len(text):,} characters, at most {most:,} are allowed (ATTUNE_MAX_DEFINITION)."
        raise LimitExceeded(message, setting="ATTUNE_MAX_DEFINITION")


def _known(tx: Transaction, base: int | None) -> int | None:
    found = workflows.revision(tx, base) if base is not None else None
    return found.id if found is not None else None


def _state(
    tx: Transaction, ref: str, row: WorkflowDefinition | None, draft: WorkflowDraft | None, by: Caller
) -> dict[str, Any]:
    base, head = draft.base if draft else None, row.revision if row else None
    return {
        "ref": ref,
        "updated": iso(draft.updated) if draft else None,
        "base": base,
        "base_number": _number(tx, base),
        "head": head,
        "head_number": _number(tx, head),
        "others": _others(tx, ref, by),
    }


def _number(tx: Transaction, revision_id: int | None) -> int | None:
    found = workflows.revision(tx, revision_id) if revision_id is not None else None
    return found.number if found is not None else None


def _others(tx: Transaction, ref: str, by: Caller) -> list[dict[str, Any]]:
    """[{login, name, updated?, is_open}]: who has it open now, then who left a draft (`updated`)."""
    since = ports.now() - timedelta(seconds=OPEN_FOR_S)
    return [
        {
            "login": other.login,
            "name": other.display_name or other.login,
            "updated": iso(other.updated),
            "is_open": other.seen_at is not None,
        }
        for other in drafts.others(tx, ref, but=by.identity_id, since=since, limit=_MOST_OTHERS)
    ]
