"""`tests/<workflow>/<test>.yaml` of a pack: a rehearsal with a script, and what is expected of it.

Source: docs/reference/pack-tests.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from app.engine.conductor.script import ENTRY_KEYS
from app.engine.manifests.component import open_file
from app.engine.spec.fields import Fields
from app.engine.spec.findings import near, what_came
from app.engine.spec.problems import Problem, errors_of
from app.engine.statuses import TaskState

NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,99}\Z")
START = datetime(2026, 1, 1, tzinfo=UTC)  # a test tells the same every day, so it does not begin today
STATUSES = ("completed", "failed", "cancelled", "running")
_KEYS = ("description", "parameters", "config", "keys", "now", "until", "script", "expect")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of the rehearsal; None is not looked at. Mappings name the keys that count.

    Attributes:
        path: every task in the order it was entered, once for each visit.
        tasks: name -> state of the latest visit; `pending` was never entered.
        inputs: name -> the input of its latest run, or the list of all its runs' inputs.
        error: a part of the error's text.
        waiting: the tasks that still wait when nothing more comes.
    """

    status: str | None = None
    path: tuple[str, ...] | None = None
    tasks: Mapping[str, str] | None = None
    output: Mapping[str, Any] | None = None
    vars: Mapping[str, Any] | None = None
    inputs: Mapping[str, Any] | None = None
    error: str | None = None
    waiting: tuple[str, ...] | None = None


EXPECT_KEYS = tuple(field.name for field in fields(Expectation))


@dataclass(frozen=True, slots=True)
class PackTest:
    """One test. `script` has the entries of `conductor.script.Answer`; `parameters` None: an example of each required one.

    Attributes:
        config: over the defaults of the pack's files; what people set on a server does not count.
        keys: all that `kv` gives.
        now: simulated start, aware UTC.
    """

    workflow: str
    name: str
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    config: Mapping[str, Any] | None = None
    keys: Mapping[str, Any] | None = None
    now: datetime = START
    until: str | None = None
    script: tuple[Mapping[str, Any], ...] = ()
    expect: Expectation = Expectation()


def parse_test(text: str | bytes, *, workflow: str, name: str) -> tuple[PackTest | None, list[Problem]]:
    """A test file; `workflow` and `name` are its folder and its name without the ending.

    Returns None beside the problems when the file is no mapping. A test with errors must not be played.
    """
    found, problems = open_file(text, "A test")
    return (None if found is None else _read(found, workflow, name)), problems


def _read(found: Fields, workflow: str, name: str) -> PackTest:
    _refuse_unknown(found, _KEYS, "a test")
    return PackTest(
        workflow,
        name,
        description=found.text("description", max_length=10_000),
        parameters=found.mapping("parameters"),
        config=found.mapping("config"),
        keys=found.mapping("keys"),
        now=_read_time(found, "now") or START,
        until=found.text("until"),
        script=_read_script(found),
        expect=_read_expectation(found),
    )


def _refuse_unknown(found: Fields, known: tuple[str, ...], of: str) -> None:
    """An error, not a warning as in workflows: an expectation nobody reads would pass for ever."""
    for key in found.values:
        if key not in known and not key.startswith("x-"):
            guess = near(key, known)
            way_out = f"did you mean '{guess}'?" if guess else f"it has {', '.join(known)}."
            found.error(key, "unknown_key", f"'{key}' is no key of {of}; {way_out}", point_at_key=True)


def _read_time(found: Fields, key: str) -> datetime | None:
    value = found.text(key)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    found.error(key, "bad_value", f"'{key}' is a time with its zone, such as 2026-03-01T12:00:00Z.")
    return None


def _read_script(found: Fields) -> tuple[Mapping[str, Any], ...]:
    value = found.get("script")
    if value is None:
        return ()
    if not isinstance(value, list):
        found.error("script", "wrong_type", f"'script' takes a list of entries, got {what_came(value)}.")
        return ()
    entries = []
    for number, given in enumerate(value):
        path = (*found.at("script"), number)
        if isinstance(given, dict):
            entries.append(_read_entry(Fields(given, path, found.findings)))
        else:
            found.findings.error(
                path, "wrong_type", f"An entry is a mapping with 'task', got {what_came(given)}."
            )
    return tuple(entries)


def _read_entry(entry: Fields) -> dict[str, Any]:
    _refuse_unknown(entry, ENTRY_KEYS, "a script entry")
    task = entry.text("task")
    if not task:
        entry.error("task", "missing_task", "An entry names its 'task'.")
    read = {
        "task": task or "",
        "item": entry.whole("item", least=0),
        "error": _read_error(entry),
        "timed_out": entry.boolean("timed_out", False),
        "silent": entry.boolean("silent", False),
        "took_s": entry.number("took_s", least=0),
    }
    given = {key: entry.get(key) for key in ("result", "answer")}
    return {key: value for key, value in {**read, **given}.items() if value is not None}


def _read_error(entry: Fields) -> dict[str, str] | None:
    """`{type, message}`; a text is the message."""
    value = entry.get("error")
    if isinstance(value, str):
        return {"message": value}
    told = entry.below("error")
    if told is None:
        return None
    _refuse_unknown(told, ("type", "message"), "an error")
    return {key: text for key in ("type", "message") if (text := told.text(key)) is not None}


def _read_expectation(found: Fields) -> Expectation:
    below = found.below("expect")
    expect = Expectation() if below is None else _expectation(below)
    wrong_type = below is None and found.has("expect")
    if expect == Expectation() and not wrong_type and not errors_of(found.findings.problems):
        found.error(
            "expect", "missing_expect", "A test says what it expects, at least expect: {status: completed}"
        )
    return expect


def _expectation(expect: Fields) -> Expectation:
    _refuse_unknown(expect, EXPECT_KEYS, "'expect'")
    return Expectation(
        status=expect.choice("status", STATUSES, None),
        path=_read_names(expect, "path"),
        tasks=_read_states(expect),
        output=expect.mapping("output"),
        vars=expect.mapping("vars"),
        inputs=expect.mapping("inputs"),
        error=expect.text("error"),
        waiting=_read_names(expect, "waiting"),
    )


def _read_names(expect: Fields, key: str) -> tuple[str, ...] | None:
    value = expect.get(key)
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    expect.error(key, "wrong_type", f"'{key}' takes a list of task names, got {what_came(value)}.")
    return None


def _read_states(expect: Fields) -> dict[str, str] | None:
    tasks, states = expect.below("tasks"), tuple(str(state) for state in TaskState)
    if tasks is None:
        return None
    return {name: tasks.choice(name, states, None) for name in tasks.values}
