"""Two runs of one workflow side by side: what each task came to in both, and where they first part. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine import wording
from app.engine.statuses import TASK_ENDED

State = Mapping[str, Any]
_HOW_IT_RAN = frozenset({"succeeded", "exit_code", "duration_ms", "stdout", "stderr", "stderr_log", "error"})


@dataclass(frozen=True, slots=True)
class Pair:
    """One task in both runs; None: the definition of that run doesn't have it.

    Attributes:
        ended_after_s: seconds from a run's start to this task's end, in the run in which it ended first; None: in neither.
    """

    name: str
    a: State | None
    b: State | None
    ended_after_s: float | None = None

    @property
    def state_a(self) -> str:
        return self.a["state"] if self.a else "absent"

    @property
    def state_b(self) -> str:
        return self.b["state"] if self.b else "absent"

    @property
    def parts(self) -> bool:
        """It ended in another way, or led elsewhere. What only one run has reached so far has not ended differently."""
        if not self.a or not self.b:
            return self.ended_after_s is not None
        return self.state_a != self.state_b or _ways(self.a) != _ways(self.b)

    @property
    def results_differ(self) -> bool:
        """It succeeded in both, with other results."""
        if not self.a or not self.b or {self.state_a, self.state_b} != {"completed"}:
            return False
        return bool(given(self.a) != given(self.b))

    @property
    def slower_ms(self) -> int | None:
        """How much longer it took in the second run; negative: shorter."""
        took_a, took_b = (state["duration_ms"] if state else None for state in (self.a, self.b))
        return None if took_a is None or took_b is None else int(took_b - took_a)


def pairs_of(a: Sequence[State], b: Sequence[State], *, began_a: Any, began_b: Any) -> list[Pair]:
    """Tasks in the order of the second definition, then those only the first one has."""
    by_a, by_b = ({state["name"]: state for state in states} for states in (a, b))
    names = [*by_b, *(name for name in by_a if name not in by_b)]
    return [_pair(name, by_a.get(name), by_b.get(name), began_a, began_b) for name in names]


def first_difference(pairs: Sequence[Pair]) -> Pair | None:
    """The task at which the runs part: of those that ended differently or led elsewhere the one that ended first.

    What follows from it ends later in the run in which it happens at all.
    """
    parted = [pair for pair in pairs if pair.parts and pair.ended_after_s is not None]
    return min(parted, key=lambda pair: pair.ended_after_s or 0.0, default=None)


def ways_taken(state: State | None) -> list[str]:
    """The tasks (and `fail`) that a task led to."""
    return [target for way in state["transitions"] if way["taken"] for target in way["targets"]] if state else []


def given(state: State | None) -> Any:
    """What a task gave back: its data, else what it printed, else the rest, without what says only how it was run."""
    result = state["result"] if state else None
    if not isinstance(result, Mapping):
        return result
    if result.get("data") is not None:
        return result["data"]
    said = result.get("stdout")
    rest = {key: value for key, value in result.items() if key not in _HOW_IT_RAN}
    return said.strip() if isinstance(said, str) and said.strip() and not rest else rest or None


def _pair(name: str, a: State | None, b: State | None, began_a: Any, began_b: Any) -> Pair:
    after = [_after(a, began_a), _after(b, began_b)]
    return Pair(name, a, b, min((s for s in after if s is not None), default=None))


def _after(state: State | None, began: Any) -> float | None:
    start = wording.moment(began)
    ended = wording.moment(state["completed_at"]) if state and state["state"] in TASK_ENDED else None
    return (ended - start).total_seconds() if ended is not None and start is not None else None


def _ways(state: State) -> list[str]:
    return sorted(ways_taken(state))
