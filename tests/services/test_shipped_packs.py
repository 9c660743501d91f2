"""The packs that ship: loaded at start, all of them valid, nothing of the contract missing."""

from __future__ import annotations

import pytest

from app.engine.access import SYSTEM
from app.persistence import session
from app.persistence.models import PermissionSet
from app.queries import actions, packs, runtimes, workflows
from app.services import packs as pack_services
from app.services.workflows import load_spec


@pytest.fixture
def shipped(database: object) -> list[str]:
    return pack_services.load_shipped()


def test_core_and_examples_are_loaded_at_the_first_start_and_left_alone_afterwards(shipped: list[str]) -> None:
    again = pack_services.load_shipped()

    assert shipped == ["core", "examples", "release"]
    assert again == []


def test_the_core_pack_is_standard_and_has_what_the_contract_names(shipped: list[str]) -> None:
    core = packs.get_pack(ref="core", by=SYSTEM)
    refs = {row["ref"] for row in actions.list_actions(by=SYSTEM, pack_ref="core", limit=100)[0]}
    names = {row["ref"] for row in runtimes.list_runtimes(by=SYSTEM)[0]}

    assert core["is_standard"] is True
    assert refs == {f"core.{name}" for name in ("echo", "set", "fail", "noop", "sleep", "http_request", "ask")}
    assert names == {"core.shell", "core.python", "core.nodejs", "core.native"}


def test_the_permission_sets_hold_exactly_the_grants_of_the_contract(shipped: list[str]) -> None:
    with session.reading() as tx:
        grants = {row.ref: row.grants for row in tx.session.query(PermissionSet)}

    executor = {g["resource"]: g["actions"] for g in grants["core.executor"]}
    assert set(grants) == {"core.admin", "core.editor", "core.executor", "core.viewer"}
    assert executor.pop("actions") == ["read", "execute"]
    assert executor == {r: ["read"] for r in ("packs", "rules", "triggers", "executions", "keys", "artifacts", "runtimes", "workers")}
    assert len(grants["core.admin"]) == 17
    assert {tuple(g["actions"]) for g in grants["core.viewer"]} == {("read",)}


def test_every_example_is_registered_without_a_warning_and_can_be_parsed_again(shipped: list[str]) -> None:
    rows, total = workflows.list_workflows(by=SYSTEM, pack_ref="examples", limit=1000)

    found = {row["ref"]: workflows.get_workflow(ref=row["ref"], by=SYSTEM) for row in rows}

    assert total >= 40
    assert {ref: flow["warnings"] for ref, flow in found.items() if flow["warnings"]} == {}
    for ref, flow in found.items():
        assert load_spec(flow["revision"]).ref == ref
