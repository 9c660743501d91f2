"""Answers about what can be written at a place of a text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.api.answers import Answer


class Suggestion(Answer):
    label: str
    kind: Literal["key", "action", "task", "parameter", "variable", "function", "filter", "value"]
    detail: str
    docs: str
    insert: str


class About(Answer):
    """What stands at the place, in words."""

    title: str
    docs: str
    start: Annotated[int, Field(alias="from")]
    end: Annotated[int, Field(alias="to")]


class Suggestions(Answer):
    """Each of `items` would replace `text[from:to]`; offsets in UTF-16 code units."""

    items: list[Suggestion]
    start: Annotated[int, Field(alias="from")]
    end: Annotated[int, Field(alias="to")]
    about: About | None
