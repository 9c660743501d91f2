"""Asking: by a workflow (`core.ask`, `__inquiry`) or by a client. What is shown is frozen here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Forbidden, Invalid, InvalidValue, NotFound
from app.engine.inquiries.asking import MAX_EVIDENCE_TEXT, Ask, Named, parse_ask, with_excluded
from app.engine.inquiries.policy import Assignees, Policy
from app.engine.inquiries.responses import check_ask
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_people
from app.persistence.session import Transaction
from app.services import ports
from app.services.inquiries.alarms import set_alarms
from app.services.inquiries.rows import Row
from app.services.notices.writing import tell


def open_inquiry(
    tx: Transaction,
    *,
    execution_id: int,
    workflow_execution_id: int | None,
    task_name: str | None,
    input: Mapping[str, Any],
    timeout_s: float | None,
    now: datetime,
) -> int:
    """Ask on behalf of the engine; the id of the pending inquiry. Its end ends `execution_id`.

    Args:
        input: of `core.ask`, already masked where it holds secrets; it is shown to people as it is.

    Raises:
        InvalidValue: details hold every mistake as {path, message}.

    Source: api.md 10.2.
    """
    ask = parse_ask(input)
    check_ask(ask)
    place = _Place(execution_id, workflow_execution_id, task_name)
    values = {
        **_frozen(tx, ask, place),
        "asked_by_engine": True,
        "timeout_at": now + timedelta(seconds=timeout_s) if timeout_s else None,
    }
    inquiry_id = _add(tx, values, now=now)
    set_alarms(tx, inquiry_id, Policy.from_doc(values["policy"]), asked_at=now)
    return inquiry_id


def _add(tx: Transaction, values: dict[str, Any], *, now: datetime) -> int:
    inquiry_id = inquiries.add(tx, values, now=now)
    asked = {"claimed_by": None, "response": None, **values, "id": inquiry_id}
    tell(tx, asked, "asked", now=now)
    return inquiry_id


@dataclass(frozen=True, slots=True)
class _Place:
    execution_id: int
    workflow_execution_id: int | None
    task_name: str | None


def _frozen(tx: Transaction, ask: Ask, place: _Place) -> dict[str, Any]:
    assignees = _people(tx, ask.assigned, "assigned_to")
    return {
        "execution": place.execution_id,
        "workflow_execution": place.workflow_execution_id,
        "task_name": place.task_name,
        "prompt": ask.prompt,
        "response_schema": ask.response_schema,
        "assigned_to": assignees.single,
        "assignees": assignees.to_doc(),
        "default_response": ask.default_response,
        "evidence": [_shown(tx, piece, place) for piece in ask.evidence],
        "buttons": list(ask.buttons),
        "policy": _policy(tx, ask, place).to_doc(),
        "status": "pending",
        "answers": [],
    }


def _policy(tx: Transaction, ask: Ask, place: _Place) -> Policy:
    policy = ask.policy
    if policy.exclude:
        policy = with_excluded(policy, inquiry_people.origins(tx, place.execution_id, place.workflow_execution_id))
    if ask.escalate:
        after, named = ask.escalate
        people = _people(tx, named, "escalate.to")
        policy = replace(policy, escalate={"after": after, "to": people.to_doc()})
    return policy


def _people(tx: Transaction, named: Named, path: str) -> Assignees:
    known = inquiry_people.ids_of(tx, [*named.people, *_numbers(named.people)])
    found = {person: _known(known, person) for person in named.people}
    if unknown := [person for person, identity_id in found.items() if identity_id is None]:
        message = f"there is no identity {', '.join(repr(p) for p in unknown)}"
        raise InvalidValue(f"The inquiry can't be asked: {path}: {message}", details=[{"path": path, "message": message}])
    return Assignees(tuple(dict.fromkeys(i for i in found.values() if i is not None)), named.roles)


def _known(known: Mapping[int | str, int], person: int | str) -> int | None:
    """A text of digits that is nobody's login counts as an id: templates often yield one."""
    return known.get(person) or next((known[n] for n in _numbers([person]) if n in known), None)


def _numbers(people: Iterable[int | str]) -> list[int]:
    return [int(p) for p in people if isinstance(p, str) and p.isascii() and p.isdigit() and len(p) < 18]


def _shown(tx: Transaction, piece: dict[str, Any], place: _Place) -> dict[str, Any]:
    """A log is copied as it is now: what people saw stays with their answer."""
    if piece["kind"] != "log_of" or place.workflow_execution_id is None:
        return piece
    tail = inquiry_people.log_tail(tx, place.workflow_execution_id, piece["log_of"])
    return {**piece, "text": tail[-MAX_EVIDENCE_TEXT:]}


def create(
    *,
    execution_id: int,
    prompt: str,
    by: Caller,
    response_schema: dict[str, Any] | None = None,
    assigned_to: int | None = None,
    timeout_at: datetime | None = None,
    default_response: Any = None,
) -> int:
    """Ask on behalf of a client, about an execution in any state; that execution is not touched. The id.

    Raises:
        NotFound (execution or identity), Forbidden, Invalid.

    Source: api.md 10.
    """
    now = ports.now()
    with session.transaction() as tx:
        asking = _asking(tx, execution_id, by)
        if assigned_to is not None and not inquiry_people.ids_of(tx, [assigned_to]):
            raise NotFound(f"There is no identity {assigned_to}.")
        place = _Place(execution_id, asking["workflow_run"], asking["task_name"])
        ask = _ask(prompt, response_schema, assigned_to, default_response)
        inquiry_id = _add(tx, {**_frozen(tx, ask, place), "timeout_at": timeout_at}, now=now)
        inquiries.touch_run(tx, place.workflow_execution_id)
    return inquiry_id


def _asking(tx: Transaction, execution_id: int, by: Caller) -> Row:
    """The execution the question is about. Asking takes the right, or being that execution or who started it."""
    asking = inquiry_people.execution(tx, execution_id)
    own = asking is not None and by.identity_id == asking["executor"]
    if not (by.may("inquiries", "create") or by.execution_id == execution_id or own):
        raise Forbidden(f"{by.login} is not permitted to ask: it takes inquiries:create.")
    if asking is None:
        raise NotFound(f"There is no execution {execution_id}.")
    return asking


def _ask(prompt: str, schema: dict[str, Any] | None, assigned_to: int | None, default: Any) -> Ask:
    given = {"prompt": prompt, "response_schema": schema, "assigned_to": assigned_to, "default_response": default}
    try:
        ask = parse_ask(given)
        check_ask(ask)
    except InvalidValue as error:
        raise Invalid(error.message, details=error.details) from error
    return ask
