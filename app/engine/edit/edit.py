"""Edits of a workflow text: an operation becomes the smallest changes of the text that do just that.

Each edit is planned on the data, written into the text, and read again: unless the new text says exactly what was
planned, it is refused. Source: api.md 7.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.edit.changes import Change, applied, composed, in_utf16, shortened
from app.engine.edit.draft import Draft
from app.engine.edit.operations import plan
from app.engine.edit.steps import same
from app.engine.edit.view import View
from app.engine.edit.writing import MAX_STEPS, EditTooMuch, Script
from app.engine.errors import EditRefused
from app.engine.spec.document import load
from app.engine.spec.limits import DEFAULT_LIMITS, SpecLimits
from app.engine.spec.source import Document

_BOM = "\ufeff"
_LINE_ENDS = ("\r", "\n")
_MANNERS: tuple[Mapping[str, bool], ...] = ({}, {"patient": True}, {"patient": True, "careful": True})


@dataclass(frozen=True, slots=True)
class Edited:
    """A text after an operation.

    Attributes:
        text: the new text.
        changes: what leads to it; offsets in UTF-16 code units of the text before, sorted, not overlapping.
        selection: the task to select, if any.
        document: the new text, read; None where it can't be read to its end.
    """

    text: str
    changes: tuple[Change, ...]
    selection: str | None = None
    document: Document | None = None


def edit(
    text: str,
    operation: Mapping[str, Any],
    *,
    limits: SpecLimits = DEFAULT_LIMITS,
    document: Document | None = None,
) -> Edited:
    """Apply one operation. Raises EditRefused with the reason; then nothing has changed.

    Args:
        operation: `{op, ...}` as in api.md 7.1.
        document: the text, read within the same limits, for whoever has it; it is not changed.
    """
    lead = _BOM if text.startswith(_BOM) else ""
    body = text[len(lead) :]
    view = View(body, limits, document=document)
    draft = Draft(view)
    selection = plan(draft, operation)
    if len(draft.steps) > MAX_STEPS:
        raise EditTooMuch(f"{len(draft.steps):,} entries would change one by one, at most {MAX_STEPS:,} do")
    changes, after = _written(view, draft) if draft.steps else ([], view.document)
    result = lead + applied(body, changes)
    in_units = tuple(in_utf16(body, changes, offset=len(lead)))
    return Edited(result, in_units, selection, after if view.is_whole else None)


def _written(view: View, draft: Draft) -> tuple[Sequence[Change], Document]:
    """The changes that do what was planned, and the document they lead to."""
    refused: list[EditRefused] = []
    for changes in _attempts(view, draft, refused):
        document = load(applied(view.readable, changes), limits=view.limits)
        if _says(document, view, draft.data):
            return changes, document
    raise refused[-1] if refused else _would_change_more(view)


def _attempts(view: View, draft: Draft, refused: list[EditRefused]) -> Iterator[Sequence[Change]]:
    """The changes in one manner after another; at last with a final line end, for a block of text that stands last now."""
    made: list[Sequence[Change]] = []
    for manner in _MANNERS:
        script = Script(view, **manner)
        try:
            for step in draft.steps:
                script.write(step)
        except EditTooMuch:
            raise
        except EditRefused as reason:
            refused.append(reason)
            continue
        made.append(shortened(view.text, script.finish()))
        yield made[-1]
    for changes in made[:1]:
        after = applied(view.text, changes)
        if not view.text.endswith(_LINE_ENDS) and not after.endswith(_LINE_ENDS):
            yield composed(len(view.text), changes, [Change(len(after), len(after), view.style.line_end)])


def _says(document: Document, view: View, intended: Any) -> bool:
    """Whether the text after the changes can be read, and says what was intended."""
    ordered = view.root is None or not any(node.has_merge for _, node in view.root.walk())
    return (
        document.complete
        and len(document.problems) <= len(view.document.problems)
        and same(document.value, intended, ordered=ordered)
    )


def _would_change_more(view: View) -> EditRefused:
    has_aliases = view.root is not None and any(node.anchor for _, node in view.root.walk())
    if has_aliases:
        return EditRefused(
            "This edit would change another place as well, because of an anchor or alias. Edit the text there by hand."
        )
    return EditRefused(
        "This edit can't be made without changing more than was asked. Edit the text there by hand."
    )
