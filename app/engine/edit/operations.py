"""The operations of api.md 7.1: from the JSON of a request to the steps of a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.engine.edit import connecting, fields, tasks
from app.engine.edit.arguments import Arguments
from app.engine.edit.draft import Draft
from app.engine.errors import EditRefused
from app.engine.spec.findings import did_you_mean

Planner = Callable[[Draft, Arguments], str | None]

OPERATIONS: Mapping[str, Planner] = {
    "add_task": tasks.add,
    "insert_between": tasks.insert_between,
    "remove_task": tasks.remove,
    "rename_task": tasks.rename,
    "duplicate_task": tasks.duplicate,
    "move_task": tasks.move,
    "paste": tasks.paste,
    "connect": connecting.connect,
    "disconnect": connecting.disconnect,
    "retarget": connecting.retarget,
    "set_field": fields.set_field,
    "unset_field": fields.unset_field,
    "rename_key": fields.rename_key,
}


def plan(draft: Draft, operation: Mapping[str, Any]) -> str | None:
    """Add the steps of an operation; the answer is the task to select, if any. Raises EditRefused."""
    arguments = Arguments(operation)
    name = arguments.text("op")
    planner = OPERATIONS.get(name)
    if planner is None:
        raise EditRefused(f"There is no operation '{name[:80]}'.{did_you_mean(name, OPERATIONS)}", key="op")
    return planner(draft, arguments)
