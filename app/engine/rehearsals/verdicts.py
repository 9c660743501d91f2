"""Holds a rehearsal against what a test expects of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.conductor.progress import task_states
from app.engine.conductor.rehearsal import Rehearsal
from app.engine.expressions.masking import mask
from app.engine.rehearsals.pack_tests import Expectation
from app.engine.spec.findings import did_you_mean


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that came otherwise.

    Attributes:
        path: of the expectation, such as `output.rows[2]`.
        got: None with `is_missing` when there was nothing at all.
        hint: a word more, or an empty text.
    """

    path: str
    expected: Any
    got: Any
    is_missing: bool = False
    hint: str = ""


def judge(expect: Expectation, rehearsal: Rehearsal) -> list[Mismatch]:
    """Everything that differs. Values are those people see: secrets read `***`."""
    return [mismatch for verdict in _VERDICTS for mismatch in verdict(expect, rehearsal)]


def differences(expected: Any, got: Any, path: str) -> Iterator[Mismatch]:
    """Where a value is not as expected: keys that are not named don't count, lists are compared entry by entry."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            place = f"{path}.{key}"
            if key in got:
                yield from differences(value, got[key], place)
            else:
                yield Mismatch(place, value, None, is_missing=True)
    elif isinstance(expected, list | tuple) and isinstance(got, list | tuple) and len(expected) == len(got):
        for index, pair in enumerate(zip(expected, got, strict=True)):
            yield from differences(*pair, f"{path}[{index}]")
    elif not _is_same(expected, got):
        yield Mismatch(path, expected, got)


def _is_same(expected: Any, got: Any) -> bool:
    """As JSON compares: 1 is 1.0, and true is not 1."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return False  # of another length, or they had been compared entry by entry
    return bool(expected == got)


def _status(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    if expect.status is not None and expect.status != rehearsal.status:
        why = _error_of(rehearsal)
        yield Mismatch("status", expect.status, rehearsal.status, hint=f"The error: {why}" if why else "")


def _path(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    if expect.path is not None and list(expect.path) != rehearsal.path:
        yield Mismatch("path", list(expect.path), rehearsal.path)


def _tasks(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    states = {row["name"]: str(row["state"]) for row in task_states(rehearsal.state)}
    for name, state in (expect.tasks or {}).items():
        if name not in states:
            yield _no_task(f"tasks.{name}", name, state, states)
        elif states[name] != state:
            yield Mismatch(f"tasks.{name}", state, states[name])


def _values(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    for key, got in (("output", rehearsal.output), ("vars", rehearsal.variables)):
        expected = getattr(expect, key)
        if expected is not None:
            yield from differences(expected, mask(got, rehearsal.state.secrets), key)


def _inputs(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    tasks = rehearsal.state.plan.tasks
    for name, expected in (expect.inputs or {}).items():
        given = [step.input for step in rehearsal.steps if step.task == name and step.input is not None]
        if name not in tasks:
            yield _no_task(f"inputs.{name}", name, expected, tasks)
        elif not given:
            yield Mismatch(f"inputs.{name}", expected, None, is_missing=True, hint="It did not run.")
        else:
            got = given if isinstance(expected, list) else given[-1]
            yield from differences(expected, mask(got, rehearsal.state.secrets), f"inputs.{name}")


def _error(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    got = _error_of(rehearsal)
    if expect.error is not None and expect.error not in (got or ""):
        yield Mismatch("error", expect.error, got, is_missing=got is None)


def _waiting(expect: Expectation, rehearsal: Rehearsal) -> Iterator[Mismatch]:
    got = [row["task"] for row in rehearsal.waiting]
    if expect.waiting is not None and sorted(expect.waiting) != sorted(got):
        yield Mismatch("waiting", list(expect.waiting), got)


def _error_of(rehearsal: Rehearsal) -> str | None:
    error = rehearsal.finish.error if rehearsal.finish is not None else None
    masked: str | None = mask(error.message, rehearsal.state.secrets) if error is not None else None
    return masked


def _no_task(path: str, name: str, expected: Any, known: Mapping[str, Any]) -> Mismatch:
    hint = f"'{name}' is no task of this workflow.{did_you_mean(name, known)}"
    return Mismatch(path, expected, None, is_missing=True, hint=hint)


_VERDICTS = (_status, _path, _tasks, _values, _inputs, _error, _waiting)
