"""Reads the ways on from a task, in both styles, into one ordered list.

Source: language.md 4 ("Classic keys", "`publish`"), 11 "Graph".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.engine.spec.fields import Fields
from app.engine.spec.findings import did_you_mean, near, what_came
from app.engine.spec.model import RESERVED_TARGETS, Guard, TransitionKind, TransitionSpec
from app.engine.spec.names import TaskNames
from app.engine.spec.places import Path, path_text
from app.engine.spec.publishing import read_publish

CLASSIC_GUARDS: dict[str, Guard] = {
    "on_success": "succeeded",
    "on_failure": "failed",
    "on_timeout": "timed_out",
    "on_complete": "always",
}
CLASSIC_KEYS = (*CLASSIC_GUARDS, "decision")
TRANSITION_KEYS = ("next", *CLASSIC_KEYS)
NEXT_KEYS = ("when", "publish", "do", "label")
BRANCH_KEYS = ("when", "next", "do", "default", "publish", "label")
_DECISION_GROUP = 0
_WRAPPED = re.compile(r"\s*\{\{-?\s*(.*?)\s*-?\}\}\s*\Z", re.DOTALL)
_EXACT: dict[str, TransitionKind] = {
    "succeeded()": "succeeded",
    "failed()": "failed",
    "timed_out()": "timed_out",
}


def read_transitions(fields: Fields, names: TaskNames) -> tuple[TransitionSpec, ...]:
    """The transitions of a task in the order they are looked at. `next` wins over the classic keys."""
    classic = [key for key in fields.values if key in CLASSIC_KEYS and fields.has(key)]
    if fields.has("next"):
        for key in classic:
            message = f"'{key}' is ignored, because the task has 'next' as well; use one style."
            fields.warning(key, "both_styles", message, point_at_key=True)
        return tuple(_read_next(fields, names))
    found: list[TransitionSpec] = []
    for key in classic:
        found.extend(
            _read_decision(fields, names) if key == "decision" else [_read_classic(fields, key, names)]
        )
    return tuple(found)


def kind_of(when: str | None) -> TransitionKind:
    """How a condition is drawn, from its exact text: `succeeded()`, bare or in `{{ }}`, and so on."""
    if when is None:
        return "always"
    wrapped = _WRAPPED.match(when)
    return _EXACT.get(wrapped.group(1) if wrapped else when.strip(), "custom")


def read_condition(fields: Fields, key: str) -> str | None:
    """A condition as written; None when absent, empty or `true`. `false` becomes the expression `false`."""
    value = fields.get(key)
    if value is None or value is True:
        return None
    if value is False:
        return "false"
    if not isinstance(value, str):
        fields.error(key, "wrong_type", f"'{key}' takes an expression as text, got {what_came(value)}.")
        return None
    if not value.strip():
        fields.error(key, "bad_condition", f"'{key}' is empty; write an expression, or leave the key out.")
        return None
    return value


def _read_next(fields: Fields, names: TaskNames) -> Iterator[TransitionSpec]:
    entries = fields.get("next")
    if not isinstance(entries, list):
        message = (
            f"'next' takes a list of transitions ('- when: ...' with 'do: task'), got {what_came(entries)}."
        )
        fields.error("next", "wrong_type", message)
        return
    for index, entry in enumerate(entries):
        below = _entry_fields(fields, "next", index, entry)
        if below is not None:
            yield _read_entry(below, names)


def _read_entry(entry: Fields, names: TaskNames) -> TransitionSpec:
    entry.unknown_keys(NEXT_KEYS, "a transition")
    if not entry.has("do") and not entry.has("publish"):
        message = "This transition has neither 'do' nor 'publish': it has no effect."
        entry.findings.warning(entry.path, "empty_transition", message, task=entry.task)
    when = read_condition(entry, "when")
    return TransitionSpec(
        guard="always",
        when=when,
        kind=kind_of(when),
        publish=read_publish(entry),
        targets=_read_targets(entry, "do", names),
        label=entry.text("label"),
        path=path_text(entry.path),
    )


def _read_classic(fields: Fields, key: str, names: TaskNames) -> TransitionSpec:
    guard = CLASSIC_GUARDS[key]
    return TransitionSpec(
        guard=guard,
        when=None,
        kind=guard,
        publish=(),
        targets=_read_targets(fields, key, names),
        path=path_text(fields.at(key)),
    )


def _read_decision(fields: Fields, names: TaskNames) -> Iterator[TransitionSpec]:
    branches = fields.get("decision")
    if not isinstance(branches, list):
        message = f"'decision' takes a list of branches ('- when: ...' with 'next: task'), got {what_came(branches)}."
        fields.error("decision", "wrong_type", message)
        return
    read = [_entry_fields(fields, "decision", index, branch) for index, branch in enumerate(branches)]
    usable = [branch for branch in read if branch is not None]
    defaults = [branch for branch in usable if branch.has("default") and branch.get("default") is not False]
    for extra in defaults[1:]:
        extra.error("default", "two_defaults", "A decision has one default.", point_at_key=True)
    # the default is looked at last, wherever it stands
    for branch in [*(b for b in usable if b not in defaults), *defaults[:1]]:
        yield _read_branch(branch, names, is_default=branch in defaults)


def _read_branch(branch: Fields, names: TaskNames, *, is_default: bool) -> TransitionSpec:
    branch.unknown_keys(BRANCH_KEYS, "a decision branch")
    when = read_condition(branch, "when")
    if when is None and not is_default:
        message = "A branch needs 'when'; the last one may be '- default: task' instead."
        branch.findings.error(branch.path, "bad_condition", message, task=branch.task)
    if when is not None and is_default:
        branch.warning("when", "both_styles", "The default branch has no condition: its 'when' is ignored.")
    return TransitionSpec(
        guard="succeeded",
        when=None if is_default else when,
        kind="succeeded" if is_default else "custom",
        publish=read_publish(branch),
        targets=_branch_targets(branch, names),
        label=branch.text("label") or ("default" if is_default else None),
        group=_DECISION_GROUP,
        path=path_text(branch.path),
    )


def _branch_targets(branch: Fields, names: TaskNames) -> tuple[str, ...]:
    named_default = branch.has("default") and not isinstance(branch.get("default"), bool)
    keys = [key for key in ("next", "do") if branch.has(key)] + (["default"] if named_default else [])
    if not keys and not branch.has("publish"):
        branch.findings.error(
            branch.path, "missing_target", "This branch names no task; add 'next: task'.", task=branch.task
        )
    found: dict[str, None] = {}
    for key in keys:
        found.update(dict.fromkeys(_read_targets(branch, key, names)))
    return tuple(found)


def _entry_fields(fields: Fields, key: str, index: int, entry: Any) -> Fields | None:
    path = (*fields.path, key, index)
    if isinstance(entry, dict):
        edit_path = None if fields.edit_path is None else (*fields.edit_path, key, index)
        return Fields(entry, path, fields.findings, fields.task, edit_path)
    hint = f" Write '- do: {entry}'." if isinstance(entry, str) and key == "next" else ""
    message = f"An entry of '{key}' is a mapping, got {what_came(entry)}.{hint}"
    fields.findings.error(path, "wrong_type", message, task=fields.task)
    return None


def _read_targets(fields: Fields, key: str, names: TaskNames) -> tuple[str, ...]:
    value = fields.get(key)
    if value is None:
        return ()
    base = fields.at(key)
    listed = (
        [(base, value)] if not isinstance(value, list) else [((*base, i), v) for i, v in enumerate(value)]
    )
    # the same target twice is one arrival (language.md 11)
    return tuple(dict.fromkeys(target for path, target in listed if _is_target(target, path, fields, names)))


def _is_target(target: Any, path: Path, fields: Fields, names: TaskNames) -> bool:
    if not isinstance(target, str):
        message = f"A target is the name of a task, got {what_came(target)}."
        fields.findings.error(path, "wrong_type", message, task=fields.task)
        return False
    if target in RESERVED_TARGETS:
        return True
    if target not in names:
        _unknown_target(target, path, fields, names)
        return False
    container = names.containers[target]
    if container is not None:
        message = f"'{target}' is inside of '{container}' and starts with it; lead to '{container}' instead."
        fields.findings.error(path, "target_in_container", message, task=fields.task)
        return False
    return True


def _unknown_target(target: str, path: Path, fields: Fields, names: TaskNames) -> None:
    known = [*names.targets(), *RESERVED_TARGETS]
    guess = near(target, known)
    fix = None
    if guess and fields.task:
        operation = {"op": "retarget", "from": fields.task, "to": target, "new_to": guess}
        fix = {"label": f"Lead to '{guess}'", "operation": operation}
    message = f"There is no task '{target[:80]}'.{did_you_mean(target, known)}"
    fields.findings.error(path, "unknown_task", message, task=fields.task, fix=fix)
