"""Plans the operations on whole tasks: add, insert, remove, rename, duplicate, move, paste."""

from __future__ import annotations

import re
from typing import Any

from app.engine.edit import targets, ways
from app.engine.edit.arguments import Arguments
from app.engine.edit.connecting import checked_when, source_path, ways_between
from app.engine.edit.draft import Draft
from app.engine.edit.pasting import pasted
from app.engine.edit.steps import Copy, Drop, Graft, Insert, Move, Rename
from app.engine.errors import EditRefused
from app.engine.spec.names import RESERVED_NAMES
from app.engine.spec.places import Path

_HAPPY = ("succeeded", "always", "custom")


def add(draft: Draft, arguments: Arguments) -> str | None:
    """A new task behind `after`, else behind `from`, else at the end; `from` leads to it."""
    source = arguments.optional_text("from")
    if source:
        source_path(draft, source)
    kind = arguments.kind("succeeded") or "succeeded"
    when = checked_when(arguments, kind) if source else None
    after = arguments.optional_text("after") or source
    name = _new_name(draft, arguments)
    if source:  # first: behind a new task the paths are others
        targets.connect(draft, source_path(draft, source), name, kind, when=when)
    _insert(draft, after, _new_task(arguments, name))
    return name


def insert_between(draft: Draft, arguments: Arguments) -> str | None:
    """A new task on the way from one to another."""
    source, target = arguments.text("from"), arguments.text("to")
    path = source_path(draft, source)
    found = ways_between(draft, path, arguments, source, target)
    name = _new_name(draft, arguments)
    on = targets.ways_on(draft, path, target, "succeeded")
    for way in ways.last_first(found):
        targets.retarget(draft, path, way, target, name)
    _insert(draft, source, _new_task(arguments, name) | on)
    return name


def remove(draft: Draft, arguments: Arguments) -> str | None:
    """A task goes, and every transition's target that it is; `bridge` leads these on to where it led."""
    name = arguments.text("name")
    path = draft.find(name)
    onwards = _onwards(draft, path, name) if arguments.flag("bridge") else []
    for other, task in list(draft.tasks()):
        if other[: len(path)] != path:
            _lead_past(draft, other, task, name, onwards)
    draft.do(Drop(path))
    return None


def rename(draft: Draft, arguments: Arguments) -> str | None:
    """A task gets another name wherever it is named."""
    old, new = arguments.text("name"), arguments.text("to")
    draft.find(old)
    if new != old:
        draft.check_new_name(new, key="to")
        draft.do(Rename(((old, new),)))
    return new


def duplicate(draft: Draft, arguments: Arguments) -> str | None:
    """A copy right behind a task; it and its children have names of their own."""
    name = arguments.text("name")
    path = draft.find(name)
    wanted = arguments.optional_text("to")
    new = draft.check_new_name(wanted, key="to") if wanted else draft.free_name(f"{name}_copy")
    names: list[tuple[str, str]] = [(name, new)]
    for child_path, child in draft.tasks():
        if (
            child_path[: len(path)] == path
            and len(child_path) > len(path)
            and isinstance(child.get("name"), str)
        ):
            names.append((child["name"], draft.free_name(f"{child['name']}_copy")))
    draft.do(Copy(path[:-1], _index(path), tuple(names)))
    return new


def move(draft: Draft, arguments: Arguments) -> str | None:
    """A task goes before or behind another of its list."""
    name = arguments.text("name")
    before, after = arguments.optional_text("before"), arguments.optional_text("after")
    if (before is None) == (after is None):
        raise EditRefused("move_task needs either 'before' or 'after'.", key="after")
    path, other = draft.find(name), draft.find(before or after or "", key="before" if before else "after")
    if path[:-1] != other[:-1]:
        raise EditRefused(f"'{name}' and '{before or after}' are not in the same list of tasks.", key="name")
    index, to = _index(path), _index(other)
    to = to - (to > index) + (after is not None)
    if path != other and to != index:
        draft.do(Move(path[:-1], index, to))
    return name


def paste(draft: Draft, arguments: Arguments) -> str | None:
    """Tasks written as YAML, behind `after` or at the end; taken names get a number."""
    source = pasted(arguments.text("tasks"), draft)
    tasks, index = _place(draft, arguments.optional_text("after"))
    if draft.at(tasks[:-1]).get("tasks") in (None, []):
        draft.put(tasks, list(source.values))
    else:
        draft.do(Graft(tasks, index, source.values, source.view, ("tasks",)))
    first = source.values[0].get("name")
    return first if isinstance(first, str) else None


def _new_name(draft: Draft, arguments: Arguments) -> str:
    wanted = arguments.optional_text("name")
    if wanted is not None:
        return draft.check_new_name(wanted, key="name")
    action = arguments.optional_text("action") or str(arguments.mapping("task").get("type") or "task")
    word = re.sub(r"\W+", "_", action.rsplit(".", 1)[-1]).strip("_") or "task"
    is_free = word not in RESERVED_NAMES and not word[0].isdigit()
    return draft.free_name(word if is_free else f"task_{word}")


def _new_task(arguments: Arguments, name: str) -> dict[str, Any]:
    others = {key: value for key, value in arguments.mapping("task").items() if key not in ("name", "action")}
    if others.get("type") == "parallel":
        return {"name": name, **others}
    return {"name": name, "action": arguments.text("action"), **others}


def _insert(draft: Draft, after: str | None, task: dict[str, Any]) -> None:
    tasks, index = _place(draft, after)
    if draft.at(tasks[:-1]).get("tasks") is None:
        draft.put(tasks, [task])
    else:
        draft.do(Insert(tasks, index, task))


def _place(draft: Draft, after: str | None) -> tuple[Path, int]:
    """The list of tasks and the index behind a task, or at the end of all."""
    if after is not None:
        path = draft.find(after, key="after")
        return path[:-1], _index(path) + 1
    if draft.data is None:
        draft.put((), {"tasks": []})
    listed = draft.data.get("tasks") if isinstance(draft.data, dict) else 0
    if listed is None and "workflow_file" in draft.data:
        raise EditRefused(
            f"The tasks of this action stand in {draft.data['workflow_file']}; edit that file.", key="text"
        )
    if listed is not None and not isinstance(listed, list):
        raise EditRefused("'tasks' is no list of tasks; mend that first.", key="text")
    return ("tasks",), len(listed or ())


def _onwards(draft: Draft, path: Path, name: str) -> list[str]:
    """Where a task leads when it went well."""
    targets = [t for way in ways.ways_of(draft.at(path)) if way.kind in _HAPPY for _, t in way.targets]
    return [target for target in dict.fromkeys(targets) if target not in (name, "noop")]


def _lead_past(draft: Draft, path: Path, task: dict[str, Any], name: str, onwards: list[str]) -> None:
    for way in ways.last_first(ways.ways_of(task)):
        if not way.leads_to(name):
            continue
        new = [target for target in onwards if not way.leads_to(target)]
        if not new:
            targets.disconnect(draft, path, way, name)
            continue
        targets.retarget(draft, path, way, name, new[0])
        for target in new[1:]:
            targets.add_target(draft, path, _again(draft, path, way), target)


def _again(draft: Draft, path: Path, way: ways.Way) -> ways.Way:
    """The same transition after an edit of its targets."""
    return next(other for other in ways.ways_of(draft.at(path)) if other.path == way.path)


def _index(path: Path) -> int:
    index = path[-1]
    assert isinstance(index, int)
    return index
