"""How a watched execution is shown: redrawn in a terminal, a line for each change elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from app.cli import questions
from app.cli.output import GAP, Output, coloured_status, fitting_widths
from app.cli.watching import Seen
from app.cli.words import LOOKS, between, counted, duration, harmless, look, one_line, shown

ENDED = ("completed", "failed", "timed_out", "skipped", "cancelled")
JUSTIFIED: tuple[Literal["left", "right"], ...] = ("left", "left", "right", "left")
KEPT_FREE = 8  # lines of the terminal for the head, questions and the prompt


class Progress(Protocol):
    """Shows one look after another."""

    def show(self, seen: Seen) -> None: ...
    def close(self) -> None: ...


def progress_on(out: Output) -> Progress:
    """Redrawn where a person looks, else lines; beside the result when a program reads that."""
    return Redrawn(out) if out.in_terminal else Lines(out)


class Silent:
    """Shows nothing: `--wait`."""

    def show(self, seen: Seen) -> None:
        return

    def close(self) -> None:
        return


class Redrawn:
    """The whole run in place."""

    def __init__(self, out: Output) -> None:
        self._console = out.console
        self._live = Live(console=out.console, auto_refresh=False, transient=False, vertical_overflow="crop")
        self._live.start()

    def show(self, seen: Seen) -> None:
        self._live.update(picture(seen, width=self._console.width, height=self._console.height), refresh=True)

    def close(self) -> None:
        self._live.stop()


class Lines:
    """One line for each task that changed, each question that came, and the end."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._told: dict[str, Any] = {}
        self._trouble: str | None = None

    def show(self, seen: Seen) -> None:
        if not seen.ended:
            self._tell("status", seen.status, f"{title(seen)}: {shown(seen.status)}")
        for task in seen.tasks:
            self._tell(f"task {task['name']}", _change_of(task), _task_line(task))
        for inquiry in seen.questions:
            self._tell(f"inquiry {inquiry['id']}", True, "\n".join(questions.lines(inquiry)))
        if seen.trouble != self._trouble:
            self._trouble = seen.trouble
            self._say(seen.trouble or "The server answers again.")

    def close(self) -> None:
        return

    def _tell(self, key: str, value: Any, text: str) -> None:
        if value is not None and self._told.get(key) != value:
            self._told[key] = value
            self._say(text)

    def _say(self, text: str) -> None:
        self._out.say(f"{datetime.now().strftime('%H:%M:%S')}  {text}")


def title(seen: Seen) -> str:
    """`examples.hello, execution 12`."""
    return f"{seen.execution['action_ref']}, execution {seen.execution['id']}"


def picture(seen: Seen, *, width: int, height: int) -> Group:
    """The run as it stands: head, tasks that were reached, what is still to come, questions."""
    reached = [task for task in seen.tasks if task["state"] != "pending"]
    shown_tasks, hidden = _fitting(reached, height - KEPT_FREE - 3 * len(seen.questions))
    parts: list[Any] = [_head(seen)]
    if hidden:
        parts.append(Text(f"  … {counted(hidden, 'task')} before", style="dim"))
    if shown_tasks:
        parts.append(_grid(shown_tasks, width=width))
    pending = len(seen.tasks) - len(reached)
    if pending and not seen.ended:
        parts.append(Text(f"  · {pending} not reached yet", style="dim"))
    for inquiry in seen.questions:
        first, *rest = questions.lines(inquiry)
        parts += [Text(f"  {harmless(first)}", style="magenta"), *(Text(f"  {harmless(line)}") for line in rest)]
    if seen.trouble:
        parts.append(Text(f"  {harmless(seen.trouble)} Trying again.", style="yellow"))
    return Group(*parts)


def _head(seen: Seen) -> Text:
    took = duration(between(seen.execution["started_at"] or seen.execution["created"], seen.execution["completed_at"]))
    head = Text(f"{harmless(title(seen))}  ", style="bold") + coloured_status(seen.status)
    if seen.run:
        done = sum(task["state"] in ENDED for task in seen.tasks)
        head += Text(f"  {done} of {counted(len(seen.tasks), 'task')}", style="dim")
    return head + Text(f"  {took}", style="dim")


def _fitting(tasks: list[dict[str, Any]], room: int) -> tuple[list[dict[str, Any]], int]:
    """Tasks for so many lines, and how many were left out: the ones that ended first."""
    surplus = len(tasks) - max(room, 3)
    if surplus <= 0:
        return tasks, 0
    ended = sorted((t for t in tasks if t["state"] in ENDED), key=lambda t: t["completed_at"] or "")
    left_out = {task["name"] for task in ended[:surplus]}
    return [task for task in tasks if task["name"] not in left_out], len(left_out)


def _grid(tasks: Sequence[dict[str, Any]], *, width: int) -> Table:
    rows = [_cells(task) for task in tasks]
    widths = fitting_widths(rows, [True, False, False, True], width=width)
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for room, justify in zip(widths, JUSTIFIED, strict=True):
        grid.add_column(width=room, justify=justify, no_wrap=True, overflow="ellipsis")
    for task, (name, word, time, rest) in zip(tasks, rows, strict=True):
        colour = look(task["state"])[2]
        named = Text(name)
        named.stylize(colour, 0, 3)  # the sign
        grid.add_row(named, Text(word, style=colour), Text(time, style="dim"), Text(rest, style="dim"))
    return grid


def _cells(task: dict[str, Any]) -> tuple[str, str, str, str]:
    sign, word, _ = look(task["state"])
    return (f"  {sign} {harmless(task['name'])}", word, took(task), detail(task))


def took(task: dict[str, Any]) -> str:
    """How long the task took, or has been at it."""
    if task["duration_ms"] is not None:
        return duration(task["duration_ms"])
    return duration(between(task["started_at"], None)) if task["state"] == "running" else ""


def detail(task: dict[str, Any]) -> str:
    """What else there is to say: items, attempts, the error."""
    failed = task["error"] and task["state"] in ("failed", "timed_out", "waiting_retry")
    parts = [_tally(task["items"])] if task["items"] and not failed else []
    if task["retry_count"]:
        parts.append(f"retry {task['retry_count']} of {task['max_retries']}")
    if failed:
        parts.append(one_line(task["error"]))
    return ", ".join(parts)


def _tally(items: dict[str, int]) -> str:
    parts = [f"{items['completed']} of {counted(items['total'], 'item')}"]
    parts += [f"{items[name]} {name}" for name in ("failed", "running") if items[name]]
    return ", ".join(parts)


def _change_of(task: dict[str, Any]) -> Any:
    """What makes a new line; None for tasks that were not reached. Items tell at every tenth of them."""
    if task["state"] == "pending":
        return None
    items = task["items"]
    tenth = items and (items["completed"] + items["failed"]) * 10 // max(items["total"], 1)
    return (task["state"], task["retry_count"], tenth if task["state"] == "running" else None)


def _task_line(task: dict[str, Any]) -> str:
    sign, word, _ = LOOKS.get(task["state"], ("·", task["state"], ""))
    ended = task["state"] in ENDED
    parts = [f"{sign} {task['name']}: {word}", took(task) if ended else "", detail(task)]
    return ", ".join(part for part in parts if part)
