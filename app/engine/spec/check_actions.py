"""Findings about the actions a workflow calls and what it gives them (language.md 10; api.md 10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.engine import schemas
from app.engine.spec.catalog import ActionInfo, Catalog
from app.engine.spec.findings import Findings, did_you_mean, near, rename_key_fix, set_field_fix
from app.engine.spec.model import TaskSpec
from app.engine.spec.places import path_of

ASK = "core.ask"
_TEMPLATE_MARKS = ("{{", "{%", "{#")


def check_actions(tasks: Iterable[TaskSpec], catalog: Catalog, findings: Findings) -> None:
    """Note unknown actions, inputs that don't fit them, and questions that can't be asked."""
    for task in tasks:
        if task.action is None:
            continue
        if task.action == ASK:
            _check_question(task, findings)
        action = catalog.action(task.action)
        if action is None:
            _unknown_action(task, catalog, findings)
        else:
            _check_input(task, action, findings)


def is_literal(value: Any) -> bool:
    """Whether a value holds no template anywhere."""
    if isinstance(value, str):
        return not any(mark in value for mark in _TEMPLATE_MARKS)
    if isinstance(value, dict):
        return all(is_literal(part) for part in value.values())
    return all(is_literal(part) for part in value) if isinstance(value, list) else True


def _unknown_action(task: TaskSpec, catalog: Catalog, findings: Findings) -> None:
    ref = task.action or ""
    known = list(catalog.refs())
    pack = ref.split(".", 1)[0]
    if "." not in ref:
        reason = f"'{ref}' is no ref of an action; a ref is 'pack.name'."
    elif catalog.pack_known(pack):
        reason = f"The pack '{pack}' has no action '{ref}'."
    else:
        reason = f"There is no action '{ref}'; its pack '{pack}' is not installed."
    guess = near(ref, known) or next((one for one in known if one.split(".", 1)[-1] == ref), None)
    fix = set_field_fix(f"Call '{guess}'", ("tasks", task.name, "action"), guess) if guess else None
    hint = f" Did you mean '{guess}'?" if guess else ""
    findings.warning(f"{task.path}.action", "unknown_action", reason + hint, task=task.name, fix=fix)


def _check_input(task: TaskSpec, action: ActionInfo, findings: Findings) -> None:
    if not schemas.takes_extra_names(action.param_schema):
        for name in task.input:
            _check_known(task, name, action, findings)
    for name in schemas.required_names(action.param_schema):
        if task.input.get(name) is None:
            message = f"'{action.ref}' needs the input '{name}'."
            path = f"{task.path}.input" if task.input else task.path
            findings.error(path, "missing_input", message, task=task.name, key=True)
    _check_literals(task, action, findings)


def _check_known(task: TaskSpec, name: str, action: ActionInfo, findings: Findings) -> None:
    known = schemas.known_names(action.param_schema)
    if name not in known:
        message = f"'{action.ref}' has no parameter '{name}'.{did_you_mean(name, known)}"
        meant = near(name, known)
        is_free = meant is not None and meant not in task.input
        fix = rename_key_fix(("tasks", task.name, "input", name), meant) if meant and is_free else None
        path = (*path_of(task.path), "input", name)
        findings.warning(path, "unknown_input", message, task=task.name, fix=fix, key=True)


def _check_literals(task: TaskSpec, action: ActionInfo, findings: Findings) -> None:
    literals = {name: value for name, value in task.input.items() if value is not None and is_literal(value)}
    if not literals:
        return
    normal = schemas.normalise(action.param_schema)
    properties = {name: field for name, field in normal.get("properties", {}).items() if name in literals}
    shared: schemas.Schema = {key: normal[key] for key in ("$defs", "definitions") if key in normal}
    subset: schemas.Schema = {**shared, "type": "object", "properties": properties}
    for mismatch in schemas.check(schemas.coerce(literals, subset), subset, noun="Input"):
        path = (*path_of(task.path), "input", *path_of(mismatch["path"]))
        findings.error(path, "bad_input", f"{mismatch['message']} ('{action.ref}').", task=task.name)


def _check_question(task: TaskSpec, findings: Findings) -> None:
    if task.retry is not None:
        message = "A question to people is not retried: remove 'retry', and say with 'timeout' and 'on_timeout' what happens without an answer."
        fix = {
            "label": "Remove 'retry'",
            "operation": {"op": "unset_field", "path": ["tasks", task.name, "retry"]},
        }
        findings.error(f"{task.path}.retry", "retried_question", message, task=task.name, key=True, fix=fix)
    schema = task.input.get("response_schema")
    if schema is None or not is_literal(schema):
        return
    for problem in schemas.problems(schema):
        findings.error(
            (*path_of(task.path), "input", "response_schema", *problem["at"]),
            "bad_schema",
            problem["message"],
            task=task.name,
        )
    _check_default_response(task, schema, findings)


def _check_default_response(task: TaskSpec, schema: Any, findings: Findings) -> None:
    default = task.input.get("default_response")
    if default is None or not is_literal(default):
        return
    for mismatch in schemas.check(default, schema, noun="Field", extra_allowed=True):
        path = (*path_of(task.path), "input", "default_response")
        findings.error(
            path,
            "bad_default_response",
            f"The default response does not fit the schema: {mismatch['message']}.",
            task=task.name,
        )
