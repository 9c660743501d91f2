"""The workflows that are measured; every task is `core.noop`."""

from __future__ import annotations

from typing import Any

from app.engine.access import SYSTEM
from app.persistence import session
from app.persistence.models import Pack
from app.services import workflows

NOOP = {"action": "core.noop"}


def chain(tasks: int) -> dict[str, Any]:
    """t0 -> t1 -> ... -> t<n-1>"""
    names = [f"t{number}" for number in range(tasks)]
    following = [[{"do": [name]}] for name in names[1:]] + [[]]
    return _definition([{"name": n, **NOOP, "next": f} for n, f in zip(names, following, strict=True)])


def fan() -> dict[str, Any]:
    """One task per item of `parameters.items`, then one more task."""
    each = {"name": "each", **NOOP, "with_items": "{{ parameters.items }}", "next": [{"do": ["last"]}]}
    found = _definition([each, {"name": "last", **NOOP, "join": "all"}])
    return {**found, "parameters": {"items": {"type": "array", "required": True}}}


def diamond() -> dict[str, Any]:
    """a -> b, c -> d -> e: five tasks."""
    tasks = [
        {"name": "a", **NOOP, "next": [{"do": ["b", "c"]}]},
        {"name": "b", **NOOP, "next": [{"do": ["d"]}]},
        {"name": "c", **NOOP, "next": [{"do": ["d"]}]},
        {"name": "d", **NOOP, "join": "all", "next": [{"do": ["e"]}]},
        {"name": "e", **NOOP},
    ]
    return _definition(tasks)


def moving(steps: int, every_s: float) -> dict[str, Any]:
    """A chain in which something happens every few seconds, and no worker is kept."""
    chained = chain(steps)
    return {**chained, "tasks": [{**task, "delay": every_s} for task in chained["tasks"]]}


def _definition(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": "1.0.0", "tasks": tasks}


def save(name: str, definition: dict[str, Any]) -> str:
    """Keep a workflow in the pack `bench`; its ref."""
    ref = f"bench.{name}"
    schema = definition.get("parameters")
    body = {"ref": ref, "pack_ref": "bench", "label": name, "version": "1", "definition": definition}
    workflows.create(body=body if schema is None else {**body, "param_schema": schema}, by=SYSTEM)
    return ref


def save_all(*, chains: tuple[int, ...] = (1, 100)) -> None:
    """The pack `bench` with `chain_<n>`, `fan` and `diamond`."""
    with session.transaction() as tx:
        tx.session.add(Pack(ref="bench", label="Benchmarks", version="1"))
    for tasks in chains:
        save(f"chain_{tasks}", chain(tasks))
    save("fan", fan())
    save("diamond", diamond())
