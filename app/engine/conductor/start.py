"""The state of a run that has not begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from immutables import Map

from app.engine.conductor.plan import Plan
from app.engine.conductor.results import MemoryResults
from app.engine.conductor.state import Results, RunState


def new_run(
    plan: Plan,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    kv: Any = None,
    results: Results | None = None,
    inquiries: Any = None,
) -> RunState:
    """A run in status `requested`; `Started` begins it (and evaluates `vars`).

    Args:
        parameters: checked and with defaults filled in.
        context: the `system` namespace but for `timestamp`, which each step sets (language.md 7).
        kv: the key store port of templates; inquiries: task name -> view of its latest inquiry, lazily.
    """
    return RunState(
        plan=plan,
        status="requested",
        parameters=dict(parameters),
        variables=Map(),
        visits=Map(),
        latest=Map(),
        results=MemoryResults() if results is None else results,
        context=dict(context),
        config=dict(config or {}),
        kv=kv,
        inquiries=inquiries,
    )
