"""Reads pasted tasks: a list, one task, or a mapping with `tasks`; gives them names that are free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.edit.changes import applied
from app.engine.edit.draft import Draft
from app.engine.edit.renaming import Names
from app.engine.edit.steps import Rename, copied
from app.engine.edit.view import View
from app.engine.edit.writing import Script
from app.engine.errors import EditRefused
from app.engine.spec.document import load


@dataclass(frozen=True, slots=True)
class Pasted:
    """Tasks with free names; in the view's text they stand in `tasks`."""

    values: tuple[dict[str, Any], ...]
    view: View


def pasted(text: str, draft: Draft) -> Pasted:
    """The tasks of a text. Raises EditRefused when it holds none, or can't be read."""
    view = _as_document(text, draft.view)
    names = _new_names(view, draft)
    if names:
        script = Script(view)
        script.write(Rename(names))
        view = View(applied(view.text, script.finish()), view.limits)
    return Pasted(tuple(copied(view.data["tasks"])), view)


def _as_document(text: str, target: View) -> View:
    """The pasted text as a document with `tasks`."""
    document = load(text, limits=target.limits)
    if document.problems:
        raise EditRefused(f"The pasted text is no list of tasks: {document.problems[0].message}", key="tasks")
    given = View(text, target.limits, document=document)
    data = given.data
    if isinstance(data, dict) and "tasks" in data and "name" not in data:
        view, listed = given, data["tasks"]
    elif isinstance(data, list):
        view, listed = (
            View(f"tasks:\n{text.removeprefix('---').lstrip(chr(13) + chr(10))}", target.limits),
            data,
        )
    else:
        view, listed = View("tasks:\n  - " + _indented(text), target.limits), [data]
    if not isinstance(listed, list) or not listed or not all(_is_task(task) for task in listed):
        raise EditRefused("Paste a list of tasks in YAML: each has at least 'name'.", key="tasks")
    if not view.is_whole or view.data.get("tasks") != listed:
        raise EditRefused(
            "The pasted tasks can't be read the same way inside of a workflow; check their indentation.",
            key="tasks",
        )
    return view


def _indented(text: str) -> str:
    first, *rest = text.removeprefix("---").lstrip("\r\n").split("\n")
    return "\n".join([first, *("    " + row if row.strip() else row for row in rest)])


def _is_task(task: Any) -> bool:
    return isinstance(task, dict) and isinstance(task.get("name"), str) and bool(task["name"])


def _new_names(view: View, draft: Draft) -> Names:
    """(old, new) of each pasted task whose name is taken."""
    taken = draft.names()
    own = Draft(view)
    found = [task["name"] for _, task in own.tasks() if isinstance(task.get("name"), str)]
    if len(set(found)) < len(found):
        raise EditRefused(
            "Two of the pasted tasks have the same name; give them different ones first.", key="tasks"
        )
    names: list[tuple[str, str]] = []
    for name in found:
        if name in taken:
            new = next(
                f"{name}_{n}"
                for n in range(2, len(taken) + len(found) + 3)
                if f"{name}_{n}" not in taken | set(found)
            )
            names.append((name, new))
    return tuple(names)
