"""What services need from outside, as one object per process: time, ids, the broker, sealing, settings.

Composition roots and tests call `use(Ports(...))`; services read `current()`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from cryptography.fernet import Fernet

from app.services.tracing import NoTracer, Tracer
from app.settings import Settings


class Hint(NamedTuple):
    """A message for workers: ids only. `kind` as in the dispatch_outbox model."""

    kind: str
    execution_id: int
    outbox_id: int


class Dispatcher(Protocol):
    """Hands hints to workers. Must not raise: a lost hint is sent again by the sweep."""

    def send(self, hints: Sequence[Hint]) -> None: ...


class NoDispatcher:
    """Sends nothing; the sweeps alone move the work (tests, `attune doctor`)."""

    def send(self, hints: Sequence[Hint]) -> None:
        return


@dataclass(slots=True)
class Collected:
    """A dispatcher that keeps the hints, for tests that deliver them by hand."""

    hints: list[Hint] = field(default_factory=list)

    def send(self, hints: Sequence[Hint]) -> None:
        self.hints.extend(hints)


class Sealer:
    """Encrypts JSON values at rest (Fernet: AES-128-CBC with HMAC)."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, value: Any) -> bytes:
        return self._fernet.encrypt(json.dumps(value, separators=(",", ":")).encode())

    def open(self, sealed: bytes) -> Any:
        return json.loads(self._fernet.decrypt(sealed))


@dataclass(slots=True)
class Ports:
    """Everything a service asks of the world around it."""

    settings: Settings
    sealer: Sealer
    dispatcher: Dispatcher = field(default_factory=NoDispatcher)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    tracer: Tracer = field(default_factory=NoTracer)
    new_token: Callable[[], str] = lambda: secrets.token_hex(16)


_current: Ports | None = None


def use(ports: Ports) -> None:
    global _current
    _current = ports


def current() -> Ports:
    if _current is None:
        raise RuntimeError("No ports are set up in this process: call create_app() first.")
    return _current


def now() -> datetime:
    return current().clock()


def settings() -> Settings:
    return current().settings
