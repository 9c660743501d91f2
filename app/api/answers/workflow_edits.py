"""Answers about edits of a workflow text (api.md 7.1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.api.answers import Answer
from app.api.answers.workflow_texts import Analysis


class TextChange(Answer):
    """`text[from:to]` becomes `insert`; offsets in UTF-16 code units of the text that was sent."""

    start: Annotated[int, Field(alias="from")]
    end: Annotated[int, Field(alias="to")]
    insert: str


class TextEdit(Analysis):
    """Applying `changes` (sorted, not overlapping) to the text that was sent gives `text`, which the rest speaks of."""

    text: str
    changes: list[TextChange]
    selection: str | None
