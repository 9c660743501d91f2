"""The ways on from a task as its file writes them, in both dialects. Source: language.md 4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.spec.model import TransitionKind
from app.engine.spec.places import Path
from app.engine.spec.transitions import CLASSIC_GUARDS, kind_of

KINDS = ("succeeded", "failed", "timed_out", "always", "custom")
BRANCH_TARGETS = ("next", "do", "default")


@dataclass(frozen=True, slots=True)
class Way:
    """One transition as written.

    Attributes:
        path: of the transition, below the task: `("next", 0)`, `("on_success",)`, `("decision", 1)`.
        targets: (path below the task, name) of each.
    """

    path: Path
    kind: TransitionKind
    when: str | None
    targets: tuple[tuple[Path, str], ...]

    def leads_to(self, name: str) -> bool:
        return any(target == name for _, target in self.targets)


def ways_of(task: dict[str, Any]) -> list[Way]:
    """Every way on, in the order the engine looks at them; those that `next` hides come last."""
    ordered: list[Way] = []
    classic: list[Way] = []
    for key, value in task.items():
        if key == "next" and isinstance(value, list):
            ordered += [_entry(value[i], i) for i in range(len(value)) if isinstance(value[i], dict)]
        elif key == "decision" and isinstance(value, list):
            branches = [_branch(value[i], i) for i in range(len(value)) if isinstance(value[i], dict)]
            classic += sorted(branches, key=lambda branch: branch.kind == "succeeded")
        elif key in CLASSIC_GUARDS and value is not None:
            classic.append(Way((key,), CLASSIC_GUARDS[key], None, tuple(_targets(value, (key,)))))
    return [*ordered, *classic]


def bare(when: str | None) -> str | None:
    """A condition without the braces it may stand in."""
    return when.strip().removeprefix("{{").removesuffix("}}").strip() if when else when


def last_first(ways: Iterable[Way]) -> list[Way]:
    """Ways in an order in which each keeps its path while those before it are taken away."""
    return sorted(ways, key=lambda way: way.path, reverse=True)


def _entry(entry: dict[str, Any], index: int) -> Way:
    path: Path = ("next", index)
    when = entry.get("when")
    kind = kind_of(when) if isinstance(when, str) else "always" if when in (None, True) else "custom"
    return Way(
        path, kind, when if isinstance(when, str) else None, tuple(_targets(entry.get("do"), (*path, "do")))
    )


def _branch(branch: dict[str, Any], index: int) -> Way:
    path: Path = ("decision", index)
    targets = [t for key in BRANCH_TARGETS for t in _targets(branch.get(key), (*path, key))]
    is_default = branch.get("default") not in (None, False)
    when = branch.get("when")
    return Way(
        path, "succeeded" if is_default else "custom", when if isinstance(when, str) else None, tuple(targets)
    )


def _targets(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        yield from (((*path, i), name) for i, name in enumerate(value) if isinstance(name, str))
