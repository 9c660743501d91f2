"""What one rendering sees: plain data and lazy views, handed in by the caller.

Source: language.md 7 and the rulings of 11 "Results and names"; api.md 8 for the merged view of a result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from app.engine.expressions.refusals import Refused
from app.engine.expressions.values import View


class KeyStore(Protocol):
    """The port to the datastore. Both raise KeyError for an unknown key, unless a default is given."""

    def get(self, ref: str) -> Any:
        """The value of a key, any JSON."""

    def get_secret(self, ref: str) -> Any:
        """The same for an encrypted key, in clear; raises PermissionError without the right to decrypt."""


@dataclass(slots=True)
class OutcomeView:
    """The task run that has just ended, as `succeeded()`, `failed()`, `timed_out()`, `skipped()`, `result()`, `error()`
    see it.

    Attributes:
        outcome: a word of app.engine.statuses.Outcome.
        result: the merged view (`result_view(raw)`), or a callable that gives it; evaluated at most once.
        error: `{type, message}` or None.
        timeout_is_failure: a time-out counts as `failed()`: no transition of the task asks about time-outs.
    """

    outcome: str
    result: Any = None
    error: Mapping[str, Any] | None = None
    timeout_is_failure: bool = True

    def succeeded(self) -> bool:
        return self.outcome in ("succeeded", "skipped")

    def failed(self) -> bool:
        return self.outcome in ("failed", "cancelled") or (self.timed_out() and self.timeout_is_failure)

    def timed_out(self) -> bool:
        return self.outcome == "timed_out"

    def skipped(self) -> bool:
        return self.outcome == "skipped"

    def current_result(self) -> Any:
        if callable(self.result):
            self.result = self.result()
        return self.result


@dataclass(slots=True)
class TaskView(View):
    """`task.x`: the attributes of language.md 7 win, any other field is looked up in the result.

    Attributes:
        result: the merged view (`result_view(raw)`), or a callable that gives it; evaluated at most once.
        status: a word of app.engine.statuses.Outcome, or the task's state while it has not ended.
        results, failed_items: of a task with items: lists, or callables; None: the task has no items.
    """

    result: Any = None
    status: str | None = None
    error: Any = None
    results: Any = None
    failed_items: Any = None
    duration_ms: int | None = None
    attempts: int | None = None
    total_count: int | None = None
    succeeded_count: int | None = None
    failed_count: int | None = None

    def field(self, name: str) -> Any:
        """An attribute, else that field of the result; raises KeyError."""
        if name in _TASK_FIELDS or (name in _ITEM_FIELDS and self.total_count is not None):
            return self._attribute(name)
        if name in _ITEM_FIELDS and getattr(self, name) is not None:
            return self._attribute(name)
        result = self._attribute("result")
        if isinstance(result, Mapping):
            return result[name]
        raise KeyError(name)

    def field_names(self) -> Iterable[str]:
        result = self._attribute("result")
        return [*_TASK_FIELDS, *_ITEM_FIELDS, *(result if isinstance(result, Mapping) else ())]

    def as_json(self) -> dict[str, Any]:
        names = [n for n in _ITEM_FIELDS if getattr(self, n) is not None]
        return {name: self._attribute(name) for name in (*_TASK_FIELDS, *names)}

    def _attribute(self, name: str) -> Any:
        value = getattr(self, name)
        if callable(value):
            value = value()
            setattr(self, name, value)
        return value


_TASK_FIELDS = ("status", "result", "error", "duration_ms", "attempts")
_ITEM_FIELDS = ("results", "failed_items", "total_count", "succeeded_count", "failed_count")


@dataclass(slots=True)
class Scope:
    """The names of one rendering. Mappings may be lazy: they are asked only for what the text uses.

    Attributes:
        tasks: task name -> TaskView, for tasks that have run; None as a value: a task that has not run.
        system: execution_id, timestamp (epoch seconds), ... as in language.md 7; `now()` reads `timestamp`.
        config: the pack's configuration.
        kv: the key store port, or None.
        inquiries: task name -> view of its latest inquiry.
        local: further names, e.g. item, index, batch, batch_index, or event; they win over everything else.
        outcome: the task run that has just ended; None where there is none.
        expression_place: where the text stands, for messages: `task 'build', input.url`.
        missing_is_null: missing names become null instead of an error (action_params of rules).
        secrets: filled while rendering: the texts that `kv.get_secret` gave, to be masked wherever they may be shown.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    tasks: Mapping[str, Any] = field(default_factory=dict)
    system: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    kv: KeyStore | None = None
    inquiries: Mapping[str, Any] | None = None
    local: Mapping[str, Any] = field(default_factory=dict)
    outcome: OutcomeView | None = None
    expression_place: str = ""
    missing_is_null: bool = False
    secrets: set[str] = field(default_factory=set)

    def now_text(self) -> str:
        """`system.timestamp` as ISO 8601 in UTC, e.g. `2026-03-01T12:00:00Z`."""
        timestamp = self.system.get("timestamp")
        if not isinstance(timestamp, int | float):
            raise Refused("now() is not known here", kind="undefined")
        moment = datetime.fromtimestamp(timestamp, UTC)
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")

    def secret(self, value: Any) -> Any:
        """Remember every text inside `value` as secret, and give it back."""
        todo = [value]
        while todo:
            current = todo.pop()
            if isinstance(current, str) and current:
                self.secrets.add(current)
            elif isinstance(current, int | float) and not isinstance(current, bool):
                self.secrets.add(str(current))
            elif isinstance(current, Mapping):
                todo.extend(current.values())
            elif isinstance(current, list):
                todo.extend(current)
        return value


def result_view(result: Any) -> Any:
    """What `result()` and `task.x.result` see: the keys of an action's result, overlaid by those of its `data`, or,
    without `data`, by those of its stdout when that is, or ends with a line that is, a JSON object.

    Apply it once, to the raw result (api.md 8); anything but a mapping is given back as it is.
    """
    if not isinstance(result, Mapping):
        return result
    data = result.get("data")
    printed = data if data is not None else _printed_object(result.get("stdout"))
    return {**result, **printed} if isinstance(printed, Mapping) else dict(result)


def lazy_result_view(load: Callable[[], Any]) -> Callable[[], Any]:
    """A callable for TaskView and OutcomeView that loads the raw result when it is first needed."""
    return lambda: result_view(load())


def _printed_object(stdout: Any) -> Any:
    text = stdout.strip() if isinstance(stdout, str) else ""
    if not text.endswith("}"):
        return None
    candidates = (text, text.rpartition("\n")[2].strip())
    parsed = (_object(c) for c in candidates if c.startswith("{"))
    return next((p for p in parsed if p is not None), None)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse_constant(word: str) -> None:
    raise ValueError(word)
