"""Reads an Orquesta document into `source`. What does not fit is noted with its place, and left out."""

from __future__ import annotations

import re
from typing import Any

from app.engine.orquesta.inline import inline_parameters, split_action
from app.engine.orquesta.notes import Notes
from app.engine.orquesta.source import (
    COMMANDS,
    CONTINUE,
    SourceItems,
    SourceRetry,
    SourceTask,
    SourceTransition,
    SourceValue,
    SourceWorkflow,
)
from app.engine.spec.findings import what_came
from app.engine.spec.places import Path

_TOP = frozenset({"version", "description", "input", "vars", "tasks", "output"})
_TASK = frozenset({"action", "input", "with", "delay", "retry", "join", "next"})
_OLD_BOOLEANS = {"yes": True, "on": True, "no": False, "off": False}  # YAML 1.1, which StackStorm reads
_NAMED_ITEMS = re.compile(r"\s*((?:\w+\s*,\s*)*\w+)\s+in\s+(.+)\Z", re.DOTALL)


class Reader:
    """Reads one document."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.document = notes.document

    def workflow(self) -> SourceWorkflow | None:
        """The workflow, None when the document is none at all."""
        whole = self.document.value
        if not isinstance(whole, dict) or not isinstance(whole.get("tasks"), dict) or not whole["tasks"]:
            self.notes.error(
                (),
                "This is no Orquesta workflow: it has no mapping 'tasks'.",
                "Send the workflow file, not the action's metadata.",
            )
            return None
        self._unknown(whole, _TOP, ())
        inputs = self._values(whole.get("input"), ("input",))
        return SourceWorkflow(
            description=str(whole.get("description") or "").strip(),
            inputs=inputs,
            without_default=self._without_default(whole.get("input")),
            vars=self._values(whole.get("vars"), ("vars",)),
            output=self._values(whole.get("output"), ("output",)),
            tasks=tuple(
                self._task(name, task, ("tasks", name))
                for name, task in whole["tasks"].items()
                if self._is_task(name, task)
            ),
        )

    def scalar(self, path: Path, value: Any) -> Any:
        """A value as YAML 1.1 reads it: `yes` without quotes is true."""
        if isinstance(value, str) and value.lower() in _OLD_BOOLEANS and self.document.raw(path) == value:
            return _OLD_BOOLEANS[value.lower()]
        return value

    def _is_task(self, name: str, task: Any) -> bool:
        if name in COMMANDS:
            self.notes.error(
                ("tasks", name),
                f"'{name}' is a command of Orquesta and can't name a task.",
                "Rename the task.",
            )
            return False
        if task is None or isinstance(task, dict):
            return True
        self.notes.error(
            ("tasks", name), f"A task is a mapping, got {what_came(task)}.", "Write its action.", was=task
        )
        return False

    def _task(self, name: str, raw: Any, path: Path) -> SourceTask:
        task: dict[str, Any] = raw or {}
        self._unknown(task, _TASK, path)
        action, short = self._action(task.get("action"), (*path, "action"))
        given = task.get("input")
        paths = {key: (*path, "input", key) for key in given} if isinstance(given, dict) else {}
        if short:
            given, paths = dict(short), {key: (*path, "action") for key, _ in short}
        return SourceTask(
            name=name,
            action=action,
            path=path,
            input=given if isinstance(given, dict | str) else {},
            input_paths=paths,
            items=self._items(task.get("with"), (*path, "with")),
            delay=task.get("delay"),
            retry=self._retry(task.get("retry"), (*path, "retry")),
            join=self._join(task.get("join"), (*path, "join")),
            transitions=self._transitions(task.get("next"), (*path, "next")),
        )

    def _action(self, raw: Any, path: Path) -> tuple[str | None, list[tuple[str, Any]]]:
        if not isinstance(raw, str):
            return None, []
        name, short, unread = split_action(raw)
        if unread:
            self.notes.error(
                path, f"Behind the action, this can't be read: {unread}", "Write it under `input`.", was=raw
            )
        return name, short

    def _items(self, raw: Any, path: Path) -> SourceItems | None:
        if raw is None:
            return None
        whole = {"items": raw} if isinstance(raw, str) else raw
        if not isinstance(whole, dict) or not isinstance(whole.get("items"), str):
            self.notes.error(path, "'with' names no list.", "Write `with: <% ctx(list) %>`.", was=raw)
            return None
        named = _NAMED_ITEMS.match(whole["items"])
        keys = tuple(key.strip() for key in named.group(1).split(",")) if named else ()
        expression = named.group(2) if named else whole["items"]
        where = (*path, "items") if isinstance(raw, dict) else path
        return SourceItems(expression.strip(), keys, whole.get("concurrency"), where)

    def _retry(self, raw: Any, path: Path) -> SourceRetry | None:
        if not isinstance(raw, dict):
            return None
        return SourceRetry(raw.get("when"), raw.get("count"), raw.get("delay"), path)

    def _join(self, raw: Any, path: Path) -> int | str | None:
        if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0:
            return raw
        if raw is None or raw == "all":
            return "all" if raw else None
        self.notes.error(path, f"'join' is 'all' or a number, got {what_came(raw)}.", "Correct it.", was=raw)
        return None

    def _transitions(self, raw: Any, path: Path) -> tuple[SourceTransition, ...]:
        listed = raw if isinstance(raw, list) else []
        return tuple(
            SourceTransition(
                when=str(entry["when"]) if entry.get("when") is not None else None,
                publish=self._published(entry.get("publish"), (*path, index, "publish")),
                targets=_targets(entry.get("do")),
                path=(*path, index),
            )
            for index, entry in enumerate(listed)
            if isinstance(entry, dict)
        )

    def _published(self, raw: Any, path: Path) -> tuple[SourceValue, ...]:
        if isinstance(raw, str):
            return tuple(SourceValue(name, value, path) for name, value in inline_parameters(raw))
        return self._values(raw, path)

    def _values(self, raw: Any, path: Path) -> tuple[SourceValue, ...]:
        """An ordered list of `name: value` or `name`; a mapping will do."""
        found: list[SourceValue] = []
        entries = [raw] if isinstance(raw, dict) else raw if isinstance(raw, list) else []
        for index, entry in enumerate(entries):
            here = path if isinstance(raw, dict) else (*path, index)
            if isinstance(entry, str):
                found.append(SourceValue(entry, None, here))
            elif isinstance(entry, dict):
                found += [
                    SourceValue(str(k), self.scalar((*here, k), v), (*here, k)) for k, v in entry.items()
                ]
            else:
                self.notes.error(
                    here,
                    f"A name is missing here, got {what_came(entry)}.",
                    "Write `name: value`.",
                    was=entry,
                )
        return tuple(found)

    def _without_default(self, raw: Any) -> frozenset[str]:
        return (
            frozenset(entry for entry in raw if isinstance(entry, str))
            if isinstance(raw, list)
            else frozenset()
        )

    def _unknown(self, mapping: dict[str, Any], known: frozenset[str], path: Path) -> None:
        for key in mapping.keys() - known:
            self.notes.warning(
                (*path, key), f"Orquesta has no key '{key}' here; it was left out.", "Check what it was for."
            )


def _targets(raw: Any) -> tuple[str, ...]:
    if isinstance(raw, str):
        raw = [part.strip() for part in raw.split(",")]
    names = [str(name) for name in raw if name] if isinstance(raw, list) else []
    return tuple(dict.fromkeys(names)) or (CONTINUE,)
