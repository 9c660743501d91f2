"""From a step to the changes of the text, and from many steps to one list of changes.

Steps that don't disturb one another are written against the same view; else the text is read again in between, which
costs as much as all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.engine.edit import brackets, copies, entries, items, moving, names
from app.engine.edit.changes import Change, composed, overlap, touch
from app.engine.edit.endings import closed
from app.engine.edit.steps import (
    Copy,
    Drop,
    Graft,
    Insert,
    Move,
    Put,
    Rename,
    RenameKey,
    Reorder,
    Step,
    Unwrap,
    Wrap,
)
from app.engine.edit.values import Writer
from app.engine.edit.view import View
from app.engine.errors import EditRefused
from app.engine.spec.places import Path

MAX_STEPS = 2_000  # small changes of one operation
MAX_READ = 5_000_000  # characters read again between them: some seconds


class EditTooMuch(EditRefused):
    """An edit that would keep the processor busy for longer than a person waits, in whichever manner it is written."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This edit is too much at once: {why}. Edit the text there by hand, or in smaller steps.")


class Script:
    """Writes steps one after another; `changes` lead from the first text to the last.

    Args:
        patient: read the text again also where changes only meet: which comes first might not be the order of steps.
        careful: write no blocks of text, and quote what is not plain.
    """

    def __init__(self, view: View, *, patient: bool = False, careful: bool = False) -> None:
        self.changes: list[Change] = []
        self._length = len(view.text)
        self._view = view
        self._patient = patient
        self._careful = careful
        self._waiting: list[Change] = []
        self._disturbed: list[Path] = []
        self._read = 0

    def write(self, step: Step) -> None:
        """Raises EditRefused when the step can't be made in this text."""
        if self._is_disturbed(step):
            self._read_again()
        changes = self._changes_of(step)
        if overlap(changes, self._waiting) or (self._patient and touch(changes, self._waiting)):
            self._read_again()
            changes = self._changes_of(step)
        self._waiting = sorted([*self._waiting, *changes], key=lambda change: (change.start, change.end))
        self._disturbed.append(_disturbed_by(step))

    def finish(self) -> list[Change]:
        """All changes of the first text, sorted."""
        self.changes = composed(self._length, self.changes, self._waiting)
        self._waiting = []
        return self.changes

    def _changes_of(self, step: Step) -> list[Change]:
        return changes_of(step, self._view, Writer(self._view.style, careful=self._careful))

    def _is_disturbed(self, step: Step) -> bool:
        path, content = _disturbed_by(step), _content_of(step)
        return any(
            path[: len(other)] == other or (content is not None and other[: len(content)] == content)
            for other in self._disturbed
        )

    def _read_again(self) -> None:
        view, waiting = self._view, self._waiting
        self._read += len(view.text)
        if self._read > MAX_READ:
            raise EditTooMuch(f"the text would have to be read again {self._read // len(view.text):,} times")
        self.finish()
        self._view = view.after(waiting)
        self._disturbed = []


def changes_of(step: Step, view: View, writer: Writer) -> list[Change]:
    """The changes of one step, sorted."""
    changes = _WRITERS[type(step)](step, view, writer)
    return [*closed(view), *changes] if any(c.start == c.end == len(view.text) for c in changes) else changes


def _content_of(step: Step) -> Path | None:
    """Below which path everything must be as it was for the step to be written; None where nothing must."""
    if isinstance(step, Insert | Graft):
        return None
    return step.path if isinstance(step, Drop) else _disturbed_by(step)


def _disturbed_by(step: Step) -> Path:
    """What a step may put out of place for the steps after it: an entry, or a whole list."""
    if isinstance(step, Rename):
        return ()
    if isinstance(step, Drop):
        return step.path[:-1] if isinstance(step.path[-1], int) else step.path
    return step.path


def _put(step: Put, view: View, writer: Writer) -> list[Change]:
    return entries.put(view, writer, step.path, step.value)


def _drop(step: Drop, view: View, writer: Writer) -> list[Change]:
    if isinstance(step.path[-1], int):
        return items.drop(view, writer, step.path)
    return entries.drop(view, writer, step.path)


def _insert(step: Insert, view: View, writer: Writer) -> list[Change]:
    return items.insert(view, writer, step.path, step.index, step.value)


def _move(step: Move, view: View, writer: Writer) -> list[Change]:
    return moving.move(view, step.path, step.index, step.to)


def _reorder(step: Reorder, view: View, writer: Writer) -> list[Change]:
    return moving.reorder(view, writer, step.path, step.order)


def _wrap(step: Wrap, view: View, writer: Writer) -> list[Change]:
    return brackets.wrap(view, writer, step.path, step.value)


def _unwrap(step: Unwrap, view: View, writer: Writer) -> list[Change]:
    return brackets.unwrap(view, step.path, step.index)


def _rename_key(step: RenameKey, view: View, writer: Writer) -> list[Change]:
    return entries.rename_key(view, writer, step.path, step.to)


_WRITERS: dict[type, Callable[[Any, View, Writer], list[Change]]] = {
    Put: _put, Drop: _drop, Insert: _insert, Move: _move, Reorder: _reorder, Wrap: _wrap, Unwrap: _unwrap,
    RenameKey: _rename_key, Rename: names.rename, Copy: copies.copy, Graft: copies.graft,
}  # fmt: skip
