"""The rule of access, as a table (api.md 2, 4, 8, 11, 14)."""

from __future__ import annotations

import pytest

from app.engine.access import ACTIONS, SYSTEM, Caller, Grant, Target, grants_of

ME = 7
OTHER = 8


def caller(*grants, **more):
    return Caller(identity_id=ME, login="me", grants=grants, **more)


def grant(resource, action, **constraints):
    return Grant(resource, frozenset({action}), constraints)


CONSTRAINTS = [
    ("pack_refs", ["a", "b"], Target(pack_ref="b"), True),
    ("pack_refs", ["a", "b"], Target(pack_ref="c"), False),
    ("pack_refs", ["a"], Target(), False),
    ("refs", ["x.y"], Target(ref="x.y"), True),
    ("refs", "x.y", Target(ref="x.y"), True),
    ("ids", [1, 2], Target(id=2), True),
    ("ids", [1, 2], Target(id=3), False),
    ("owner", "self", Target(owner=ME), True),
    ("owner", "self", Target(owner=OTHER), False),
    ("owner", "none", Target(), True),
    ("owner", "any", Target(owner=OTHER), True),
    ("owner", OTHER, Target(owner=OTHER), True),
    ("owner_types", ["pack"], Target(owner_type="pack"), True),
    ("owner_types", ["pack"], Target(owner_type="system"), False),
    ("owner_refs", ["a"], Target(owner_ref="a"), True),
    ("visibility", ["public"], Target(visibility="private"), False),
    ("encrypted", False, Target(encrypted=True), False),
    ("encrypted", True, Target(encrypted=True), True),
    ("attributes", {"team": "x"}, Target(attributes={"team": "x", "site": 1}), True),
    ("attributes", {"team": "x"}, Target(attributes={}), False),
    ("execution_scope", "self", Target(owner=ME), True),
    ("execution_scope", "self", Target(owner=OTHER), False),
    ("execution_scope", "any", Target(owner=OTHER), True),
    ("moon_phase", "full", Target(), False),
]


@pytest.mark.parametrize(("name", "wanted", "target", "allowed"), CONSTRAINTS)
def test_a_constraint_narrows_a_grant(name, wanted, target, allowed):
    assert caller(grant("artifacts", "update", **{name: wanted})).allows("artifacts", "update", target) is allowed


def test_all_constraints_of_a_grant_must_hold():
    both = caller(grant("keys", "read", pack_refs=["a"], encrypted=False))

    assert both.allows("keys", "read", Target(pack_ref="a", encrypted=False))
    assert not both.allows("keys", "read", Target(pack_ref="a", encrypted=True))


def test_the_scope_of_an_execution_token_is_its_execution_or_what_hangs_below():
    own = caller(grant("executions", "cancel", execution_scope="self"), execution_id=5)
    below = caller(grant("executions", "cancel", execution_scope="descendants"), execution_id=5)
    child = Target(id=6, ancestors=frozenset({5, 1}))

    assert own.allows("executions", "cancel", Target(id=5))
    assert not own.allows("executions", "cancel", child)
    assert below.allows("executions", "cancel", child)
    assert not below.allows("executions", "cancel", Target(id=9, ancestors=frozenset({1})))


@pytest.mark.parametrize("resource", ["packs", "actions", "triggers"])
def test_without_any_grant_things_of_standard_packs_are_readable_and_nothing_else(resource):
    assert caller().allows(resource, "read", Target(standard=True))
    assert not caller().allows(resource, "read", Target(standard=False))
    assert not caller().allows(resource, "update", Target(standard=True))
    assert caller().admits(resource, "read")
    assert not caller().admits(resource, "create")


def test_without_any_grant_ones_own_executions_are_readable():
    assert caller().allows("executions", "read", Target(owner=ME))
    assert not caller().allows("executions", "read", Target(owner=OTHER))
    assert not caller().admits("keys", "read")


def test_even_an_administrator_does_not_see_another_identitys_pack():
    administrator = caller(*(Grant(kind, frozenset(ACTIONS)) for kind in ("packs", "keys")))
    theirs = Target(ref="p", pack_ref="p", owner=OTHER)

    assert not administrator.allows("packs", "read", theirs)
    assert not administrator.allows("packs", "delete", theirs)
    assert caller(grant("packs", "read", pack_refs=["p"])).allows("packs", "read", theirs)
    assert administrator.allows("packs", "delete", Target(ref="p", owner=ME))
    assert caller().allows("packs", "read", Target(ref="p", owner=ME))
    assert administrator.allows("packs", "read", Target(ref="p"))


def test_a_key_of_an_identity_is_its_own_affair():
    administrator = caller(Grant("keys", frozenset(ACTIONS)))
    theirs = Target(owner_type="identity", owner=OTHER)

    assert not any(administrator.allows("keys", action, theirs) for action in ("read", "update", "delete", "decrypt"))
    assert administrator.allows("keys", "create", theirs)
    assert not caller(grant("keys", "create")).allows("keys", "create", theirs)
    assert caller(grant("keys", "read")).allows("keys", "read", Target(owner_type="identity", owner=ME))


def test_the_server_itself_may_do_everything():
    assert SYSTEM.allows("packs", "delete", Target(owner=OTHER))


def test_a_caller_covers_only_grants_it_holds():
    editor = caller(Grant("actions", frozenset({"read", "update"})), grant("packs", "read", pack_refs=["a"]))

    assert editor.covers((grant("actions", "read"), grant("actions", "update", pack_refs=["z"])))
    assert not editor.covers((grant("actions", "delete"),))
    assert editor.covers((grant("packs", "read", pack_refs=["a"]),))
    assert not editor.covers((grant("packs", "read"),))


def test_grants_are_read_from_both_spellings_and_odd_ones_are_skipped():
    read = grants_of(
        [
            {"resource": "packs", "action": "read"},
            {"resource": "keys", "actions": ["read", "update"], "constraints": {"refs": ["a"], "owner": None}},
            {"actions": ["read"]},
            "nonsense",
        ]
    )

    assert read == (
        Grant("packs", frozenset({"read"})),
        Grant("keys", frozenset({"read", "update"}), {"refs": ["a"]}),
    )
