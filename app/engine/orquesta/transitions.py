"""The transitions of one Orquesta task as entries of `next`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.engine.orquesta.core_actions import core_action
from app.engine.orquesta.exclusion import outcome_of
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes
from app.engine.orquesta.source import CONTINUE, FAIL, NOOP, RETRY, SourceTask, SourceTransition, SourceValue
from app.engine.orquesta.templates import Translator
from app.engine.orquesta.unfolding import Instance, Unfolded
from app.engine.orquesta.yaml_text import Block

_HANDLED = frozenset({NOOP, FAIL})


@dataclass(frozen=True, slots=True)
class TransitionWriter:
    """Writes those of one instance of a task."""

    task: SourceTask
    instance: Instance
    unfolded: Unfolded
    names: Names
    notes: Notes

    def blocks(self) -> list[Block]:
        """The entries of `next`, in order."""
        core = core_action(self.task.action or "")
        made = [self._transition(index, t) for index, t in enumerate(self.task.transitions)]
        listed = [entry for entry in made if entry is not None]
        if core and core.failure and self.task.items is None and not self._looks_after_failure():
            unfinished = Block({"when": "succeeded() and not result().success", "do": FAIL})
            unfinished.comment(
                "when", "StackStorm calls an answer other than 2xx a failure; nothing here looks after it."
            )
            listed.append(unfinished)
        return listed

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
        inside, block = Translator(replace(self.names, ended=True), self.notes), Block()
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
