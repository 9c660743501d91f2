"""Carry a workflow of another engine over into a text of ours. Nothing is stored: saving is the next step.

Source: docs/howto/import-from-stackstorm.md.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.engine.access import Caller
from app.engine.errors import TooLarge
from app.engine.orquesta.convert import carry_over
from app.engine.orquesta.notes import Note
from app.services import workflow_texts
from app.services.workflow_checks import limits

MAX_TEXT = workflow_texts.MAX_TEXT


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gives.

    Attributes:
        text: ours; empty when the source is no workflow.
        notes: what is not the same, ordered by place in the source.
        analysis: of the text: problems against the installed actions, and the drawing; None without a text.
    """

    text: str
    ref: str
    notes: tuple[Note, ...]
    analysis: workflow_texts.TextAnalysis | None

    def as_json(self) -> dict[str, Any]:
        """The answer of POST /workflows/import."""
        problems = self.analysis.problems_json() if self.analysis else []
        return {
            "text": self.text,
            "ref": self.ref,
            "notes": [note_json(note) for note in self.notes],
            "problems": problems,
        }


def import_orquesta(
    text: str, *, metadata: str | None = None, pack_ref: str, name: str | None = None, by: Caller
) -> Imported:
    """An Orquesta workflow of StackStorm as one of ours.

    Args:
        metadata: YAML of the action's metadata file.
        pack_ref, name: what the ref is made of; without a name that of the metadata counts.
        by: actions that this caller may not read are unknown to the check.

    Raises:
        TooLarge: a text is above 1 MiB.
    """
    for given in (text, metadata or ""):
        size = len(given.encode("utf-8", "surrogatepass"))
        if size > MAX_TEXT:
            raise TooLarge(f"The text has {size:,} bytes, at most {MAX_TEXT:,} are taken.")
    made = carry_over(text, metadata=metadata, pack_ref=pack_ref, name=name, limits=limits())
    analysis = workflow_texts.analyse(made.text, pack_ref=pack_ref, by=by) if made.text else None
    return Imported(made.text, made.ref, made.notes, analysis)


def note_json(note: Note) -> dict[str, Any]:
    """{severity, message (with the advice), was, path, line, column, source}."""
    whole = asdict(note)
    del whole["advice"]
    return whole | {"message": note.text}
