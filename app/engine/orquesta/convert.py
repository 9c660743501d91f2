"""An Orquesta workflow carried over: our text, and notes about what is not the same.

Pure. The text always parses; where something has no counterpart it says TODO, and a note says what and where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.engine.orquesta.graph_notes import note_graph
from app.engine.orquesta.metadata import Metadata, read_metadata
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Note, Notes
from app.engine.orquesta.reading import Reader
from app.engine.orquesta.source import SourceWorkflow
from app.engine.orquesta.tasks import TaskWriter
from app.engine.orquesta.templates import Translator
from app.engine.orquesta.unfolding import Instance, Unfolded, unfold
from app.engine.orquesta.variables import Variables, variables_of
from app.engine.orquesta.visits import repeated
from app.engine.orquesta.yaml_text import Block, yaml_text
from app.engine.spec.document import load
from app.engine.spec.limits import DEFAULT_LIMITS, SpecLimits
from app.engine.spec.source import Document


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The outcome. `text` is empty when there was nothing that could be read as a workflow."""

    text: str
    ref: str
    notes: tuple[Note, ...]


def carry_over(
    text: str,
    *,
    metadata: str | None = None,
    pack_ref: str,
    name: str | None = None,
    limits: SpecLimits = DEFAULT_LIMITS,
) -> CarriedOver:
    """Read an Orquesta workflow and write it as one of ours.

    Args:
        metadata: YAML of the action's metadata file, when there is one.
        pack_ref: the pack it will belong to.
        name: its name in the pack; else that of the metadata, else `imported`.
    """
    document = load(text, limits=limits)
    notes = Notes(document)
    found: list[Note] = _of_text(document, "workflow")
    told, more = _metadata(metadata, limits)
    ref = f"{pack_ref}.{_slug(name or told.name or 'imported')}"
    workflow = Reader(notes).workflow() if document.complete else None
    written = "" if workflow is None else _Conversion(workflow, told, notes, ref).text()
    return CarriedOver(written, ref, tuple(_in_order([*found, *notes.found, *more])))


def _metadata(text: str | None, limits: SpecLimits) -> tuple[Metadata, list[Note]]:
    if not text or not text.strip():
        return Metadata(), []
    document = load(text, limits=limits)
    notes = Notes(document, "metadata")
    told = read_metadata(document, notes)
    return told, [*_of_text(document, "metadata"), *notes.found]


def _of_text(document: Document, source: str) -> list[Note]:
    return [
        Note(p.severity, p.message, path=p.path, line=p.line, column=p.column, source=source)
        for p in document.problems
    ]


def _in_order(notes: list[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: (note.source != "workflow", note.line or 0, note.column or 0))


def _slug(name: str) -> str:
    """A name as refs take it: `Deploy-All.v2` as `deploy_all_v2`."""
    return re.sub(r"[^a-z0-9_-]+", "_", name.rpartition(".")[2].lower()).strip("_-") or "imported"


class _Conversion:
    """One workflow on its way."""

    def __init__(self, workflow: SourceWorkflow, metadata: Metadata, notes: Notes, ref: str) -> None:
        self.workflow, self.metadata, self.notes, self.ref = workflow, metadata, notes, ref
        self.unfolded = unfold(workflow)
        self.variables: Variables = variables_of(workflow, metadata, notes, self._first_names())

    def text(self) -> str:
        block = Block({"ref": self.ref, "label": self._label(), "version": "1.0.0"})
        if description := self.workflow.description or self.metadata.description:
            block.put("description", description)
        for key, value in (
            ("tags", self.metadata.tags),
            ("parameters", self.variables.parameters),
            ("output", self.metadata.output),
            ("vars", [{name: value} for name, value in self.variables.vars.items()]),
        ):
            if value:
                block.put(key, value)
        block.put("fail_fast", True)
        block.comment("fail_fast", "As in Orquesta: after a failure nobody looks after, nothing new starts.")
        block.put("tasks", self._tasks())
        if self.workflow.output:
            translator = Translator(self._names_of_end(), self.notes)
            block.put("output_map", {e.name: translator.value(e.value, e.path) for e in self.workflow.output})
        note_graph(self.workflow, self.unfolded, self.notes)
        return yaml_text(block, ["Carried over from an Orquesta workflow of StackStorm."])

    def _label(self) -> str:
        return self.ref.rpartition(".")[2].replace("_", " ").replace("-", " ").capitalize()

    def _first_names(self) -> Names:
        return Names(
            actions={task.name: task.action or "" for task in self.workflow.tasks},
            itemised=frozenset(task.name for task in self.workflow.tasks if task.items),
            pack_ref=self.ref.partition(".")[0],
        )

    def _tasks(self) -> list[Block]:
        on_cycle, again = repeated(self.workflow, self.unfolded)
        return [
            TaskWriter(
                task=self.workflow.task(instance[0]),
                instance=instance,
                unfolded=self.unfolded,
                names=self._names_at(instance),
                notes=self.notes,
                defaults=self.variables.defaults,
                again=instance in again,
                on_cycle=instance in on_cycle,
            ).block()
            for instance in self.unfolded.instances
        ]

    def _names_at(self, instance: Instance) -> Names:
        task = self.workflow.task(instance[0])
        keys = task.items.keys if task.items else ()
        return replace(
            self.variables.names, current=task.name, item_keys=keys, tasks=_seen_from(instance, self.unfolded)
        )

    def _names_of_end(self) -> Names:
        first = {name: own for (name, _), own in reversed(self.unfolded.names.items())}
        return replace(self.variables.names, tasks=first)


def _seen_from(instance: Instance, unfolded: Unfolded) -> dict[str, str]:
    """Task of the source -> the instance of it that this one can look back to: that of the longest common route."""
    route, seen = set(instance[1]), {}
    for other in sorted(unfolded.instances, key=lambda one: len(one[1])):
        if set(other[1]) <= route or other[0] not in seen:
            seen[other[0]] = unfolded.names[other]
    return seen
