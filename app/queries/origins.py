"""Which run an execution belongs to, in a word: for lists that name what asked or failed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.persistence import session
from app.persistence.repositories import execution_reads, labels


@dataclass(frozen=True, slots=True)
class Origin:
    """The run (an execution id) that an execution is a task of, or the execution itself; its ref and label."""

    run: int
    ref: str
    label: str = ""

    @property
    def words(self) -> str:
        return f"{self.label or self.ref}, run {self.run}"


def origins_of(execution_ids: Collection[int]) -> dict[int, Origin]:
    """Origins by execution id; unknown ids are left out. Ids and refs only: whoever may see the list may see them."""
    with session.reading() as tx:
        rows = {row["id"]: row for row in execution_reads.by_ids(tx, execution_ids)} if execution_ids else {}
        parents = {row["parent"] for row in rows.values() if row["parent"]}
        above = {row["id"]: row for row in execution_reads.by_ids(tx, parents)} if parents else {}
        tops = {execution_id: above.get(row["parent"], row) for execution_id, row in rows.items()}
        names = labels.labels_of(tx, {top["action_ref"] for top in tops.values()})
    return {
        execution_id: Origin(top["id"], top["action_ref"], names.get(top["action_ref"], ""))
        for execution_id, top in tops.items()
    }
