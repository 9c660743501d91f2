"""Whether an attempt is followed by another one, and after how long.

Source: language.md 3 ("retry"), 11 "Retry and time".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.conductor.ending import Ending
from app.engine.conductor.plan import PlanRetry, PlanTask
from app.engine.conductor.reports import TaskError
from app.engine.conductor.runs import holds
from app.engine.conductor.views import error_view, outcome_view, run_scope
from app.engine.conductor.work import Work
from app.engine.errors import ExpressionFailed
from app.engine.expressions import TaskView
from app.engine.spec.model import RetrySpec
from app.engine.statuses import Outcome

LONGEST_DELAY_S = 10 * 365 * 86_400.0  # a date must come out, however fast the delay grows


class RetryUndecided(Exception):
    """`retry.when` or `retry.on_error` could not be evaluated; `error` is the attempt's new failure."""

    def __init__(self, error: TaskError) -> None:
        super().__init__(error.message)
        self.error = error


def delay_before_retry(
    work: Work, task: PlanTask, attempt: int, ending: Ending, *, result: Any, local: Mapping[str, Any]
) -> float | None:
    """Seconds until the next attempt; None: there is none, `ending` counts.

    Args:
        attempt: the one that ended, from 1.
        result: what `result()` answers, or a function that gives it.
        local: `item` and so on, inside `with_items`.

    Raises:
        RetryUndecided: a condition could not be evaluated.
    """
    retry = task.retry
    if retry is None or attempt > retry.spec.count or ending.outcome is Outcome.CANCELLED:
        return None
    outcome = outcome_view(task, ending.outcome, result=result, error=ending.error)
    attempt_view = TaskView(
        result=result,
        status=str(ending.outcome),
        error=error_view(ending.error),
        duration_ms=ending.duration_ms,
        attempts=attempt,
    )
    scope = run_scope(
        work,
        now=work.now,
        local=local,
        outcome=outcome,
        current=(task.name, attempt_view),
        place=f"task '{task.name}', retry",
    )
    try:
        wanted = _wanted(work, retry, ending, scope)
    except ExpressionFailed as problem:
        raise RetryUndecided(TaskError("expression", problem.message)) from problem
    return delay_s(retry.spec, attempt, chance=work.chance) if wanted else None


def delay_s(spec: RetrySpec, attempt: int, *, chance: float) -> float:
    """Seconds to wait after failed attempt `attempt`: d, d*n or d*2^(n-1), capped, spread by `jitter`.

    Jitter j spreads evenly over [1-j, 1+j) times the delay; `max_delay` holds after it as well.
    """
    factor = {"constant": 1.0, "linear": float(attempt), "exponential": 2.0 ** (attempt - 1)}[spec.backoff]
    longest = LONGEST_DELAY_S if spec.max_delay_s is None else min(spec.max_delay_s, LONGEST_DELAY_S)
    delay = min(spec.delay_s * factor, longest)
    return min(delay * (1.0 + spec.jitter * (2.0 * chance - 1.0)), longest)


def _wanted(work: Work, retry: PlanRetry, ending: Ending, scope: Any) -> bool:
    """`when` decides alone about successes; about failures either it or `on_error` may say yes."""
    place = scope.expression_place
    scope.expression_place = f"{place}.when"
    if retry.when is not None and holds(work, retry.when, scope):
        return True
    if not ending.is_bad:
        return False
    if retry.on_error is not None:
        scope.expression_place = f"{place}.on_error"
        return holds(work, retry.on_error, scope)
    return retry.when is None
