"""What runs after what, in words: "task deploy now runs after scan instead of after build"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from app.engine.changes.pairing import Pairing
from app.engine.changes.values import MOST
from app.engine.spec.model import FAIL, NOOP, TaskSpec, TransitionSpec

_AFTER = {
    "succeeded": "after {}",
    "failed": "when {} fails",
    "timed_out": "when {} times out",
    "always": "after {}, whatever comes of it",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a task to a target. `condition` as in `condition_key`."""

    source: str
    condition: tuple[str, str]
    target: str
    phrase: str


def edges_of(task: TaskSpec) -> list[Edge]:
    """The ways on from a task, in order."""
    return [Edge(task.name, condition_key(t), target, _phrase(task.name, t)) for t in task.transitions for target in t.targets]


def condition_key(transition: TransitionSpec) -> tuple[str, str]:
    """What tells ways apart; what means the same in both dialects is the same."""
    if transition.kind != "custom":
        return transition.kind, ""
    return transition.guard, _bare(transition.when or "")


def condition_of(transition: TransitionSpec) -> str:
    """When a transition fires, in few words, without the name of its task."""
    plain = {"succeeded": "on success", "failed": "on failure", "timed_out": "on time-out", "always": "always"}
    if transition.kind != "custom":
        return plain[transition.kind]
    guard = "" if transition.guard == "always" else f"{plain[transition.guard]}, "
    return f"{guard}if {_short(transition.when)}"


def edge_words(pairing: Pairing) -> list[str]:
    """A sentence for each task that runs after something else now; ways that went with a removed task are not named."""
    old = [edge for task, _ in pairing.pairs for edge in edges_of(task)]
    new = [edge for task in (*(task for _, task in pairing.pairs), *pairing.added) for edge in edges_of(task)]
    gained, lost = _without(new, old), _without(old, new)
    added = {task.name for task in pairing.added}
    gone = {task.name for task in pairing.removed}
    targets = dict.fromkeys(edge.target for edge in [*gained, *lost] if edge.target not in added | gone)
    entered = {edge.target for edge in new}
    return [_sentence(t, _to(t, gained), _to(t, lost), is_entry=t not in entered) for t in targets]


def entry_phrase(task: TaskSpec, tasks: Iterable[TaskSpec]) -> str:
    """After what a task runs: ", runs after scan"; nothing for one that starts by itself."""
    phrases = [edge.phrase for other in tasks for edge in edges_of(other) if edge.target == task.name]
    return f", runs {_listed(phrases)}" if phrases else ""


def _without(edges: Collection[Edge], others: Collection[Edge]) -> list[Edge]:
    known = {(edge.source, edge.condition, edge.target) for edge in others}
    return [edge for edge in edges if (edge.source, edge.condition, edge.target) not in known]


def _to(target: str, edges: Iterable[Edge]) -> list[str]:
    return list(dict.fromkeys(edge.phrase for edge in edges if edge.target == target))


def _sentence(target: str, gained: list[str], lost: list[str], *, is_entry: bool) -> str:
    if target == FAIL:
        return _verb("the workflow now fails on purpose", "the workflow no longer fails on purpose", gained, lost)
    if target == NOOP:
        return _verb("nothing more is started", "it is no longer said that nothing is started", gained, lost)
    if lost and is_entry:
        return f"task {target} now runs at the start instead of {_listed(lost)}"
    return _verb(f"task {target} now runs", f"task {target} no longer runs", gained, lost)


def _verb(now: str, no_longer: str, gained: list[str], lost: list[str]) -> str:
    if not gained:
        return f"{no_longer} {_listed(lost)}"
    instead = f" instead of {_listed(lost)}" if lost else ""
    return f"{now} {_listed(gained)}{instead}"


def _listed(phrases: Iterable[str]) -> str:
    *others, last = phrases
    return f"{', '.join(others)} and {last}" if others else last


def _phrase(name: str, t: TransitionSpec) -> str:
    if t.kind != "custom":
        return _AFTER[t.kind].format(name)
    start = "after {}" if t.guard == "always" else "after {} succeeds" if t.guard == "succeeded" else _AFTER[t.guard]
    return f"{start.format(name)}, if {_short(t.when)}"


def _bare(expression: str) -> str:
    text = expression.strip()
    text = text[2:-2].strip() if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1 else text
    return " ".join(text.split())


def _short(expression: str | None) -> str:
    text = _bare(expression or "")
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def order_words(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    """Whether the ways that both have come in another order."""
    before = [(edge.condition, edge.target) for edge in edges_of(old)]
    after = [(edge.condition, edge.target) for edge in edges_of(new)]
    if [way for way in before if way in after] != [way for way in after if way in before]:
        yield f"task {new.name}: its ways on are in another order"
