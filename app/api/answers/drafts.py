"""Answers about drafts."""

from __future__ import annotations

from app.api.answers import Answer, TimeText


class Other(Answer):
    login: str
    name: str
    updated: TimeText | None
    is_open: bool


class DraftState(Answer):
    ref: str
    updated: TimeText | None
    base: int | None
    base_number: int | None
    head: int | None
    head_number: int | None
    others: list[Other]


class Draft(DraftState):
    text: str
