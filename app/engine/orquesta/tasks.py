"""One task of Orquesta as a task of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from app.engine.orquesta.core_actions import CoreAction, core_action
from app.engine.orquesta.inputs import InputWriter
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes, Untranslatable
from app.engine.orquesta.source import (
    RETRY,
    SourceRetry,
    SourceTask,
)
from app.engine.orquesta.templates import Translator, has_expression
from app.engine.orquesta.transitions import TransitionWriter
from app.engine.orquesta.unfolding import Instance, Unfolded
from app.engine.orquesta.visits import USUAL_VISITS
from app.engine.orquesta.yaml_text import Block
from app.engine.spec.places import Path

_RETRIES = 3  # of the command `retry`


@dataclass(frozen=True, slots=True)
class TaskWriter:
    """Writes one instance of a task.

    Attributes:
        names: what names mean there; `current` is the task.
        defaults: defaults of inputs, for delays and counts that are expressions.
        again: it may run more than once.
        on_cycle: because it is on a cycle itself.
    """

    task: SourceTask
    instance: Instance
    unfolded: Unfolded
    names: Names
    notes: Notes
    defaults: dict[str, Any]
    again: bool = False
    on_cycle: bool = False

    def block(self) -> Block:
        """The task as YAML."""
        block = Block({"name": self.unfolded.names[self.instance]})
        core = core_action(self.task.action or "")
        self._say_name(block)
        self._put_action(block, core)
        self._put_items(block)
        InputWriter(self.task, self.names, self.notes).put(block)
        self._put_numbers(block)
        self._put_retry(block)
        listed = TransitionWriter(self.task, self.instance, self.unfolded, self.names, self.notes).blocks()
        if listed:
            block.put("next", listed)
        return block

    def _inside(self, **changes: Any) -> Translator:
        return Translator(replace(self.names, **changes), self.notes)

    def _say_name(self, block: Block) -> None:
        name, own = self.task.name, self.unfolded.names[self.instance]
        if own == name:
            return
        if name in self.unfolded.copied:
            block.comment("name", f"A copy of '{name}': Orquesta runs it once for each way that leads to it.")
        else:
            self.notes.info(self.task.path, f"'{name}' can't name a task here; it is now '{own}'.")

    def _put_action(self, block: Block, core: CoreAction | None) -> None:
        action, path = self.task.action, (*self.task.path, "action")
        if action is None:
            block.put("action", "core.noop")
            return
        if has_expression(action):
            note = self.notes.error(
                path,
                "The action is chosen at run time.",
                "Write one task for each action, and lead to it with `when`.",
                was=action,
            )
            block.comment("action", f"TODO: {note.text} It was: {note.was}")
            block.put("action", "core.fail")
            return
        block.put("action", core.ref if core and core.ref else self._own_ref(action, path))
        if core is None:
            self.notes.info(
                path,
                f"The action '{action}' keeps its ref.",
                "Install a pack with it, or put your own action in its place.",
            )
        elif core.ref is None:
            note = self.notes.warning(
                path, f"There is no '{action}' here.", core.advice.format(ref=action), was=action
            )
            block.comment("action", f"TODO: {note.text}")

    def _own_ref(self, action: str, path: Path) -> str:
        """The ref in the form refs have here: lower case, one dot."""
        pack, _, name = action.lower().partition(".")
        ref = ".".join(re.sub(r"[^a-z0-9_-]", "_", part) for part in (pack, name) if part)
        if ref != action:
            self.notes.warning(
                path, f"'{action}' is no ref here; it is now '{ref}'.", "Call your action so.", was=action
            )
        return ref

    def _put_items(self, block: Block) -> None:
        items = self.task.items
        if items is None:
            return
        block.put("with_items", self._inside(current="", item_keys=()).text(items.expression, items.path))
        limit = self._number(items.concurrency, (*self.task.path, "with", "concurrency"), "concurrency")
        if limit is not None:
            block.put("concurrency", max(1, int(limit)))

    def _put_numbers(self, block: Block) -> None:
        delay = self._number(self.task.delay, (*self.task.path, "delay"), "delay")
        if delay:
            block.put("delay", delay)
        sources = len(self.unfolded.sources.get(self.instance, ()))
        wanted = sources if self.task.join == "all" else self.task.join
        if self.task.join is not None and sources < self.unfolded.leading_to(self.task.name):
            note = self.notes.error(
                (*self.task.path, "join"),
                "Orquesta refuses this join: some of its ways are run more often than others.",
                "Add a join where those ways come together.",
            )
            block.comment("join", f"TODO: {note.text}")
        if isinstance(wanted, int) and wanted > 1:
            block.put("join", wanted)
            if self.task.join == "all":
                block.comment("join", "All of them: Orquesta fails the run when one of them leads elsewhere.")
        if self.again:
            block.put("max_visits", USUAL_VISITS)
        if self.on_cycle:
            self.notes.info(
                self.task.path,
                f"'{self.task.name}' is part of a cycle; it may run {USUAL_VISITS} times here.",
                "Set max_visits to a bound that fits.",
            )

    def _number(self, raw: Any, path: Path, key: str) -> float | int | None:
        """A number; of an expression, the default of the input it names."""
        if raw is None or (isinstance(raw, int | float) and not isinstance(raw, bool)):
            return raw
        default = self._default_of(raw)
        if default is not None:
            self.notes.warning(
                path,
                f"'{key}' is a number here; the default of its input was written: {default}.",
                "Check it.",
                was=raw,
            )
            return default
        self.notes.error(path, f"'{key}' must be a number here, no expression.", "Write the number.", was=raw)
        return None

    def _default_of(self, raw: Any) -> float | int | None:
        try:
            found = [n for n in self.defaults if isinstance(raw, str) and self._names_only(raw, n)]
        except Untranslatable:
            return None
        value = self.defaults[found[0]] if len(found) == 1 else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def _names_only(self, raw: str, name: str) -> bool:
        made = Translator(self.names, self.notes).expression(raw, ())
        return made is not None and made.text == self.names.context(name).text

    def _put_retry(self, block: Block) -> None:
        retry = self._retry_wanted()
        if retry is None:
            return
        count = self._number(retry.count, (*retry.path, "count"), "retry.count")
        if not count:
            return
        made: dict[str, Any] = {"count": int(count)}
        delay = self._number(retry.delay, (*retry.path, "delay"), "retry.delay")
        if delay:
            made["delay"] = delay
        inside = self._inside(ended=True)
        core = core_action(self.task.action or "")
        if retry.when is not None:
            made["when"] = inside.condition(retry.when, (*retry.path, "when")) or "true"
        elif core and core.failure and self.task.items is None:
            made["when"] = core.failure[0]
        block.put("retry", made)

    def _retry_wanted(self) -> SourceRetry | None:
        """The key `retry`, or the command of that name in a transition, which wins in Orquesta."""
        for transition in self.task.transitions:
            if RETRY in transition.targets:
                return SourceRetry(
                    transition.when or "<% completed() %>", _RETRIES, None, (*transition.path, "do")
                )
        return self.task.retry
