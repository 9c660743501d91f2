"""The questions of a rehearsal: opened by core.ask, closed by the script, seen by templates as `inquiry.<task>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.conductor.reports import RunKey
from app.engine.times import iso

ANSWERED_BY = "rehearsal"


@dataclass(slots=True)
class Question:
    """One question. `status`: pending, responded, timeout or cancelled (api.md 10)."""

    id: int
    key: RunKey
    status: str = "pending"
    response: Any = None
    responded_at: datetime | None = None

    def close(self, status: str, response: Any, now: datetime) -> None:
        self.status, self.response = status, response
        self.responded_at = now if status == "responded" else None

    def view(self) -> dict[str, Any]:
        """What templates see (language.md 7)."""
        return {
            "id": self.id,
            "status": self.status,
            "response": self.response,
            "responded_by": ANSWERED_BY if self.responded_at else None,
            "responded_at": iso(self.responded_at),
        }


class Questions(Mapping[str, Any]):
    """Task name -> view of its latest question, or a list of views in item order."""

    def __init__(self) -> None:
        self._asked: list[Question] = []
        self._of_task: dict[str, list[Question]] = {}

    def ask(self, key: RunKey) -> Question:
        """A new question, with the next number from 1."""
        question = Question(len(self._asked) + 1, key)
        self._asked.append(question)
        self._of_task.setdefault(key.task, []).append(question)
        return question

    def by_id(self, inquiry_id: int) -> Question | None:
        return self._asked[inquiry_id - 1] if 0 < inquiry_id <= len(self._asked) else None

    def open_of(self, key: RunKey) -> Question | None:
        """The question this run asks, while nobody has answered it."""
        asked = reversed(self._of_task.get(key.task, []))
        return next((q for q in asked if q.key == key and q.status == "pending"), None)

    def __getitem__(self, task: str) -> Any:
        asked = self._of_task[task]
        latest = {q.key.item: q for q in asked if q.key.visit == asked[-1].key.visit}
        if None in latest:
            return latest[None].view()
        return [latest[item].view() for item in sorted(i for i in latest if i is not None)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of_task)

    def __len__(self) -> int:
        return len(self._of_task)
