"""Notes about the graph of a workflow that was carried over: what never ran, what was copied, what branches share."""

from __future__ import annotations

from app.engine.orquesta.notes import Notes
from app.engine.orquesta.source import FAIL, SourceWorkflow
from app.engine.orquesta.unfolding import Unfolded


def note_graph(workflow: SourceWorkflow, unfolded: Unfolded, notes: Notes) -> None:
    """Notes what a reader of the graph should look at."""
    for name in unfolded.unreachable:
        notes.warning(
            ("tasks", name),
            f"No way leads to '{name}': it never runs in Orquesta, and was left out.",
            "Lead to it, if it should run.",
        )
    if unfolded.folded:
        notes.error(
            ("tasks",),
            "Tasks that several ways lead to would need too many copies; each runs once here.",
            "Add a join, or a nested workflow.",
        )
    for name in sorted(unfolded.copied):
        notes.info(
            ("tasks", name),
            f"'{name}' has no join and several ways lead to it: Orquesta runs it for each, so it was copied.",
            "Use one task if once is enough.",
        )
    if _has_branches(workflow, unfolded):
        _note_shared_variables(workflow, notes)
        _note_fail(workflow, notes)


def _note_shared_variables(workflow: SourceWorkflow, notes: Notes) -> None:
    """Variables belong to a branch there and to the whole run here."""
    published = [
        (entry, task.name)
        for task in workflow.tasks
        for transition in task.transitions
        for entry in transition.publish
    ]
    writers: dict[str, set[str]] = {}
    for entry, task_name in published:
        writers.setdefault(entry.name, set()).add(task_name)
    for entry, _ in published:
        if len(writers[entry.name]) > 1:
            notes.warning(
                entry.path,
                f"Several tasks publish '{entry.name}'. In Orquesta each branch has its own; here the last one counts at once, for all.",
                "Give it a name of its own in branches that run side by side.",
            )


def _note_fail(workflow: SourceWorkflow, notes: Notes) -> None:
    for transition in (transition for task in workflow.tasks for transition in task.transitions):
        if FAIL in transition.targets:
            notes.info(
                (*transition.path, "do"),
                "`fail` lets branches that run go on to their end here; Orquesta starts nothing new.",
            )


def _has_branches(workflow: SourceWorkflow, unfolded: Unfolded) -> bool:
    entries = sum(1 for instance in unfolded.instances if not unfolded.sources.get(instance))
    return entries > 1 or any(len(t.tasks) > 1 for task in workflow.tasks for t in task.transitions)
