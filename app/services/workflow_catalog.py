"""What the validator may ask about other actions, answered from the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.engine.spec.catalog import ActionInfo
from app.engine.visibility import EVERYTHING, Scope
from app.persistence.repositories import actions, packs
from app.persistence.session import Transaction


class StoredCatalog:
    """The actions of the database, with those of a pack that is just being loaded in front.

    With a `scope` only what its caller may read: what one may not see does not exist (api.md 1.4).
    """

    def __init__(
        self, tx: Transaction, loading: Mapping[str, ActionInfo] | None = None, *, scope: Scope = EVERYTHING
    ) -> None:
        self._tx = tx
        self._scope = scope
        self._known: dict[str, ActionInfo | None] = dict(loading or {})
        self._refs: tuple[str, ...] | None = None

    def expect(self, refs: Collection[str]) -> dict[str, ActionInfo | None]:
        """Read these in one query, so that asking about each costs none; what there is of them."""
        new = sorted({ref for ref in refs if ref not in self._known})
        found = {row.ref: ActionInfo(*row) for row in actions.signatures(self._tx, new, scope=self._scope)}
        self._known.update({ref: found.get(ref) for ref in new})
        return {ref: self._known[ref] for ref in refs}

    def action(self, ref: str) -> ActionInfo | None:
        if ref not in self._known:
            self.expect((ref,))
        return self._known[ref]

    def pack_known(self, pack_ref: str) -> bool:
        if not self._scope.everything and not any(ref.startswith(f"{pack_ref}.") for ref in self.refs()):
            return False
        return packs.by_ref(self._tx, pack_ref) is not None

    def refs(self) -> Iterable[str]:
        """Every ref there is, for "did you mean"."""
        if self._refs is None:
            stored = actions.refs(self._tx, scope=self._scope)
            self._refs = (*stored, *(ref for ref, found in self._known.items() if found))
        return self._refs

