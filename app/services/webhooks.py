"""What strangers post to the address of a trigger becomes an event, when it passes every check.

Source: api.md 12. The order of the checks is the contract's: size, address, rate, signature; then the body is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.engine.errors import BadRequest, Forbidden, NotFound, TooMany, Unauthenticated
from app.engine.times import iso
from app.engine.webhooks import WebhookSettings, client_address, is_signed, is_within, settings_of
from app.persistence import session
from app.persistence.models import Trigger
from app.persistence.repositories import trigger_events, triggers
from app.persistence.session import Transaction
from app.services import ports, webhook_keys
from app.services.trigger_events import Happening, record

SOURCE = "webhook"
SIGNATURES = ("X-Webhook-Signature", "X-Hub-Signature-256")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it came. `headers` by name, letter case aside; `peer`: the address at the other end."""

    body: bytes
    headers: Mapping[str, str]
    peer: str

    @property
    def sender(self) -> str:
        return client_address(self.peer, self.headers, proxies=ports.settings().trusted_proxies)


def receive(*, key: str, delivery: Delivery, read: Callable[[bytes], Any]) -> dict[str, Any]:
    """Keep what was posted as one event, whatever number of rules listens: {event_id, trigger_ref, received_at}.

    Args:
        read: makes a JSON value of the body; raises BadRequest.

    Raises:
        NotFound: no webhook has this key. BadRequest: too large, empty, no JSON. Forbidden: the sender's address.
        TooMany: the rate. Unauthenticated: the signature.
    """
    now = ports.now()
    with session.reading() as tx:  # refused without a lock
        row = _known(triggers.by_key(tx, key))
        wanted = settings_of(row.webhook_config)
        _check(tx, row, wanted, delivery, now)
    document = _document(delivery, read)
    with session.transaction() as tx:
        row = _known(triggers.held_by_key(tx, key, alone=wanted.rate is not None))
        _check_rate(tx, row, wanted, now)
        payload = document["payload"] if _is_wrapped(document) else document
        config = {"webhook": _circumstances(document, delivery)}
        event_id = record(tx, Happening(row, payload, config, source_ref=SOURCE), now=now)
    return {"event_id": event_id, "trigger_ref": row.ref, "received_at": iso(now)}


def _known(row: Trigger | None) -> Trigger:
    if row is None:
        raise NotFound("There is no webhook at this address.")
    return row


def _check(tx: Transaction, row: Trigger, wanted: WebhookSettings, delivery: Delivery, now: datetime) -> None:
    if wanted.largest_body is not None and len(delivery.body) > wanted.largest_body:
        raise BadRequest(f"The body has more than the {wanted.largest_body // 1024} KiB that this webhook takes.")
    if wanted.addresses is not None and not is_within(delivery.sender, wanted.addresses):
        raise Forbidden("This webhook does not take requests from your address.")
    _check_rate(tx, row, wanted, now)
    if wanted.algorithm is not None:
        _check_signature(row, wanted.algorithm, delivery)


def _check_rate(tx: Transaction, row: Trigger, wanted: WebhookSettings, now: datetime) -> None:
    if wanted.rate is None:
        return
    requests, seconds = wanted.rate
    since = now - timedelta(seconds=seconds)
    if trigger_events.count_since(tx, row.id, source_ref=SOURCE, since=since) >= requests:
        raise TooMany(f"This webhook takes {requests} requests in {seconds} seconds.", retry_after_s=seconds)


def _check_signature(row: Trigger, algorithm: str, delivery: Delivery) -> None:
    header = next((delivery.headers.get(name) for name in SIGNATURES if delivery.headers.get(name)), None)
    if not is_signed(delivery.body, header, secret=webhook_keys.secret_of(row), algorithm=algorithm):
        raise Unauthenticated(f"The signature is missing or wrong; send {SIGNATURES[0]}: {algorithm}=<hex of the body>.")


def _document(delivery: Delivery, read: Callable[[bytes], Any]) -> Any:
    if not delivery.body.strip():
        raise BadRequest("The body is empty; post JSON.")
    return read(delivery.body)


def _is_wrapped(document: Any) -> bool:
    return isinstance(document, dict) and "payload" in document


def _circumstances(document: Any, delivery: Delivery) -> dict[str, Any]:
    """Who sent it: what a relay says beside the payload, else what the request itself shows."""
    said = document if _is_wrapped(document) else {}
    found = {
        "source_ip": said.get("source_ip") or delivery.sender,
        "user_agent": said.get("user_agent") or delivery.headers.get("User-Agent"),
        "headers": said.get("headers") or {},
    }
    return {key: value for key, value in found.items() if value}
