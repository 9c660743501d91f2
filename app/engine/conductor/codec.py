"""A run's state as JSON and back: one small header, one document per visit.

Results, variables, parameters and secrets are stored by whoever keeps the run; items once per visit
(`SaveVisit.values`). Counters are not stored: they follow from the visits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from immutables import Map

from app.engine.conductor.plan import Plan
from app.engine.conductor.reports import TaskError
from app.engine.conductor.results import MemoryResults
from app.engine.conductor.state import Arrival, Items, Results, RunState, TransitionTaken, Visit
from app.engine.conductor.tally import tally
from app.engine.statuses import Outcome, TaskState

HEADER = (
    "status", "paused", "stopping", "stop_reason", "timed_out", "failed_on_purpose", "failures", "faults", "forced",
    "error", "started_at", "ended_at", "serial",
)  # fmt: skip
_VISIT_DEFAULTS = {f.name: f.default for f in fields(Visit)}


def encode_header(state: RunState) -> dict[str, Any]:
    """The run without visits, results, parameters, variables, context, config and secrets.

    Keys are the attributes of `RunState`; values that are at rest (None, False, empty) are left out.
    Secrets are left out on purpose: store them sealed and give them back to `decode`.
    """
    found = ((name, getattr(state, name)) for name in HEADER)
    return {name: encode_plain(value) for name, value in found if value not in (None, False, (), 0)}


def encode_visit(visit: Visit) -> dict[str, Any]:
    """One visit; keys are the attributes of `Visit`, those at their defaults are left out.

    `items` lacks `values` (see `SaveVisit.values`): its size does not depend on the number of items.
    """
    return {
        name: encode_field(name, value)
        for name in _VISIT_DEFAULTS
        if (value := getattr(visit, name)) != _VISIT_DEFAULTS[name]
    }


def encode_field(name: str, value: Any) -> Any:
    """JSON of one attribute of a visit."""
    if name == "arrivals":
        return [[a.task, a.visit] for a in value]
    if name == "items" and value is not None:
        return encode_items(value)
    if name == "transitions":
        return [_encode_transition(t) for t in value]
    return encode_plain(value)


def encode_items(items: Items) -> dict[str, Any]:
    """The progress of a visit's items, without the items."""
    encoded: dict[str, Any] = {"total": items.total, "next_index": items.next_index}
    if items.live:
        encoded["live"] = {str(index): attempt for index, attempt in sorted(items.live.items())}
    for name in ("waiting", "held"):
        if indexes := getattr(items, name):
            encoded[name] = sorted(indexes)
    if items.redo:
        encoded["redo"] = list(items.redo)
    encoded.update({n: c for n in ("succeeded", "failed", "cancelled") if (c := getattr(items, n))})
    return encoded


def decode(
    plan: Plan,
    *,
    header: Mapping[str, Any],
    variables: Mapping[str, Any],
    visits: Iterable[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    config: Mapping[str, Any] | None,
    kv: Any,
    results: Results,
    inquiries: Any,
    secrets: frozenset[str] = frozenset(),
) -> RunState:
    """The state that `encode_header` and `encode_visit` were made from.

    Args:
        visits: the documents, any order; one with unfinished items carries them as `values` beside its own keys.
        secrets: `RunState.secrets` as it was.
    """
    decoded = [decode_visit(document) for document in visits]
    latest: dict[str, int] = {}
    for visit in decoded:
        latest[visit.task] = max(visit.number, latest.get(visit.task, 0))
    state = RunState(
        plan=plan,
        parameters=dict(parameters),
        variables=Map(variables),
        visits=Map({visit.key: visit for visit in decoded}),
        latest=Map(latest),
        results=results,
        context=dict(context),
        config=dict(config or {}),
        kv=kv,
        inquiries=inquiries,
        secrets=secrets,
        **decode_header(header),
    )
    return tally(state)


def decode_header(header: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of `RunState` from the header's JSON."""
    decoded: dict[str, Any] = dict(header)
    for name in ("started_at", "ended_at"):
        if header.get(name):
            decoded[name] = datetime.fromisoformat(header[name])
    for name in ("failures", "failed_on_purpose"):
        decoded[name] = tuple(header.get(name, ()))
    decoded["faults"] = tuple(TaskError(*fault) for fault in header.get("faults", ()))
    decoded["error"] = _decode_error(header.get("error"))
    return decoded


def decode_visit(document: Mapping[str, Any]) -> Visit:
    """One visit from its JSON (with `values` beside it while items are unfinished)."""
    decoded: dict[str, Any] = {name: document[name] for name in _VISIT_DEFAULTS if name in document}
    decoded["state"] = TaskState(document["state"])
    decoded["arrivals"] = tuple(Arrival(*pair) for pair in document.get("arrivals", ()))
    decoded["transitions"] = tuple(_decode_transition(t) for t in document.get("transitions", ()))
    decoded["children"] = tuple(document.get("children", ()))
    decoded["error"] = _decode_error(document.get("error"))
    if document.get("outcome"):
        decoded["outcome"] = Outcome(document["outcome"])
    if document.get("items"):
        decoded["items"] = _decode_items(document["items"], tuple(document.get("values") or ()))
    for name in ("retry_at", "delay_until", "started_at", "ended_at"):
        if document.get(name):
            decoded[name] = datetime.fromisoformat(document[name])
    return Visit(**decoded)


def encode_memory_results(results: MemoryResults) -> dict[str, Any]:
    """Results in memory as JSON, for tests and rehearsals."""
    return {
        "whole": [[*key, result] for key, result in results.whole.items()],
        "items": [[*key, index, r] for key, found in results.items.items() for index, r in found.items()],
        "failures": [[*key, index, e] for key, found in results.failures.items() for index, e in found.items()],
    }


def decode_memory_results(encoded: Mapping[str, Any]) -> MemoryResults:
    results = MemoryResults()
    for task, visit, result in encoded["whole"]:
        results = results.with_result(task, visit, None, result)
    for task, visit, index, result in encoded["items"]:
        results = results.with_result(task, visit, index, result)
    for task, visit, index, entry in encoded["failures"]:
        results = results.with_result(task, visit, index, None, failed=entry)
    return results


def encode_plain(value: Any) -> Any:
    """JSON of a plain attribute: times as ISO text, errors as `[type, message]`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, TaskError):
        return [value.type, value.message]
    if isinstance(value, tuple):
        return [encode_plain(part) for part in value]
    return value


def _decode_error(pair: Any) -> TaskError | None:
    return None if pair is None else TaskError(*pair)


def _encode_transition(taken: TransitionTaken) -> dict[str, Any]:
    encoded: dict[str, Any] = {"index": taken.index, "taken": taken.taken}
    if taken.when is not None:
        encoded["when"] = taken.when
    for name in ("targets", "published"):
        if names := getattr(taken, name):
            encoded[name] = list(names)
    if taken.reason is not None:
        encoded["reason"] = taken.reason
    return encoded


def _decode_transition(document: Mapping[str, Any]) -> TransitionTaken:
    return TransitionTaken(
        index=document["index"],
        when=document.get("when"),
        taken=document["taken"],
        targets=tuple(document.get("targets", ())),
        published=tuple(document.get("published", ())),
        reason=document.get("reason"),
    )


def _decode_items(document: Mapping[str, Any], values: tuple[Any, ...]) -> Items:
    return Items(
        total=document["total"],
        next_index=document["next_index"],
        live=Map({int(index): attempt for index, attempt in document.get("live", {}).items()}),
        waiting=frozenset(document.get("waiting", ())),
        held=frozenset(document.get("held", ())),
        redo=tuple(document.get("redo", ())),
        succeeded=document.get("succeeded", 0),
        failed=document.get("failed", 0),
        cancelled=document.get("cancelled", 0),
        values=values,
    )
