"""What can be written at a place of a workflow text: stateless, nothing is stored (docs/reference/api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.api.answers.suggestions import Suggestions
from app.api.envelopes import Reply, one
from app.api.requests import Body, Ref
from app.api.routes import One, Routes
from app.engine.access import Caller
from app.services import suggestions

routes = Routes("workflows")


class Place(Body):
    """`offset` counts UTF-16 code units, as browsers do."""

    text: str
    offset: Annotated[int, Field(ge=0)]
    pack_ref: Ref | None = None


@routes.post("/workflows/complete", access="actions:read", answer=One(Suggestions))
def complete_text(body: Place, caller: Caller) -> Reply:
    """Keys, actions, parameters, tasks and names that fit at a place of a YAML text, and words about what stands there."""
    return one(suggestions.suggest(body.text, body.offset, pack_ref=body.pack_ref, by=caller).as_json())
