"""The normal form of a workflow: plain frozen data that both dialects become.

Values that may hold templates stay raw JSON here; `app.engine.conductor.plan` compiles them once per revision.
Source: language.md 2, 3, 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

FAIL = "fail"  # target that ends the workflow as failed, on purpose
NOOP = "noop"  # target that handles a failure and starts nothing
RESERVED_TARGETS = frozenset({FAIL, NOOP})

TransitionKind = Literal["succeeded", "failed", "timed_out", "always", "custom"]
Guard = Literal["succeeded", "failed", "timed_out", "always"]
Join = Literal["any", "all"] | int


@dataclass(frozen=True, slots=True)
class PublishEntry:
    """One `var: template`. `bare` is the form that names only the variable: it stores `result()`."""

    name: str
    value: Any = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class TransitionSpec:
    """One way on from a task. It fires when `guard` fits the outcome and `when` (None: always) holds.

    Attributes:
        guard: the classic key's meaning; `always` for entries of `next`, whose whole meaning is in `when`.
        kind: how it is drawn and reported (api.md 7), read from the exact text of `when` or from the key.
        group: transitions of one group exclude one another, the first that holds fires (`decision`); else None.
        path: place in the document, e.g. `tasks[1].next[0]` or `tasks[1].on_success`.
    """

    guard: Guard
    when: str | None
    kind: TransitionKind
    publish: tuple[PublishEntry, ...]
    targets: tuple[str, ...]
    label: str | None = None
    group: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class RetrySpec:
    """`retry`: `count` extra attempts; times in seconds; `jitter` 0..1; conditions as the author wrote them."""

    count: int
    delay_s: float = 0.0
    backoff: Literal["constant", "linear", "exponential"] = "constant"
    max_delay_s: float | None = None
    jitter: float = 0.0
    on_error: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One task. `container` names the parallel task whose child this is, else None."""

    name: str
    type: Literal["action", "workflow", "parallel"] = "action"
    action: str | None = None
    input: dict[str, Any] = field(default_factory=dict)
    when: str | None = None
    with_items: Any = None  # a template text, a literal list or a literal mapping; None: no items
    batch_size: int | None = None
    batch_mode: Literal["item", "list"] = "item"
    concurrency: int | None = None
    delay_s: float = 0.0
    retry: RetrySpec | None = None
    timeout_s: float | None = None
    join: Join = "any"
    max_visits: int = 1
    transitions: tuple[TransitionSpec, ...] = ()
    publish: tuple[PublishEntry, ...] = ()  # task-level, on success, before the transitions
    children: tuple[TaskSpec, ...] = ()
    wait_for: str | None = None  # template of the inquiry id
    container: str | None = None
    path: str = ""

    @property
    def asks_about_timeout(self) -> bool:
        """Whether a transition asks about `timed_out()` or is `on_timeout`: then a time-out is not `failed()`."""
        return any(t.guard == "timed_out" or (t.when and "timed_out" in t.when) for t in self.transitions)


@dataclass(frozen=True, slots=True)
class WorkflowSpec:
    """One workflow in normal form. Schemas stay as written (flat or JSON Schema); None: absent."""

    ref: str
    version: str
    tasks: tuple[TaskSpec, ...]
    label: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    vars: tuple[tuple[str, Any], ...] = ()
    output_map: tuple[tuple[str, Any], ...] | None = None
    cancellation_policy: Literal["allow_finish", "cancel_running"] = "allow_finish"
    timeout_s: float | None = None
    fail_fast: bool = False

    def all_tasks(self) -> tuple[TaskSpec, ...]:
        """Every task in document order, children of containers right after their container."""
        found: list[TaskSpec] = []
        todo = list(reversed(self.tasks))
        while todo:
            task = todo.pop()
            found.append(task)
            todo.extend(reversed(task.children))
        return tuple(found)
