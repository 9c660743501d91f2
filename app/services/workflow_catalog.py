"""What the validator may ask about other actions, answered from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.engine.spec.catalog import ActionInfo
from app.persistence.repositories import actions, packs
from app.persistence.session import Transaction


class StoredCatalog:
    """The actions of the database, with those of a pack that is just being loaded in front."""

    def __init__(self, tx: Transaction, loading: Mapping[str, ActionInfo] | None = None) -> None:
        self._tx = tx
        self._known: dict[str, ActionInfo | None] = dict(loading or {})
        self._refs: tuple[str, ...] | None = None

    def action(self, ref: str) -> ActionInfo | None:
        if ref not in self._known:
            row = actions.by_ref(self._tx, ref)
            known = None if row is None else ActionInfo(row.ref, row.param_schema, row.out_schema, row.is_workflow, row.label)
            self._known[ref] = known
        return self._known[ref]

    def pack_known(self, pack_ref: str) -> bool:
        return packs.by_ref(self._tx, pack_ref) is not None

    def refs(self) -> Iterable[str]:
        """Every ref there is, for "did you mean"."""
        if self._refs is None:
            self._refs = (*actions.refs(self._tx), *(ref for ref, found in self._known.items() if found))
        return self._refs
