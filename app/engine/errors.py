"""Every error of Attune, one tree. Messages are safe to show; attributes carry the data.

AppError
├── EngineError
│   ├── InvalidDefinition      a workflow text or document is wrong; carries every problem
│   ├── EditRefused            an edit of a text makes no sense, or would change more than was asked
│   ├── ExpressionFailed       a template could not be compiled or evaluated
│   ├── InvalidValue           a value does not fit its schema; carries every mismatch
│   └── LimitExceeded          a limit of the settings was reached; names the setting
├── ServiceError
│   ├── NotFound
│   ├── Conflict               the object's state does not allow it, or it exists already
│   │   └── EditConflict       somebody else changed the same workflow meanwhile; shows both
│   ├── Forbidden
│   ├── Unauthenticated
│   ├── BadRequest             an impossible request (bad archive, bad query value)
│   ├── TooLarge               what was sent is above a limit that holds for this call
│   ├── Invalid                well-formed but unacceptable; details: [{path, message}]
│   └── NotConfigured          a feature that this server has not been given
├── RunnerError                an action could not be run; `retryable` says whether trying again may help
│   └── EnvironmentBroken      what a pack asks for could not be installed; carries the installer's output
└── StorageError               the database refused; `retryable` likewise
    └── StorageInUse           two transactions stood in each other's way; trying again helps at once
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class AppError(Exception):
    """Base of all our errors. `message` is one or two sentences for a person: what, where, way out."""

    def __init__(self, message: str, *, details: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class EngineError(AppError):
    """Raised by the pure core."""


class InvalidDefinition(EngineError):
    """A workflow definition has errors; `problems` holds all of them (app.engine.spec.problems.Problem)."""

    def __init__(self, message: str, problems: Sequence[Any]) -> None:
        super().__init__(message, details=[{"path": p.path, "message": p.message} for p in problems])
        self.problems = tuple(problems)


class EditRefused(EngineError):
    """An edit of a workflow text can't be made; the text stays as it is. details: [{path, message}] about the operation."""

    def __init__(self, message: str, *, key: str = "operation") -> None:
        super().__init__(message, details=[{"path": key, "message": message}])


class ExpressionFailed(EngineError):
    """A template or condition could not be compiled or evaluated.

    Attributes:
        expression: the text as the author wrote it.
        kind: syntax | undefined | type | limit | value
        hint: the way out, or None (also part of `message`).
        near: near names, when a name is unknown.
        column: 1-based position inside `expression`, when known.
    """

    def __init__(
        self,
        message: str,
        *,
        expression: str,
        kind: str = "value",
        hint: str | None = None,
        near: Sequence[str] = (),
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.expression = expression
        self.kind = kind
        self.hint = hint
        self.near = tuple(near)
        self.column = column


class InvalidValue(EngineError):
    """A value does not fit its schema. details: [{path, message}], all mismatches."""


class LimitExceeded(EngineError):
    """A limit was reached; `setting` is the name of the environment variable that raises it."""

    def __init__(self, message: str, *, setting: str) -> None:
        super().__init__(message)
        self.setting = setting


class ServiceError(AppError):
    """Raised by use cases; api/errors.py and web/errors.py map each subclass to one status code."""


class NotFound(ServiceError):
    """Unknown object, or one the caller may not know about."""


class Conflict(ServiceError):
    """A duplicate, or a state that does not allow the operation."""


class EditConflict(Conflict):
    """Somebody else changed the workflow that is being saved; nothing of it was overwritten.

    details: {kind: revision | file, head, base?, yours?, file?, merge?}, see app/services/edit_conflicts.py.
    """


class Forbidden(ServiceError):
    """Known caller, not permitted."""


class Unauthenticated(ServiceError):
    """No, wrong or expired credentials."""


class BadRequest(ServiceError):
    """An impossible request."""


class TooLarge(ServiceError):
    """What was sent is above a limit that holds for this call."""


class Invalid(ServiceError):
    """Well-formed but unacceptable. details: [{path, message}]."""


class TooMany(ServiceError):
    """A rate limit; `retry_after_s` says when to come back."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotConfigured(ServiceError):
    """A feature that this server has not been given."""


class RunnerError(AppError):
    """An action could not be run at all (no interpreter, no content, no environment)."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class EnvironmentBroken(RunnerError):
    """The environment of a pack could not be built; `log` is what the installer said."""

    def __init__(self, message: str, *, log: str) -> None:
        super().__init__(message, retryable=True)
        self.log = log


class StorageError(AppError):
    """The database refused or is away."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class StorageInUse(StorageError):
    """The database ended this transaction for the sake of another (deadlock); nothing of it was written."""
