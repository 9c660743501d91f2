"""An operation being planned: the steps so far, and the data after them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.engine.edit.blocks import stands_alone
from app.engine.edit.steps import Put, Step, after, copied, value_at
from app.engine.edit.view import View
from app.engine.errors import EditRefused
from app.engine.spec.findings import did_you_mean
from app.engine.spec.names import MAX_NAME, RESERVED_NAMES
from app.engine.spec.places import Path

_WRITTEN_NAME = re.compile(r"""^[\s{-]*name\s*:\s*["']?([^"',}#\r\n]+)""", re.MULTILINE)
_TASKS = ("tasks",)


class Draft:
    """`data` is what the text must say in the end; planners look at it, and add steps."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.data: Any = copied(view.data)
        self.steps: list[Step] = []

    def do(self, step: Step) -> None:
        """One more step."""
        self.steps.append(step)
        self.data = after(self.data, step)

    def put(self, path: Path, value: Any) -> None:
        self.do(Put(path, value))

    def at(self, path: Path) -> Any:
        return value_at(self.data, path)

    def is_flow(self, path: Path) -> bool:
        """Whether the list or mapping at a path is written in brackets."""
        node = self.view.node(path)
        return node is not None and node.flow

    def may_reorder(self, path: Path) -> bool:
        """Whether the items of a list may change places as they are written: not where one begins on another's dash."""
        node = self.view.node(path)
        return node is not None and (node.flow or all(stands_alone(self.view, entry) for entry in node.entries))

    def tasks(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Every task with its path, children right behind their container."""
        yield from _walk(self.data, ())

    def find(self, name: str, *, key: str = "name") -> Path:
        """The path of a task. Raises EditRefused for none, or two, of that name."""
        found = [path for path, task in self.tasks() if task.get("name") == name]
        if len(found) > 1:
            raise EditRefused(
                f"There are {len(found)} tasks named '{name}'; give them different names first.", key=key
            )
        if not found:
            raise EditRefused(self._why_unknown(name), key=key)
        return found[0]

    def names(self) -> set[str]:
        """Every name in use, those in lines that can't be read too."""
        known = {task["name"] for _, task in self.tasks() if isinstance(task.get("name"), str)}
        return known | self._unreadable_names()

    def free_name(self, wanted: str) -> str:
        """`wanted`, or the first of `wanted_2`, `wanted_3`, ... that may be used."""
        taken = self.names() | RESERVED_NAMES
        if wanted not in taken:
            return wanted
        number = next(n for n in range(2, len(taken) + 3) if f"{wanted}_{n}" not in taken)
        return f"{wanted}_{number}"

    def check_new_name(self, name: str, *, key: str) -> str:
        """The name. Raises EditRefused when no task may have it, or one has it."""
        if not name.strip() or name != name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise EditRefused(
                f"A task name has 1 to {MAX_NAME} characters on one line, without spaces around it.", key=key
            )
        if name in RESERVED_NAMES:
            raise EditRefused(
                f"'{name}' can't name a task: it has a meaning of its own. Choose another name.", key=key
            )
        if name in self.names():
            raise EditRefused(f"There is already a task named '{name}'. Choose another name.", key=key)
        return name

    def _why_unknown(self, name: str) -> str:
        if name in self._unreadable_names():
            return f"The lines of the task '{name}' can't be read; mend them first."
        known = [task["name"] for _, task in self.tasks() if isinstance(task.get("name"), str)]
        return f"There is no task '{name[:80]}'.{did_you_mean(name, known)}"

    def _unreadable_names(self) -> set[str]:
        if self.view.is_whole:
            return set()
        lines = self.view.lines
        broken = (self.view.text[lines.starts[n] : lines.ends[n]] for n in sorted(lines.unreadable))
        return {match.strip() for match in _WRITTEN_NAME.findall("\n".join(broken))}


def _walk(owner: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    tasks = owner.get("tasks") if isinstance(owner, dict) else None
    for index, task in enumerate(tasks if isinstance(tasks, list) else ()):
        if isinstance(task, dict):
            here = (*path, *_TASKS, index)
            yield here, task
            yield from _walk(task, here)
