"""Waiting for an execution: shows it, says how it ended, and gives the exit code."""

from __future__ import annotations

from typing import Any

from app.cli.client import Api
from app.cli.errors import Exit
from app.cli.output import Output
from app.cli.progress import Progress, Silent, progress_on
from app.cli.watching import Seen, Watch
from app.cli.words import between, duration, harmless, harmless_output, one_line, shown

EXIT_OF = {"completed": Exit.OK, "cancelled": Exit.CANCELLED}
OUTPUT_SHOWN = 4000  # characters of an action's output at the end; `attune logs` has all of it


def follow(api: Api, out: Output, execution_id: int, *, quietly: bool, timeout_s: float | None) -> Exit:
    """Watch until the end, or the timeout, or Ctrl-C; neither of the latter two touches the run."""
    progress: Progress = Silent() if quietly else progress_on(out)
    watch = Watch(api, execution_id)
    try:
        for seen in watch.until_end(timeout_s=timeout_s):
            progress.show(seen)
    except KeyboardInterrupt:
        progress.close()
        _leave(out, execution_id)
        return Exit.INTERRUPTED
    finally:
        progress.close()
    return _end(out, seen, timeout_s)


def _end(out: Output, seen: Seen, timeout_s: float | None) -> Exit:
    if not out.for_people:
        out.document(seen.execution)
    if not seen.ended:
        out.say(f"Execution {seen.execution['id']} has not ended after {timeout_s:g} s; it goes on.")
        _ways_on(out, seen.execution["id"])
        return Exit.WAITED_TOO_LONG
    if out.for_people:
        tell_end(out, seen)
    return EXIT_OF.get(seen.execution["status"], Exit.FAILED)


def tell_end(out: Output, seen: Seen) -> None:
    """The last lines: how it ended, after how long, with what."""
    execution = seen.execution
    took = duration(between(execution["started_at"], execution["completed_at"]))
    out.line(f"{execution['action_ref']} (execution {execution['id']}): ", f"{shown(execution['status'])}, {took}".rstrip(", "))
    result = execution["result"] or {}
    if execution["status"] == "completed":
        tell_result(out, result, is_run=seen.run is not None)
        return
    out.line(f"  {one_line(execution['error'] or result.get('error') or 'No reason was given.')}")
    for task in seen.tasks:
        if task["state"] in ("failed", "timed_out") and task["execution"]:
            out.say(f"  Output of {task['name']}: attune logs {task['execution']}")
    if seen.run is None:
        out.say(f"  Output: attune logs {execution['id']}")


def tell_result(out: Output, result: dict[str, Any], *, is_run: bool) -> None:
    """The output of a run, or what an action has printed or given."""
    if is_run:
        values = {name: value for name, value in result.items() if name not in ("succeeded", "workflow")}
    else:
        values = result["data"] if isinstance(result.get("data"), dict) else {}
        if not values and result.get("stdout"):
            out.raw(_indented(result["stdout"]))
            return
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        out.line(f"  {name.ljust(width)}  ", one_line(value))


def _indented(text: str) -> str:
    shown_text = harmless_output(text if len(text) <= OUTPUT_SHOWN else text[:OUTPUT_SHOWN] + " …")
    return "".join(f"  {line}\n" for line in shown_text.splitlines())


def _leave(out: Output, execution_id: int) -> None:
    out.say(f"\nExecution {execution_id} goes on without you.")
    _ways_on(out, execution_id)


def _ways_on(out: Output, execution_id: int) -> None:
    out.say(harmless(f"  Follow it: attune executions follow {execution_id}"))
    out.say(harmless(f"  Stop it:   attune executions cancel {execution_id}"))
