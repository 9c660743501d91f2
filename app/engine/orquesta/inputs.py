"""The input of one Orquesta task: names and values, and what of it is another key here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.engine.orquesta.core_actions import CoreAction, core_action
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes
from app.engine.orquesta.source import SourceTask
from app.engine.orquesta.templates import Translator, has_expression
from app.engine.orquesta.yaml_text import Block
from app.engine.spec.places import Path


@dataclass(frozen=True, slots=True)
class InputWriter:
    """Writes the input of one task."""

    task: SourceTask
    names: Names
    notes: Notes

    def put(self, block: Block) -> None:
        """Write the key `input`, and what of it are other keys here."""
        core = core_action(self.task.action or "")
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
        translator = Translator(replace(self.names, current=""), self.notes)
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
