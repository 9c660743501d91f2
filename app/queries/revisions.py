"""Read models of the history of a workflow: its revisions, newest first, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from app.engine.access import Caller
from app.engine.changes.lines import hunks, lines_of
from app.engine.changes.words import changes_in_words
from app.engine.errors import NotFound
from app.engine.spec.document import Document
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import errors_of
from app.engine.spec.writing import plain_yaml
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import WorkflowRevision
from app.persistence.repositories import inquiry_people, workflows
from app.persistence.session import Transaction
from app.queries.workflows import readable_workflow


def list_revisions(
    *, ref: str, by: Caller, offset: int = 0, limit: int = 50
) -> tuple[list[dict[str, Any]], int]:
    """Revisions without their contents, newest first, with the total. NotFound: no such workflow for the caller.

    Each: {id, number, content_hash, note?, size (characters), created_by?, login?, created, current}.
    """
    with session.reading() as tx:
        row = readable_workflow(tx, ref, by)
        found, total = workflows.revisions(tx, row.id, offset=offset, limit=limit)
        logins = _logins(tx, [revision for revision, _ in found])
        return [_row(revision, size, logins, current=row.revision) for revision, size in found], total


def get_revision(*, ref: str, number: int, by: Caller) -> dict[str, Any]:
    """One revision: as in the list, with {text, saved_as: text | json, definition}.

    `text` of a revision that came as JSON is made from it; `definition` is the whole document, whatever it came as.
    """
    with session.reading() as tx:
        row = readable_workflow(tx, ref, by)
        revision = existing_revision(tx, row.id, ref, number)
        text = text_of(revision)
        return {
            **_row(revision, len(text), _logins(tx, [revision]), current=row.revision),
            "text": text,
            "saved_as": "json" if revision.text is None else "text",
            "definition": revision.document,
        }


def compare(*, ref: str, old: int, new: int, by: Caller) -> dict[str, Any]:
    """What changed from one revision to the other, given by their numbers: {old, new, words[], complete, hunks[]}.

    `old` and `new` are as in `get_revision`; `words` are sentences (app/engine/changes/words.py), `complete` false when
    one of the two can't be read whole. A hunk is a list of {kind: same | removed | added, text, old?, new?}.
    """
    before, after = (get_revision(ref=ref, number=number, by=by) for number in (old, new))
    parsed = [parse_workflow(Document.from_value(shown["definition"]), ref=ref) for shown in (before, after)]
    specs = [found.spec for found in parsed if found.spec is not None]
    return {
        "old": before,
        "new": after,
        "words": changes_in_words(*specs) if len(specs) == 2 else [],
        "complete": not any(errors_of(found.problems) for found in parsed),
        "hunks": [[asdict(line) for line in hunk] for hunk in hunks(lines_of(before["text"]), lines_of(after["text"]))],
    }


def place_of(*, revision_id: int, by: Caller) -> tuple[int, str | None]:
    """The number of a revision, and the ref of its workflow; None when the caller can't look the workflow up (any more)."""
    with session.reading() as tx:
        revision = workflows.revision(tx, revision_id)
        if revision is None:
            raise NotFound(f"There is no workflow revision {revision_id}.")
        try:
            row = readable_workflow(tx, revision.workflow_ref, by)
        except NotFound:
            return revision.number, None
        return revision.number, row.ref if row.id == revision.workflow_def else None


def existing_revision(tx: Transaction, workflow_id: int, ref: str, number: int) -> WorkflowRevision:
    """The revision with this number, or NotFound."""
    revision = workflows.revision_by_number(tx, workflow_id, number)
    if revision is None:
        raise NotFound(f"The workflow '{ref}' has no revision {number}.")
    return revision


def text_of(revision: WorkflowRevision) -> str:
    """The text a revision was saved as, else YAML made from what it says."""
    return plain_yaml(revision.document) if revision.text is None else revision.text


def _logins(tx: Transaction, revisions: Iterable[WorkflowRevision]) -> dict[int, str]:
    return inquiry_people.logins_of(tx, {r.created_by for r in revisions if r.created_by is not None})


def _row(revision: WorkflowRevision, size: int, logins: dict[int, str], *, current: int | None) -> dict[str, Any]:
    return {
        "id": revision.id,
        "number": revision.number,
        "content_hash": revision.content_hash,
        "note": revision.note,
        "size": size,
        "created_by": revision.created_by,
        "login": logins.get(revision.created_by or 0),
        "created": iso(revision.created),
        "current": revision.id == current,
    }
