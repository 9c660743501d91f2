"""What stands for the actions of a rehearsal: their schemas. Nothing is run.

Input is cast at the border as a run does it (language.md 8). Without a script an action gives an example of its
output schema; the core actions without side effects give what they compute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine import schemas
from app.engine.conductor.commands import OpenInquiry, RunAction
from app.engine.conductor.plan import ASK
from app.engine.conductor.reports import TaskError
from app.engine.errors import InvalidValue
from app.engine.inquiries.asking import parse_ask
from app.engine.inquiries.responses import check_ask, check_response
from app.engine.pure_actions import run_pure
from app.engine.spec.catalog import ActionInfo, Catalog

A_MOMENT_S = 1.0


@dataclass(frozen=True, slots=True)
class StandIn:
    """What is known of the action of one run.

    Attributes:
        input: cast and with defaults, as the action would get it.
        error: why it can't start, or None.
    """

    ref: str
    action: ActionInfo | None
    input: dict[str, Any]
    error: TaskError | None = None

    @property
    def took_s(self) -> float:
        """Simulated seconds of a run that nobody scripted: a moment, and for core.sleep what it is told."""
        seconds = self.input.get("seconds") if self.ref == "core.sleep" else None
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        return float(seconds) if is_number and seconds is not None and seconds >= 0 else A_MOMENT_S

    def result(self, data: Any) -> dict[str, Any]:
        """The result object of a success with this data (api.md 8): that of a workflow is its output itself."""
        if self.action is not None and self.action.is_workflow:
            return {**data, "succeeded": True} if isinstance(data, dict) else {"succeeded": True}
        return {"succeeded": True, "exit_code": 0, "data": {} if data is None else data}

    def example(self) -> dict[str, Any]:
        """The result object when nothing is scripted."""
        computed = run_pure(self.ref, self.input)
        if computed is not None:
            return computed
        return self.result(schemas.example(self.action.out_schema) if self.action else {})

    def example_answer(self) -> Any:
        """What people respond when nothing is scripted: the first button, else an example of the schema."""
        ask = parse_ask(self.input)
        return ask.buttons[0]["response"] if ask.buttons else schemas.example(ask.response_schema)


def stand_in(run: RunAction | OpenInquiry, catalog: Catalog | None, *, scripted: bool) -> StandIn:
    """The stand-in for one run; without a catalog nothing is known of any action.

    Args:
        scripted: somebody says what the action gives, so it need not be installed yet.
    """
    ref = run.action_ref if isinstance(run, RunAction) else ASK
    if catalog is None:
        return StandIn(ref, None, run.input, _unaskable(run))
    action = catalog.action(ref)
    if action is None:
        text = f"Unknown action '{ref}': no installed pack has it."
        return StandIn(ref, None, run.input, None if scripted else TaskError("not_found", text))
    fitted, problems = schemas.fitting_of(action.param_schema).fit(run.input)
    if problems:
        return StandIn(ref, action, fitted, TaskError("invalid_input", "; ".join(p["message"] for p in problems)))
    return StandIn(ref, action, fitted, _unaskable(run, fitted))


def check_answer(task: str, answer: Any, asked: dict[str, Any]) -> None:
    """Refuse an answer that the page would not take either.

    Raises:
        InvalidValue: details hold every mismatch as {path, message}.
    """
    found = check_response(answer, asked.get("response_schema"))
    if found:
        raise InvalidValue(f"The script's answer to '{task}' does not fit what it asks: {found[0]['message']}", details=found)


def _unaskable(run: RunAction | OpenInquiry, fitted: dict[str, Any] | None = None) -> TaskError | None:
    if isinstance(run, RunAction):
        return None
    try:
        check_ask(parse_ask(run.input if fitted is None else fitted))
    except InvalidValue as error:
        return TaskError("invalid_input", f"The question can't be asked: {error.message}")
    return None
