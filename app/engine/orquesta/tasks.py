"""One task of Orquesta as a task of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from app.engine.orquesta.core_actions import CoreAction, core_action
from app.engine.orquesta.exclusion import outcome_of
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes, Untranslatable
from app.engine.orquesta.source import (
    CONTINUE,
    FAIL,
    NOOP,
    RETRY,
    SourceRetry,
    SourceTask,
    SourceTransition,
    SourceValue,
)
from app.engine.orquesta.templates import Translator, has_expression
from app.engine.orquesta.unfolding import Instance, Unfolded
from app.engine.orquesta.visits import USUAL_VISITS
from app.engine.orquesta.yaml_text import Block
from app.engine.spec.places import Path

_RETRIES = 3  # of the command `retry`
_HANDLED = frozenset({NOOP, FAIL})


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
        self._put_input(block, core)
        self._put_numbers(block)
        self._put_retry(block)
        self._put_transitions(block, core)
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

    def _put_input(self, block: Block, core: CoreAction | None) -> None:
        given, path = self.task.input, (*self.task.path, "input")
        if isinstance(given, str):
            note = self.notes.error(
                path,
                "The whole input is one expression.",
                "Write the inputs one by one: `input: {name: ...}`.",
                was=given,
            )
            block.comment("action", f"TODO: {note.text} It was: {note.was}")
            return
        translator = self._inside(current="")
        made: dict[str, Any] = {}
        for name, value in given.items():
            here = self.task.input_paths.get(name, path)
            if core and name in core.dropped:
                self._drop(block, made, name, value, here)
                continue
            made[core.inputs.get(name, name) if core else name] = translator.value(value, here)
        self._complete_input(block, made, core)
        if self._is_placeholder():
            made = {"message": f"TODO: run the action {self.task.action}"}
        if made:
            block.put("input", made)

    def _is_placeholder(self) -> bool:
        return has_expression(self.task.action)

    def _drop(self, block: Block, made: dict[str, Any], name: str, value: Any, path: Path) -> None:
        """Inputs of core actions that are other keys here, or nothing."""
        if name == "ttl" and isinstance(value, int | float):
            block.put("timeout", value * 60)
        elif name in ("users", "roles") and isinstance(value, list) and not has_expression(str(value)):
            known = "identities" if name == "users" else "roles"
            made.setdefault("assigned_to", {})[known] = value
        elif name != "route":
            self.notes.warning(
                path,
                f"The input '{name}' has no counterpart here and was left out.",
                "Check whether it matters.",
                was=value,
            )

    def _complete_input(self, block: Block, made: dict[str, Any], core: CoreAction | None) -> None:
        if core is None:
            return
        if core.ref == "core.ask" and "prompt" not in made:
            made["prompt"] = self.task.name.replace("_", " ").capitalize() + "?"
            self.notes.info(
                self.task.path,
                "StackStorm's questions have no text; one was made of the task's name.",
                "Write what is asked.",
            )
        if core.ref == "core.http_request" and "auth_username" in made:
            made["auth_type"] = "basic"

    def _put_numbers(self, block: Block) -> None:
        delay = self._number(self.task.delay, (*self.task.path, "delay"), "delay")
        if delay:
            block.put("delay", delay)
        sources = len(self.unfolded.sources.get(self.instance, ()))
        wanted = sources if self.task.join == "all" else self.task.join
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

    def _put_transitions(self, block: Block, core: CoreAction | None) -> None:
        made = [self._transition(index, t) for index, t in enumerate(self.task.transitions)]
        listed = [entry for entry in made if entry is not None]
        if core and core.failure and self.task.items is None and not self._looks_after_failure():
            unfinished = Block({"when": "succeeded() and not result().success", "do": FAIL})
            unfinished.comment(
                "when", "StackStorm calls an answer other than 2xx a failure; nothing here looks after it."
            )
            listed.append(unfinished)
        if listed:
            block.put("next", listed)

    def _looks_after_failure(self) -> bool:
        return any(
            (t.tasks or set(t.targets) & _HANDLED) and outcome_of(self.task.name, t) != "succeeded"
            for t in self.task.transitions
        )

    def _transition(self, index: int, transition: SourceTransition) -> Block | None:
        targets = self._targets(index, transition)
        if not targets and not transition.publish:
            return None
        if RETRY in transition.targets and set(transition.targets) == {RETRY}:
            return None
        inside, block = self._inside(ended=True), Block()
        if transition.when is not None:
            when = inside.condition(transition.when, (*transition.path, "when"))
            if when is not None:
                block.put("when", when)
        if transition.publish:
            block.put("publish", [self._published(entry, inside) for entry in transition.publish])
        if targets:
            block.put("do", targets[0] if len(targets) == 1 else targets)
        return block

    def _published(self, entry: SourceValue, inside: Translator) -> dict[str, Any]:
        return {entry.name: inside.value(entry.value, entry.path)}

    def _targets(self, index: int, transition: SourceTransition) -> list[str]:
        leads = self.unfolded.leads.get((self.instance, index), {})
        found: list[str] = []
        for target in transition.targets:
            if target in leads:
                found.append(self.unfolded.names[leads[target]])
            elif target in (FAIL, NOOP):
                found.append(target)
            elif target not in (CONTINUE, RETRY):
                self.notes.error(
                    (*transition.path, "do"), f"There is no task '{target}'.", "Correct the name.", was=target
                )
        return found
