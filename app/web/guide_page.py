"""The steps from a copy to an own workflow that runs: which are done, and what the present one asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.spec.document import load


@dataclass(frozen=True, slots=True)
class GuideStep:
    word: str
    hint: str
    done: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """What of a text the steps look at."""

    label: str
    tasks: int


_HINTS = (
    ("Rename it", "Write another label in the pane on the right, or behind “label:” in the YAML."),
    ("Add a task", "Drag an action from the left onto an arrow, or press Enter on it."),
    ("Rehearse", "Press Step below the graph: it goes through the tasks without running any of them."),
    ("Save", "Press Save above: it becomes a revision you can always come back to."),
    ("Run", "Press Run above, and watch your own workflow."),
)


def outline(text: str) -> Outline:
    """Label and number of tasks; a text that can't be read has neither."""
    value = load(text).value
    found = value if isinstance(value, dict) else {}
    tasks = found.get("tasks")
    return Outline(str(found.get("label") or ""), len(tasks) if isinstance(tasks, list) else 0)


def guide_steps(*, first: Outline, present: Outline, rehearsed: bool, saved: bool, ran: bool) -> list[GuideStep]:
    """The steps in their order; the first that is not done is the present one."""
    renamed = bool(present.label) and present.label != first.label
    done = (renamed, present.tasks > first.tasks, rehearsed, saved, ran)
    current = next((number for number, value in enumerate(done) if not value), None)
    return [GuideStep(word, hint, done[number], number == current) for number, (word, hint) in enumerate(_HINTS)]
