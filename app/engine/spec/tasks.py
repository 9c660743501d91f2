"""Reads one task, and the children of a container (language.md 3)."""

from __future__ import annotations

import re
from typing import Any

from app.engine.spec.fields import Fields
from app.engine.spec.findings import Findings, what_came
from app.engine.spec.model import Join, RetrySpec, TaskSpec
from app.engine.spec.names import TaskNames
from app.engine.spec.places import Path, path_text
from app.engine.spec.publishing import read_publish
from app.engine.spec.transitions import TRANSITION_KEYS, read_condition, read_transitions

TASK_KEYS = (
    "name", "type", "action", "input", "when", "with_items", "batch_size", "batch_mode", "concurrency", "delay",
    "retry", "timeout", "join", "max_visits", "next", "publish", "on_success", "on_failure", "on_complete",
    "on_timeout", "decision", "tasks", "wait_for",
)  # fmt: skip
RETRY_KEYS = ("count", "delay", "backoff", "max_delay", "jitter", "on_error", "when")
_REF = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)?\Z")


def read_tasks(
    tasks: Any, path: Path, findings: Findings, names: TaskNames, container: str | None = None
) -> tuple[TaskSpec, ...]:
    """The tasks of a list that have a usable name; what is wrong with any of them is noted."""
    read = [
        _read_listed(task, (*path, index), findings, names, container) for index, task in enumerate(tasks)
    ]
    return tuple(task for task in read if task is not None)


def _read_listed(
    task: Any, path: Path, findings: Findings, names: TaskNames, container: str | None
) -> TaskSpec | None:
    if not isinstance(task, dict):
        findings.error(
            path, "wrong_type", f"A task is a mapping with 'name' and 'action', got {what_came(task)}."
        )
        return None
    name = names.paths.get(path)
    shown = name if name is not None else task.get("name")
    shown = shown if isinstance(shown, str) else None
    fields = Fields(task, path, findings, shown, ("tasks", name) if name else None)
    spec = _read_task(fields, names, container)
    return spec if name is not None else None


def _read_task(fields: Fields, names: TaskNames, container: str | None) -> TaskSpec:
    fields.unknown_keys(TASK_KEYS, "a task")
    kind = fields.choice(
        "type",
        ("action", "workflow", "parallel"),
        "parallel" if fields.has("tasks") and not fields.has("action") else "action",
    )
    if container is not None:
        _check_child(fields, container)
    return TaskSpec(
        name=fields.task or "",
        type=kind,
        action=_read_action(fields, kind),
        input=fields.mapping("input") or {},
        when=read_condition(fields, "when"),
        with_items=_read_items(fields, kind),
        batch_size=fields.whole("batch_size", least=1),
        batch_mode=fields.choice("batch_mode", ("item", "list"), "item"),
        concurrency=fields.whole("concurrency", least=1),
        delay_s=fields.number("delay", least=0) or 0.0,
        retry=_read_retry(fields, kind),
        timeout_s=fields.number("timeout", above=0),
        join=_read_join(fields) if container is None else "any",
        max_visits=fields.whole("max_visits", least=1) or 1,
        transitions=read_transitions(fields, names) if container is None else (),
        publish=read_publish(fields),
        children=_read_children(fields, kind, names),
        wait_for=_read_wait_for(fields),
        container=container,
        path=path_text(fields.path),
    )


def _check_child(fields: Fields, container: str) -> None:
    for key in (*TRANSITION_KEYS, "join"):
        if fields.has(key):
            message = f"A child of '{container}' has no '{key}': all children start together and end into '{container}'."
            fields.error(key, "not_for_children", message, point_at_key=True)


def _read_action(fields: Fields, kind: str) -> str | None:
    action = fields.text("action", max_length=255)
    if kind == "parallel":
        if fields.has("action"):
            message = "A parallel task runs its 'tasks' and no action of its own; remove 'action'."
            fields.error("action", "not_for_containers", message, point_at_key=True)
        return None
    if not fields.has("action") or action == "":
        message = "This task has no action; name one with 'action: pack.name' (core.noop does nothing)."
        fields.findings.error(
            fields.at("action") if fields.has("action") else fields.path,
            "missing_action",
            message,
            task=fields.task,
        )
        return None
    return action if action is None or _is_ref(fields, action) else None


def _is_ref(fields: Fields, action: str) -> bool:
    if "{{" in action or "{%" in action:
        fields.error(
            "action",
            "template_action",
            "'action' can't be a template; branch with 'when' or 'decision' instead.",
        )
    elif not _REF.match(action):
        fields.error(
            "action", "bad_ref", f"'{action}' is no ref; a ref is 'pack.name', in lower case with one dot."
        )
    else:
        return True
    return False


def _read_items(fields: Fields, kind: str) -> Any:
    value = fields.get("with_items")
    if value is None:
        _check_item_keys(fields)
        return None
    if kind == "parallel":
        message = "A parallel task can't have items; give 'with_items' to its children."
        fields.error("with_items", "not_for_containers", message, point_at_key=True)
        return None
    if fields.get("batch_mode") == "list" and not fields.has("batch_size"):
        fields.error("batch_mode", "missing_batch_size", "'batch_mode: list' needs 'batch_size'.")
    if isinstance(value, str) and not value.strip():
        fields.error(
            "with_items", "bad_items", "'with_items' is empty; write an expression that yields a list."
        )
        return None
    if not isinstance(value, str | list | dict):
        fields.error(
            "with_items",
            "wrong_type",
            f"'with_items' takes an expression, a list or a mapping, got {what_came(value)}.",
        )
        return None
    return value


def _check_item_keys(fields: Fields) -> None:
    for key in ("batch_size", "batch_mode", "concurrency"):
        if fields.has(key):
            fields.warning(
                key, "no_effect", f"'{key}' has no effect without 'with_items'.", point_at_key=True
            )


def _read_join(fields: Fields) -> Join:
    value = fields.get("join")
    if value is None:
        return "any"
    if value in ("any", "all") or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value  # type: ignore[no-any-return]
    fields.error("join", "bad_value", f"'join' is any, all or a number from 1, got {what_came(value)}.")
    return "any"


def _read_retry(fields: Fields, kind: str) -> RetrySpec | None:
    retry = fields.below("retry")
    if retry is None:
        return None
    if kind == "parallel":
        fields.error(
            "retry",
            "not_for_containers",
            "A parallel task has no retry; give it to its children.",
            point_at_key=True,
        )
    retry.unknown_keys(RETRY_KEYS, "retry")
    if not retry.has("count"):
        fields.error("retry", "missing_count", "'retry' needs 'count': how many extra attempts, 1..100.")
    return RetrySpec(
        count=retry.whole("count", least=1, most=100) or 1,
        delay_s=retry.number("delay", least=0) or 0.0,
        backoff=retry.choice("backoff", ("constant", "linear", "exponential"), "constant"),
        max_delay_s=retry.number("max_delay", least=0),
        jitter=retry.number("jitter", least=0, most=1) or 0.0,
        on_error=read_condition(retry, "on_error"),
        when=read_condition(retry, "when"),
    )


def _read_children(fields: Fields, kind: str, names: TaskNames) -> tuple[TaskSpec, ...]:
    children = fields.get("tasks")
    if kind != "parallel":
        if children is not None:
            message = "Only a task of 'type: parallel' has 'tasks'."
            fields.error("tasks", "not_a_container", message, point_at_key=True)
        return ()
    if not isinstance(children, list) or not children:
        message = f"A parallel task needs 'tasks': a list of at least one child, got {what_came(children)}."
        fields.findings.error(fields.at("tasks"), "missing_children", message, task=fields.task)
        return ()
    return read_tasks(children, fields.at("tasks"), fields.findings, names, fields.task or "")


def _read_wait_for(fields: Fields) -> str | None:
    wait = fields.below("wait_for")
    if wait is None:
        return None
    wait.unknown_keys(("inquiry",), "wait_for")
    inquiry = wait.get("inquiry")
    if isinstance(inquiry, int) and not isinstance(inquiry, bool):
        return str(inquiry)
    if not isinstance(inquiry, str) or not inquiry.strip():
        fields.error(
            "wait_for",
            "bad_value",
            "'wait_for' needs 'inquiry': a template that yields the id of an inquiry.",
        )
        return None
    return inquiry
