"""Two people on one workflow: who saves second is told, sees both texts and their merge, and overwrites nothing.

A save names the revision it was made from (its *base*). When that is not the present one (the *head*), EditConflict
carries everything that is needed to go on.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from app.engine.changes.merging import merge
from app.engine.errors import EditConflict
from app.engine.spec.writing import plain_yaml
from app.engine.times import iso
from app.persistence.models import WorkflowDefinition, WorkflowRevision
from app.persistence.repositories import identities, workflows
from app.persistence.session import Transaction
from app.services.fields import check_unchanged
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import check_text, problem_json


def check_seen(tx: Transaction, row: WorkflowDefinition, *, seen: str | None, text: str | None) -> None:
    """Refuse a save on top of what its author has not seen.

    Args:
        seen: header If-Match, unquoted: the id of a revision, or the `updated` of the workflow; None: not asked.
        text: what is to be saved, when it is a text.

    Raises:
        EditConflict: another revision than the one seen is the head. Conflict: changed after the time seen.
    """
    if seen is None or not seen.strip('" ').isdecimal():
        check_unchanged(seen, row)
        return
    base, head = _base(tx, row, int(seen.strip('" ')[:18])), workflows.revision(tx, row.revision or 0)
    if head is not None and (base is None or base.content_hash != head.content_hash):
        raise conflict(tx, row, base=base, head=head, yours=text)


def conflict(
    tx: Transaction, row: WorkflowDefinition, *, base: WorkflowRevision | None, head: WorkflowRevision, yours: str | None
) -> EditConflict:
    """What the second of two savers is told.

    details: {kind: "revision", head: R, base: R or null, yours: text or null, merge: M or null}.
    R = {id, number, content_hash, created, login, text}; M as in `merged`; it is null without a text.
    """
    shown = revision_json(tx, head)
    who = shown["login"] or "Somebody"
    message = (
        f"{who} saved revision {head.number} of '{row.ref}' on {_moment(head.created)}, after you began. "
        "Nothing was overwritten: look at both, then save on top of that revision."
    )
    details = {
        "kind": "revision",
        "head": shown,
        "base": None if base is None else revision_json(tx, base),
        "yours": yours,
        "merge": None if yours is None else merged(tx, row.ref, base=_text(base), yours=yours, theirs=_text(head)),
    }
    return EditConflict(message, details=details)


def _moment(value: datetime) -> str:
    """`21 November at 16:05 UTC`."""
    utc = value.astimezone(UTC)
    return f"{utc.day} {utc:%B} at {utc:%H:%M} UTC"


def merged(tx: Transaction, ref: str, *, base: str, yours: str, theirs: str) -> dict[str, Any]:
    """A three-way merge of texts, checked as a save would check it.

    {clean, text, marked, problems[], regions: [{kind: unchanged | yours | theirs | both | conflict, base, yours, theirs}]}:
    `text` is null when both changed the same lines; `marked` is the text with both sides between marks; `clean` says
    that `text` can be saved as it is.
    """
    found = merge(base=base, yours=yours, theirs=theirs)
    wrong = [] if found.text is None else check_text(found.text, ref=ref, catalog=StoredCatalog(tx)).refusals
    return {
        "clean": found.text is not None and not wrong,
        "text": found.text,
        "marked": found.marked_text(),
        "problems": [problem_json(problem) for problem in wrong],
        "regions": [asdict(region) for region in found.regions],
    }


def revision_json(tx: Transaction, revision: WorkflowRevision) -> dict[str, Any]:
    """{id, number, content_hash, created, login, text}."""
    author = identities.get(tx, revision.created_by) if revision.created_by else None
    return {
        "id": revision.id,
        "number": revision.number,
        "content_hash": revision.content_hash,
        "created": iso(revision.created),
        "login": author.login if author else None,
        "text": _text(revision),
    }


def _base(tx: Transaction, row: WorkflowDefinition, revision_id: int) -> WorkflowRevision | None:
    """The revision, when it is one of this workflow."""
    found = workflows.revision(tx, revision_id)
    return found if found is not None and found.workflow_def == row.id else None


def _text(revision: WorkflowRevision | None) -> str:
    if revision is None:
        return ""
    return plain_yaml(revision.document) if revision.text is None else revision.text
