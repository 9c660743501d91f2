"""What was computed lately, up to a bound of bytes: the oldest goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A cache bounded by the weight of its values, which whoever puts them in estimates. Safe between threads."""

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._weight = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """The value, which counts as used; None when it is not (or no longer) kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, *, weight: int) -> V:
        """Keep a value of about `weight` bytes; one above the bound is not kept at all. Gives the value back."""
        with self._lock:
            self._drop(key)
            if weight <= self._max:
                self._kept[key] = (value, weight)
                self._weight += weight
            while self._weight > self._max:
                self._drop(next(iter(self._kept)))
        return value

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: K) -> None:
        found = self._kept.pop(key, None)
        self._weight -= found[1] if found else 0
