"""Answers about saved views."""

from __future__ import annotations

from app.api.answers import Answer, TimeText


class SavedView(Answer):
    id: int
    name: str
    filters: dict[str, str]
    created: TimeText
    updated: TimeText
