"""Shapes of what calls answer, for the OpenAPI document and the tests that hold us to it. One file per noun.

They describe; nothing is converted through them. Objects may carry more keys than are listed (api.md, top).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, WithJsonSchema

TimeText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Json = dict[str, Any]


class Answer(BaseModel):
    """An object the server sends."""

    model_config = ConfigDict(extra="allow")
