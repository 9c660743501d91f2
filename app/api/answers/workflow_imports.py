"""Answers about imports."""

from __future__ import annotations

from typing import Literal

from app.api.answers import Answer
from app.api.answers.workflow_texts import Problem


class ImportNote(Answer):
    severity: Literal["error", "warning", "info"]
    message: str
    was: str
    path: str
    line: int | None
    column: int | None
    source: Literal["workflow", "metadata"]


class ImportedWorkflow(Answer):
    text: str
    ref: str
    notes: list[ImportNote]
    problems: list[Problem]
