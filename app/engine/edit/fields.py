"""Plans `set_field`, `unset_field` and `rename_key`: any value of the document, tasks by name."""

from __future__ import annotations

from typing import Any

from app.engine.edit.arguments import Arguments
from app.engine.edit.draft import Draft
from app.engine.edit.replacing import replace
from app.engine.edit.steps import Drop, Insert, RenameKey
from app.engine.errors import EditRefused
from app.engine.spec.places import Path, path_text


def set_field(draft: Draft, arguments: Arguments) -> str | None:
    """Write a value; mappings on the way are made."""
    path, value = arguments.path(), arguments.value()
    there, missing = _resolve(draft, path)
    if not there and len(missing) == 0:
        raise EditRefused("The whole document can't be set; name a key in 'path'.", key="path")
    if not missing:
        replace(draft, there, value)
    else:
        _add(draft, there, missing, value)
    return _task_of(draft, path)


def unset_field(draft: Draft, arguments: Arguments) -> str | None:
    """Take a key or an item away."""
    path = arguments.path()
    there, missing = _resolve(draft, path)
    if missing:
        raise EditRefused(f"There is no '{path_text(path)}' to take away.", key="path")
    if _is_task(draft, there):
        raise EditRefused("A task is taken away with remove_task, which mends what led to it.", key="path")
    if len(there) > 1 and isinstance(there[-2], int) and _is_listed_pair(draft, path, there):
        there = there[:-1]
    draft.do(Drop(there))
    return _task_of(draft, path)


def rename_key(draft: Draft, arguments: Arguments) -> str | None:
    """Give a key another name; its value stays as it is, where it is."""
    path, new = arguments.path(), arguments.text("to")
    there, missing = _resolve(draft, path)
    if missing:
        raise EditRefused(f"There is no '{path_text(path)}' to rename.", key="path")
    if _is_task(draft, there):
        raise EditRefused("A task is renamed with rename_task, which follows its name.", key="path")
    if not isinstance(there[-1], str):
        raise EditRefused(f"'{path_text(path)}' is an item of a list: it has no key.", key="path")
    if new != there[-1]:
        if new in draft.at(there[:-1]):
            raise EditRefused(f"There is already a key '{new[:80]}' beside it.", key="to")
        draft.do(RenameKey(there, new))
    return _task_of(draft, path)


def _resolve(draft: Draft, path: Path) -> tuple[Path, Path]:
    """The path in the document as far as it exists, and what is missing of it."""
    there: Path = ()
    value = draft.data
    for number, step in enumerate(path):
        found = _step_into(draft, there, value, step)
        if found is None:
            return there, path[number:]
        there = found
        value = draft.at(there)
    return there, ()


def _step_into(draft: Draft, there: Path, value: Any, step: str | int) -> Path | None:
    if isinstance(value, dict):
        return (*there, step) if step in value else None
    if not isinstance(value, list):
        return None
    if isinstance(step, int):
        return (*there, step) if step < len(value) else None
    if there[-1:] == ("tasks",):
        return draft.find(step, key="path")
    index = next((i for i, item in enumerate(value) if isinstance(item, dict) and step in item), None)
    return None if index is None else (*there, index, step)


def _add(draft: Draft, there: Path, missing: Path, value: Any) -> None:
    for step in reversed(missing[1:]):
        if isinstance(step, int) and step > 0:
            raise EditRefused(f"'{path_text(there)}' has no item {step}.", key="path")
        value = {step: value} if isinstance(step, str) else [value]
    step, owner = missing[0], draft.at(there)
    if isinstance(owner, dict) and isinstance(step, str):
        draft.put((*there, step), value)
    elif isinstance(owner, list):
        _append(draft, there, owner, step, value)
    elif owner is None and (isinstance(step, str) or step == 0):
        draft.put(there, {step: value} if isinstance(step, str) else [value])
    else:
        raise EditRefused(
            f"'{path_text(there)}' holds no keys, so there is no place for '{step}' in it.", key="path"
        )


def _append(draft: Draft, there: Path, owner: list[Any], step: str | int, value: Any) -> None:
    if isinstance(step, int) and step != len(owner):
        raise EditRefused(
            f"'{path_text(there)}' has {len(owner)} items, so none can be set at {step}.", key="path"
        )
    if isinstance(step, str) and not all(isinstance(item, dict) for item in owner):
        raise EditRefused(f"'{path_text(there)}' is a list; name an item by its index.", key="path")
    draft.do(Insert(there, len(owner), {step: value} if isinstance(step, str) else value))


def _is_task(draft: Draft, path: Path) -> bool:
    return any(path == task_path for task_path, _ in draft.tasks())


def _is_listed_pair(draft: Draft, path: Path, there: Path) -> bool:
    """Whether the last key was found in a list of `name: value`, as its item's only one."""
    return (
        there[-1] == path[-1] and (len(path) < 2 or path[-2] != there[-2]) and len(draft.at(there[:-1])) == 1
    )


def _task_of(draft: Draft, path: Path) -> str | None:
    """The task a path leads into, the innermost."""
    named = [
        path[i + 1] for i, step in enumerate(path[:-1]) if step == "tasks" and isinstance(path[i + 1], str)
    ]
    known = {task.get("name") for _, task in draft.tasks()}
    return next((str(name) for name in reversed(named) if name in known), None)
