"""Rehearsals: what a workflow would do, without running anything (api.md 7.1)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.api.answers.rehearsals import Rehearsal, RehearsalScript
from app.api.envelopes import Reply, one
from app.api.requests import Body, Json, Ref, Text, Time
from app.api.routes import One, Routes
from app.engine.access import Caller
from app.queries import rehearsal_scripts
from app.services import ports, rehearsals

routes = Routes("workflows")


def _as_error(value: Any) -> Any:
    return {"message": value} if isinstance(value, str) else value


class ScriptError(Body):
    type: Text = "failed"
    message: Text = "failed"


class ScriptEntry(Body):
    """What one run of `task` comes to: `result`, `error`, `timed_out` or, for a question, `answer`."""

    task: str
    item: Annotated[int, Field(ge=0)] | None = None
    result: Any = None
    error: Annotated[ScriptError | None, BeforeValidator(_as_error)] = None
    timed_out: bool = False
    answer: Any = None
    silent: bool = False
    took_s: float = 1.0


class RehearseWorkflow(Body):
    text: str
    pack_ref: Ref | None = None
    parameters: Json | None = None
    script: list[ScriptEntry] = []
    until: str | None = None
    now: Time | None = None
    keys: Json = {}
    config: Json = {}

    def setting(self) -> rehearsals.Setting:
        return rehearsals.Setting(
            now=self.now or ports.now(),
            parameters=self.parameters,
            script=[entry.model_dump() for entry in self.script],
            until=self.until,
            keys=self.keys,
            config=self.config,
        )


@routes.post("/workflows/rehearse", access="actions:read", answer=One(Rehearsal))
def rehearse_workflow(body: RehearseWorkflow, caller: Caller) -> Reply:
    """Play a YAML text with scripted results: no action is run, no secret is read, nothing is stored."""
    return one(rehearsals.rehearse(body.text, body.setting(), pack_ref=body.pack_ref, by=caller))


@routes.get("/executions/{id}/rehearsal-script", access="executions:read", answer=One(RehearsalScript))
def show_rehearsal_script(id: int, caller: Caller) -> Reply:
    """What a past run was given, and what each of its tasks came to, as the script of a rehearsal."""
    return one(rehearsal_scripts.script_of_run(execution_id=id, by=caller))
