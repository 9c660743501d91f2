"""What the names of Orquesta mean at one place of the workflow: `ctx()`, `result()`, `item()`, `task()`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.orquesta.core_actions import CoreAction, core_action
from app.engine.orquesta.notes import Untranslatable
from app.engine.orquesta.written import Written, literal, member, pipe, quoted

_OF_ST2 = {
    "action_execution_id": Written("system.execution_id"),
    "workflow_execution_id": Written("system.workflow_execution_id"),
    "user": Written("system.identity.login", kind="string"),
    "api_user": Written("system.identity.login", kind="string"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names at one place.

    Attributes:
        parameters: names of the context that are parameters here; all others are variables.
        kinds: what is known of the values of context names, by name.
        actions: task -> its action as the source has it.
        itemised: tasks with items.
        tasks: task of the source -> its name here.
        current: the task whose `result()` and `item()` are meant; "" where there is none.
        item_keys: the names of `x, y in ...`.
        ended: `result()`, `succeeded()` are known: transitions and retry conditions.
        pack_ref: of the workflow that is made.
    """

    parameters: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    itemised: frozenset[str] = frozenset()
    tasks: Mapping[str, str] = field(default_factory=dict)
    current: str = ""
    item_keys: tuple[str, ...] = ()
    ended: bool = False
    pack_ref: str = ""

    def context(self, name: str) -> Written:
        """`ctx(name)`."""
        if name == "st2":
            return Written("system", kind="st2")
        space = "parameters" if name in self.parameters else "vars"
        return member(Written(space), name).of(self.kinds.get(name, "any"))

    def result(self, task: str = "") -> Written:
        """`result()`, or `task(x).result`."""
        name = task or self.current
        kind = "items" if name in self.itemised else "result"
        if not task and self.ended:
            return Written("result()", kind=kind, task=name)
        return Written(f"{self.record(name).text}.result", kind=kind, task=name)

    def record(self, task: str) -> Written:
        """`task(x)`."""
        if task not in self.tasks:
            raise Untranslatable(
                f"There is no task '{task}' before this place.", hint="Name a task that has ended."
            )
        return Written(member(Written("task"), self.tasks[task]).text, kind="record", task=task)

    def status(self, task: str) -> Written:
        """`task_status(x)`: null while it has not run."""
        return pipe(member(self.record(task), "status"), "default('null')", kind="status")

    def item(self, key: str | None) -> Written:
        """`item()`, `item(key)`."""
        if key is None:
            return self._whole_item()
        if len(self.item_keys) > 1 and key in self.item_keys:
            return Written(f"item[{self.item_keys.index(key)}]")
        if self.item_keys == (key,):
            return Written("item")
        return member(Written("item"), key)

    def succeeded(self) -> Written:
        """What StackStorm calls a success of the current task's action."""
        core = self._own_core_action()
        return Written(*core.success) if core and core.success else Written("succeeded()", kind="boolean")

    def failed(self) -> Written:
        core = self._own_core_action()
        return Written(*core.failure) if core and core.failure else Written("failed()", kind="boolean")

    def field_of(self, owner: Written, name: str) -> Written:
        """`owner.name`, by what the owner is."""
        if owner.kind == "context":
            return self.context(name)
        if owner.kind == "st2":
            return self._of_st2(name)
        if owner.kind == "record":
            return self._of_record(owner, name)
        if owner.kind == "items":
            return self._of_items(owner, name)
        if owner.kind == "item_result" and name == "result":
            return owner.of("result")
        if owner.kind == "result":
            return self._of_result(owner, name)
        if owner.kind == "body":  # StackStorm reads a JSON body; here that is a field of its own
            return member(Written(f"{owner.text.removesuffix('.body')}.json"), name)
        if owner.kind == "named_item":
            return self.item(name)
        return member(owner, name)

    def item_field(self, task: str, name: str) -> str:
        """The name here of a field of an item's result."""
        core = core_action(self.actions.get(task, ""))
        return core.fields.get(name, name) if core else name

    def is_trimmed(self, items: Written, name: str) -> bool:
        """Whether a field of the items' results ends with a line end here, and not there."""
        core = core_action(self.actions.get(items.task, "")) if items.kind == "items" else None
        return core is not None and name in core.trimmed

    def _own_core_action(self) -> CoreAction | None:
        return None if self.current in self.itemised else core_action(self.actions.get(self.current, ""))

    def _whole_item(self) -> Written:
        if not self.item_keys:
            return Written("item")
        pairs = ", ".join(f"{quoted(key)}: {self.item(key).text}" for key in self.item_keys)
        return Written(f"{{{pairs}}}", kind="named_item")

    def _of_st2(self, name: str) -> Written:
        if name == "pack":
            return literal(self.pack_ref)
        if name not in _OF_ST2:
            raise Untranslatable(
                f"StackStorm's 'st2.{name}' has no counterpart here.", hint="Make it a parameter."
            )
        return _OF_ST2[name]

    def _of_record(self, owner: Written, name: str) -> Written:
        if name == "result":
            return self.result(owner.task)
        if name == "status":
            return self.status(owner.task or self.current)
        raise Untranslatable(
            f"'{name}' of a task record has no counterpart here.",
            hint="task.<name> has result, status, error, attempts.",
        )

    def _of_items(self, owner: Written, name: str) -> Written:
        if name in ("items", "result"):
            return owner
        raise Untranslatable(
            f"A task with items has no '{name}' here.", hint="Its result is the list of results."
        )

    def _of_result(self, owner: Written, name: str) -> Written:
        action = self.actions.get(owner.task, "")
        core = core_action(action)
        if core is not None:
            return core.result_field(owner, name)
        if name in ("result", "output"):  # of Python actions, and of workflows: here the result itself
            return owner.of("value")
        return member(owner, name)
