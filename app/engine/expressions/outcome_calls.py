"""The helpers that ask about the task run that has just ended, and the calls into the key store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.engine.expressions.calls import Registry
from app.engine.expressions.keys import NOT_GIVEN, KeysView
from app.engine.expressions.refusals import Refused

if TYPE_CHECKING:
    from app.engine.expressions.context import RenderContext
    from app.engine.expressions.scope import OutcomeView

outcome_calls = Registry()
key_calls = Registry()


@outcome_calls.add("succeeded()", "whether the task succeeded (or was skipped)")
def _succeeded(context: RenderContext) -> bool:
    return _outcome(context, "succeeded").succeeded()


@outcome_calls.add("failed()", "whether the task failed; a time-out counts unless a transition asks about it")
def _failed(context: RenderContext) -> bool:
    return _outcome(context, "failed").failed()


@outcome_calls.add("timed_out()", "whether the task ran out of time")
def _timed_out(context: RenderContext) -> bool:
    return _outcome(context, "timed_out").timed_out()


@outcome_calls.add("skipped()", "whether the task was skipped by its `when`")
def _skipped(context: RenderContext) -> bool:
    return _outcome(context, "skipped").skipped()


@outcome_calls.add("result()", "the task's result: its keys, overlaid by those of `data`")
def _result(context: RenderContext) -> Any:
    return _outcome(context, "result").current_result()


@outcome_calls.add("error()", "`{type, message}` of a failure, else null")
def _error(context: RenderContext) -> Any:
    return _outcome(context, "error").error


@key_calls.add("get(ref, default)", "the value of a key in the datastore")
def _get(context: RenderContext, ref: str, default: Any = NOT_GIVEN) -> Any:
    return KeysView(context.scope).get(ref, default)


@key_calls.add("get_secret(ref)", "the value of an encrypted key; masked wherever it is shown")
def _get_secret(context: RenderContext, ref: str, default: Any = NOT_GIVEN) -> Any:
    return KeysView(context.scope).get_secret(ref, default)


@key_calls.add("at(path)", "the value at a dotted path")
def _at(context: RenderContext, path: tuple[str, ...]) -> Any:
    return KeysView(context.scope).at(path)


def _outcome(context: RenderContext, name: str) -> OutcomeView:
    if context.scope.outcome is None:
        raise Refused(
            f"{name}() has nothing to tell here",
            kind="undefined",
            hint="it is known in transitions, publish and retry conditions; elsewhere write task.<name>.result or .status",
        )
    return context.scope.outcome
