"""The names of one rendering, looked up one by one when the compiled text asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.runtime import Context

from app.engine.expressions.budget import Budget
from app.engine.expressions.calls import functions
from app.engine.expressions.habits import NAME_HINTS
from app.engine.expressions.keys import KeysView
from app.engine.expressions.limits import Limits
from app.engine.expressions.missing import Missing
from app.engine.expressions.outcome_calls import outcome_calls
from app.engine.expressions.refusals import OUTPUT_SETTING, too_much
from app.engine.expressions.scope import Scope
from app.engine.expressions.values import View

if TYPE_CHECKING:
    from app.engine.expressions.environment import ExpressionEnvironment

NAMESPACES: dict[str, str] = {
    "parameters": "parameters", "vars": "vars", "workflow": "vars", "variables": "vars", "task": "task",
    "tasks": "task", "pack": "pack", "config": "config", "system": "system", "kv": "kv", "keystore": "kv",
    "inquiry": "inquiry",
}  # fmt: skip
"""Every name and alias of language.md 7 -> the name it stands for."""

_LOOKUPS: dict[str, Callable[[Scope], Any]] = {
    "parameters": lambda scope: scope.parameters,
    "vars": lambda scope: scope.variables,
    "task": lambda scope: TaskNames(scope.tasks),
    "pack": lambda scope: {"config": scope.config},
    "config": lambda scope: scope.config,
    "system": lambda scope: scope.system,
    "kv": lambda scope: KeysView(scope),
    "inquiry": lambda scope: scope.inquiries if scope.inquiries is not None else {},
}
_NAMED = {name: _LOOKUPS[target] for name, target in NAMESPACES.items()}


class TaskNames(View):
    """`task`: the tasks that have run."""

    __slots__ = ("_tasks",)

    def __init__(self, tasks: Mapping[str, Any]) -> None:
        self._tasks = tasks

    def field(self, name: str) -> Any:
        view = self._tasks[name]
        if view is None:
            return Missing(f"Task '{name}' has not run yet", name=name, way_out="`| default(...)` gives another value")
        return view

    def field_names(self) -> Iterable[str]:
        return list(self._tasks)

    def as_json(self) -> dict[str, Any]:
        return {name: view for name, view in self._tasks.items() if view is not None}


class RenderContext(Context):
    """Jinja2's context over a scope: nothing is copied, a name costs one look-up when it is used."""

    environment: ExpressionEnvironment

    def __init__(
        self, environment: ExpressionEnvironment, scope: Scope, limits: Limits, eval_ctx: nodes.EvalContext
    ) -> None:
        # Not Context.__init__: it copies the globals and blocks that these templates cannot have.
        self.vars = {}
        self.parent = {}
        self.environment = environment
        self.eval_ctx = eval_ctx
        self.exported_vars = set()
        self.name = None
        self.blocks = {}
        self.globals_keys = set()
        self.scope = scope
        self.limits = limits
        self.budget = Budget(limits)

    def concat(self, pieces: Iterable[str]) -> str:
        """One text of the pieces of output, within the limits."""
        collected, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > self.limits.output_chars:
                raise too_much("The output", f"{self.limits.output_chars} characters", setting=OUTPUT_SETTING)
            collected.append(piece)
        self.budget.text(size)
        return "".join(collected)

    def resolve_or_missing(self, key: str) -> Any:
        """Value of a bare name: set in the text, local, a namespace, then a variable."""
        if key in self.vars:
            return self.vars[key]
        scope = self.scope
        if scope.local and key in scope.local:
            return scope.local[key]
        lookup = _NAMED.get(key)
        if lookup is not None:
            return lookup(scope)
        try:
            return scope.variables[key]
        except KeyError:
            return self._unknown(key)

    def _unknown(self, key: str) -> Missing:
        scope = self.scope
        if key in scope.parameters:
            said = f"'{key}' is not a variable, it is a parameter"
            return Missing(said, name=key, way_out=f"write parameters.{key}")
        return Missing(
            f"'{key}' is not defined",
            name=key,
            candidates=lambda: [*scope.local, *scope.variables, *NAMESPACES],
            way_out=_way_out(key),
        )


def _way_out(key: str) -> str | None:
    if key in ("item", "index", "batch", "batch_index"):
        return "it exists only in a task that has with_items"
    call = functions.calls.get(key) or outcome_calls.calls.get(key)
    return f"to call the function, write {call.signature}" if call else NAME_HINTS.get(key)
