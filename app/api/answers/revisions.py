"""Answers about revisions."""

from __future__ import annotations

from typing import Literal

from app.api.answers import Answer, Json, TimeText


class RevisionRow(Answer):
    id: int
    number: int
    content_hash: str
    note: str | None
    size: int
    created_by: int | None
    login: str | None
    created: TimeText
    current: bool


class Revision(RevisionRow):
    text: str
    saved_as: Literal["text", "json"]
    definition: Json


class Line(Answer):
    kind: Literal["same", "removed", "added"]
    text: str
    old: int | None
    new: int | None


class Comparison(Answer):
    old: Revision
    new: Revision
    words: list[str]
    complete: bool
    hunks: list[list[Line]]
