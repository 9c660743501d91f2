"""The items of a visit: opening them, keeping as many running as may, and ending the visit after the last.

Source: language.md 6; 11 "Graph" (fail_fast), "Results and names" (batches).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.engine.conductor.altered import altered
from app.engine.conductor.commands import SetTimer
from app.engine.conductor.ending import Ending, end_visit
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.retries import RetryUndecided, delay_before_retry
from app.engine.conductor.runs import hand_out, refuse, render, render_input
from app.engine.conductor.state import Items, Visit
from app.engine.conductor.views import error_view, run_scope
from app.engine.conductor.work import VisitKey, Work
from app.engine.errors import ExpressionFailed
from app.engine.expressions import Compiled, result_view
from app.engine.statuses import Outcome, TaskState


def open_items(work: Work, visit: Visit, template: Compiled) -> None:
    """Evaluate `with_items` and start what may start; an empty list ends the visit at once."""
    task = work.task(visit)
    try:
        scope = run_scope(work, now=work.now, place=f"task '{visit.task}', with_items")
        values = item_values(render(work, template, scope), work.plan.limits.max_items)
    except ExpressionFailed as problem:
        end_visit(work, visit, Ending(Outcome.FAILED, TaskError("expression", problem.message)))
        return
    except ValueError as problem:
        error = TaskError("invalid_items", f"task '{visit.task}': {problem}")
        end_visit(work, visit, Ending(Outcome.FAILED, error))
        return
    size = task.spec.batch_size
    total = -(-len(values) // size) if size and task.spec.batch_mode == "list" else len(values)
    state = TaskState.WAITING_INQUIRY if task.is_ask else TaskState.RUNNING
    visit = work.change(
        visit, state=state, attempt=1, held=False, started_at=work.now, items=Items(total=total, values=values)
    )
    work.opened_items[visit.key] = values
    work.record("items_opened", visit, total=total)
    fill_items(work, visit.key)


def item_values(rendered: Any, max_items: int) -> tuple[Any, ...]:
    """The items of a list or a mapping (`{key, value}` in its order).

    Raises:
        ValueError: it is neither, or too long; the text says what came and the way out.
    """
    if isinstance(rendered, Mapping):
        rendered = [{"key": key, "value": value} for key, value in rendered.items()]
    if not isinstance(rendered, list | tuple):
        raise ValueError(f"with_items takes a list or a mapping, got {_described(rendered)}")
    if len(rendered) > max_items:
        raise ValueError(f"with_items has {len(rendered)} items, the limit is {max_items} (ATTUNE_MAX_ITEMS)")
    return tuple(rendered)


def fill_items(work: Work, key: VisitKey) -> None:
    """Start items in order as far as limits allow; end the visit when none is left."""
    visit = work.visits[key]
    while (index := _next_index(work, visit)) is not None:
        visit = _start_next(work, visit, index)
    _end_when_done(work, visit)


def start_item(work: Work, visit: Visit, index: int, attempt: int, taken: Items | None = None) -> Visit:
    """Hand out one attempt of one item; an input that can't be rendered costs this item only.

    Args:
        taken: the items after this one was taken from those not started; None: it was started before.
    """
    task, items = work.task(visit), taken or _items(visit)
    key = RunKey(visit.task, visit.number, index, attempt)
    local = item_names(task, items, index)
    try:
        rendered = render_input(work, task, local)
    except ExpressionFailed as problem:
        error = TaskError("expression", problem.message)
        refuse(work, visit, key, error, local.get("batch_index"))
        return _close_item(work, visit, index, Ending(Outcome.FAILED, error), None, taken)
    live = items.live.set(index, attempt)
    if items.waiting:
        items = altered(items, live=live, waiting=items.waiting - {index}, held=items.held - {index})
    else:
        items = altered(items, live=live)
    visit = work.change(visit, items=items)
    hand_out(work, visit, key, rendered, local.get("batch_index"))
    return visit


def item_ended(work: Work, visit: Visit, key: RunKey, ending: Ending, result: dict[str, Any]) -> None:
    """The current attempt of an item has ended: another attempt, or its end and the start of later items."""
    index = key.item
    assert index is not None
    try:
        delay_s = _delay_before_retry(work, visit, index, key.attempt, ending, result)
    except RetryUndecided as problem:
        delay_s, ending = None, Ending(Outcome.FAILED, problem.error)
    if delay_s is None:
        visit = _close_item(work, visit, index, ending, result)
    else:
        visit = _schedule(work, visit, key, delay_s)
    fill_items(work, visit.key)


def retry_item(work: Work, visit: Visit, index: int, attempt: int) -> None:
    """The timer of an item's next attempt is due."""
    items = _items(visit)
    if index not in items.waiting or index in items.held or items.live[index] + 1 != attempt:
        return
    if work.paused:
        work.change(visit, items=altered(items, held=items.held | {index}))
        work.record_run("held", RunKey(visit.task, visit.number, index, attempt))
        return
    start_item(work, visit, index, attempt)
    fill_items(work, visit.key)


def resume_items(work: Work, visit: Visit) -> None:
    """After a pause: the retries that became due meanwhile, then further items."""
    for index in sorted(_items(visit).held):
        visit = start_item(work, visit, index, _items(visit).live[index] + 1)
    fill_items(work, visit.key)


def item_names(task: PlanTask, items: Items, index: int) -> dict[str, Any]:
    """`item`, `index` and, with batches, `batch` and `batch_index` (from 0) of one run."""
    size = task.spec.batch_size
    if not size:
        return {"item": items.values[index], "index": index}
    as_list = task.spec.batch_mode == "list"
    number = index if as_list else index // size
    batch = list(items.values[number * size : (number + 1) * size])
    return {"item": batch if as_list else items.values[index], "index": index, "batch": batch, "batch_index": number}


def _items(visit: Visit) -> Items:
    assert visit.items is not None
    return visit.items


def _described(value: Any) -> str:
    if value is None:
        return "null"
    kind = {bool: "a boolean", int: "a number", float: "a number", str: "text"}.get(type(value), type(value).__name__)
    shown = repr(value)
    return f"{kind} {shown if len(shown) <= 60 else shown[:57] + '...'}"


def _next_index(work: Work, visit: Visit) -> int | None:
    """The run to start now; None when none is left or none may start yet."""
    items, task = _items(visit), work.task(visit)
    if items.redo:
        index = items.redo[0]
    elif items.next_index < items.total:
        index = items.next_index
    else:
        return None
    if work.paused or len(items.live) >= _most_at_once(work, task) or _starts_no_more(work, visit):
        return None
    together = _batch_length(task)
    if together and items.live and next(iter(items.live)) // together != index // together:
        return None
    return index


def _most_at_once(work: Work, task: PlanTask) -> int:
    window = work.plan.limits.items_window
    return min(task.spec.concurrency or window, window)


def _batch_length(task: PlanTask) -> int | None:
    """How many runs make a batch that has to end before the next one starts; None: there are no batches."""
    if not task.spec.batch_size:
        return None
    return 1 if task.spec.batch_mode == "list" else task.spec.batch_size


def _starts_no_more(work: Work, visit: Visit) -> bool:
    """The run stops, or with `fail_fast` an item of this task has failed."""
    return work.stopped(visit) or (work.plan.spec.fail_fast and _items(visit).failed > 0)


def _start_next(work: Work, visit: Visit, index: int) -> Visit:
    items = _items(visit)
    taken = altered(items, redo=items.redo[1:]) if items.redo else altered(items, next_index=index + 1)
    return start_item(work, visit, index, 1, taken)


def _end_when_done(work: Work, visit: Visit) -> None:
    items = _items(visit)
    if visit.ended or items.live:
        return
    unstarted = items.total - items.next_index + len(items.redo)
    if unstarted and not _starts_no_more(work, visit):
        return
    items = altered(
        items,
        next_index=items.total,
        redo=(),
        cancelled=items.cancelled + unstarted,
    )
    visit = work.change(visit, items=items)
    end_visit(work, visit, _ending_of(work, visit))


def _ending_of(work: Work, visit: Visit) -> Ending:
    items = _items(visit)
    if items.succeeded == items.total:
        return Ending(Outcome.SUCCEEDED)
    if not items.failed and work.stopped(visit):
        return Ending(Outcome.CANCELLED, TaskError("cancelled", f"{items.cancelled} of {items.total} items were not run"))
    return Ending(Outcome.FAILED, TaskError("items_failed", _failure_text(work, visit, items)))


def _failure_text(work: Work, visit: Visit, items: Items) -> str:
    text = f"{items.failed} of {items.total} items failed"
    entries = work.results.failed_items(visit.task, visit.number)
    if not entries:
        return text
    first = entries[0]
    return f"{text}, first item {first['index']}: {first['error']['message']}"


def _delay_before_retry(
    work: Work, visit: Visit, index: int, attempt: int, ending: Ending, result: dict[str, Any]
) -> float | None:
    task = work.task(visit)
    if task.retry is None or work.stopped(visit):
        return None
    local = item_names(task, _items(visit), index)
    return delay_before_retry(work, task, attempt, ending, result=lambda: result_view(result), local=local)


def _schedule(work: Work, visit: Visit, key: RunKey, delay_s: float) -> Visit:
    items = _items(visit)
    index, attempt = key.item, key.attempt + 1
    assert index is not None
    if delay_s <= 0 and not work.paused:
        return start_item(work, visit, index, attempt)
    due_at = work.now + timedelta(seconds=max(0.0, delay_s))
    held = items.held | {index} if delay_s <= 0 else items.held
    visit = work.change(visit, items=altered(items, waiting=items.waiting | {index}, held=held))
    next_key = key._replace(attempt=attempt)
    work.record_run("retry_scheduled", next_key, due_at=due_at.isoformat())
    if delay_s > 0:
        work.say(SetTimer("retry", next_key, due_at))
    return visit


def _close_item(
    work: Work,
    visit: Visit,
    index: int,
    ending: Ending,
    result: dict[str, Any] | None,
    taken: Items | None = None,
) -> Visit:
    """The item's last attempt has ended: count it and keep its result."""
    items = taken or _items(visit)
    if ending.outcome is Outcome.SUCCEEDED:
        work.results = work.results.with_result(visit.task, visit.number, index, result)
        return work.change(visit, items=_without(items, index, succeeded=items.succeeded + 1))
    if ending.outcome is Outcome.CANCELLED and work.stopped(visit):
        return work.change(visit, items=_without(items, index, cancelled=items.cancelled + 1))
    item = item_names(work.task(visit), items, index)["item"]
    entry = {"index": index, "item": item, "error": error_view(ending.error)}
    work.results = work.results.with_result(visit.task, visit.number, index, result, failed=entry)
    return work.change(visit, items=_without(items, index, failed=items.failed + 1))


def _without(items: Items, index: int, **counts: int) -> Items:
    """The items with one run less in flight."""
    live = items.live.delete(index) if index in items.live else items.live
    if not items.waiting:
        return altered(items, live=live, **counts)
    return altered(items, live=live, waiting=items.waiting - {index}, held=items.held - {index}, **counts)
