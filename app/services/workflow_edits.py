"""Edit a workflow text for the editor: one operation, answered with the changes and what the new text looks like.

Nothing is stored; the text is the truth and comes with every call. Source: api.md 7.1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine import edit as edits
from app.engine.access import Caller
from app.services import workflow_documents, workflow_texts
from app.services.workflow_checks import limits
from app.services.workflow_texts import TextAnalysis


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A text after an operation, and what there is to know about it."""

    edited: edits.Edited
    analysis: TextAnalysis

    def as_json(self, *, seen: str | None = None, closed: Collection[str] = ()) -> dict[str, Any]:
        """The answer of POST /workflows/edit: the change, and all that an analysis of the new text says.

        Args:
            seen, closed: as for an analysis.
        """
        return {
            "text": self.edited.text,
            "changes": [change.as_json() for change in self.edited.changes],
            "selection": self.edited.selection,
            **self.analysis.as_json(seen=seen, closed=closed),
        }


def edit(text: str, operation: Mapping[str, Any], *, pack_ref: str | None = None, by: Caller) -> TextEdit:
    """Apply one operation to a text.

    Raises:
        TooLarge: the text is above 1 MiB, before or after.
        EditRefused: the operation makes no sense in this text; nothing is half done.
    """
    bounds = limits()
    before = workflow_documents.read(text, workflow_documents.digest(workflow_texts.check_size(text)), bounds)
    edited = edits.edit(text, operation, limits=bounds, document=before)
    if edited.document is not None:
        after = workflow_documents.digest(workflow_texts.check_size(edited.text))
        workflow_documents.keep(edited.document, after, bounds)
    return TextEdit(edited, workflow_texts.analyse(edited.text, pack_ref=pack_ref, by=by))
