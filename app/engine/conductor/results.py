"""Results kept in memory: for tests, rehearsals and everything else without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from immutables import Map

_VisitKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class MemoryResults:
    """Implements `state.Results` over persistent maps: adding one of ten thousand results copies nothing."""

    whole: Map[_VisitKey, Any] = field(default_factory=Map)
    items: Map[_VisitKey, Map[int, Any]] = field(default_factory=Map)
    failures: Map[_VisitKey, Map[int, dict[str, Any]]] = field(default_factory=Map)

    def result(self, task: str, visit: int) -> Any:
        return self.whole.get((task, visit))

    def item_results(self, task: str, visit: int) -> list[Any]:
        """Up to the last item that has ended; the conductor pads the list to the number of items."""
        found: Map[int, Any] = self.items.get((task, visit), Map())
        return [found.get(index) for index in range(max(found, default=-1) + 1)]

    def failed_items(self, task: str, visit: int) -> list[dict[str, Any]]:
        found: Map[int, dict[str, Any]] = self.failures.get((task, visit), Map())
        return [found[index] for index in sorted(found)]

    def with_result(
        self, task: str, visit: int, item: int | None, result: Any, *, failed: dict[str, Any] | None = None
    ) -> MemoryResults:
        key = (task, visit)
        if item is None:
            return MemoryResults(self.whole.set(key, result), self.items, self.failures)
        if failed is not None:
            entries = self.failures.get(key, Map()).set(item, failed)
            return MemoryResults(self.whole, self.items, self.failures.set(key, entries))
        entries = self.items.get(key, Map()).set(item, result)
        return MemoryResults(self.whole, self.items.set(key, entries), self.failures)
