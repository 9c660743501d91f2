"""The condition of a list and the rule for one object never disagree about what somebody may read."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.engine.access import Caller, Grant, Target
from app.engine.visibility import Clause, Scope, action_scope, pack_scope

REFS = st.sampled_from(["a", "b"])
CONSTRAINTS = st.fixed_dictionaries(
    {},
    optional={
        "pack_refs": st.lists(REFS, max_size=2),
        "refs": st.lists(st.sampled_from(["a", "b", "a.x"]), max_size=2),
        "ids": st.lists(st.integers(1, 2), max_size=2),
        "owner": st.sampled_from(["self", "any", "none", 1, 2]),
        "visibility": st.just("public"),
    },
)
GRANTS = st.lists(
    st.builds(
        Grant,
        resource=st.sampled_from(["packs", "actions"]),
        actions=st.sampled_from([frozenset({"read"}), frozenset({"update"})]),
        constraints=CONSTRAINTS,
    ),
    max_size=3,
)


@given(GRANTS, REFS, st.integers(1, 2), st.sampled_from([None, 1, 2]), st.booleans())
def test_a_pack_is_in_the_scope_exactly_when_it_may_be_read(
    grants: list[Grant], ref: str, pack_id: int, owner: int | None, standard: bool
) -> None:
    caller = Caller(identity_id=1, login="x", grants=tuple(grants))
    target = Target(id=pack_id, ref=ref, pack_ref=ref, owner=owner, standard=standard)

    assert within(pack_scope(caller), target) == caller.allows("packs", "read", target)


@given(GRANTS, st.sampled_from(["a.x", "b.x"]), st.integers(1, 2), st.booleans())
def test_an_action_is_in_the_scope_exactly_when_it_may_be_read(
    grants: list[Grant], ref: str, action_id: int, standard: bool
) -> None:
    caller = Caller(identity_id=1, login="x", grants=tuple(grants))
    target = Target(id=action_id, ref=ref, pack_ref=ref[0], standard=standard)

    assert within(action_scope(caller), target) == caller.allows("actions", "read", target)


def within(scope: Scope, target: Target) -> bool:
    """The scope read as the condition that app/persistence/repositories/scopes.py makes of it."""
    owned = scope.owner_id is not None and target.owner == scope.owner_id
    return scope.everything or target.standard or owned or any(_holds(c, target) for c in scope.clauses)


def _holds(clause: Clause, target: Target) -> bool:
    pairs: list[tuple[Any, Any]] = [
        (target.ref, clause.refs), (target.pack_ref, clause.pack_refs), (target.id, clause.ids), (target.owner, clause.owners),
    ]  # fmt: skip
    return all(wanted is None or value in wanted for value, wanted in pairs)
