"""What templates can call: one class for functions, filters and tests, and the registry they are declared in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import Undefined
from jinja2.utils import _PassArg

from app.engine.expressions.refusals import Refused
from app.engine.expressions.values import View, require, type_name

if TYPE_CHECKING:
    from app.engine.expressions.context import RenderContext

_F = TypeVar("_F", bound=Callable[..., Any])


class Call:
    """One thing templates can call. Refuses undefined arguments, counts time, keeps what it gives within limits.

    Attributes:
        signature: how it is written, for messages and the editor, e.g. `join(list, separator="")`.
        doc: one line for people.
    """

    __slots__ = ("_arguments", "_implementation", "_takes_missing", "doc", "name", "signature")
    jinja_pass_arg = _PassArg.context  # Jinja2 passes the context first when it calls a filter or test

    def __init__(
        self, implementation: Callable[..., Any], signature: str, doc: str, *, takes_missing: bool = False
    ) -> None:
        self._implementation = implementation
        self._takes_missing = takes_missing
        self._arguments = inspect.signature(implementation)
        self.name = signature.partition("(")[0]
        self.signature = signature
        self.doc = doc

    def __call__(self, context: RenderContext, *args: Any, **kwargs: Any) -> Any:
        context.budget.check_time()
        start = 1 if self._takes_missing else 0
        for value in (*args[start:], *kwargs.values()):
            if isinstance(value, Undefined):
                require(value)
        args = tuple([v.as_json() if isinstance(v, View) else v for v in args])
        try:
            given = self._implementation(context, *args, **kwargs)
        except TypeError as problem:
            raise self._explained(problem, context, args, kwargs) from None
        if context.scope.secrets:
            _follow_secrets(context.scope.secrets, args, given)
        return _bounded(given, context)

    def _explained(self, problem: TypeError, context: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Refused:
        try:
            self._arguments.bind(context, *args, **kwargs)
        except TypeError:
            return Refused(f"Wrong arguments for {self.name}", kind="type", hint=f"it is written {self.signature}")
        return Refused(f"{self.name} can't take a value of this type: {problem}", kind="type")


@dataclass(slots=True)
class Registry:
    """Calls by name, in the order they are declared."""

    calls: dict[str, Call] = field(default_factory=dict)

    def add(self, signature: str, doc: str, *also: Registry, takes_missing: bool = False) -> Callable[[_F], _F]:
        """Declare the decorated `f(context, ...)` here and in the registries of `also`."""

        def declare(implementation: _F) -> _F:
            call = Call(implementation, signature, doc, takes_missing=takes_missing)
            for registry in (self, *also):
                registry.calls[call.name] = call
            return implementation

        return declare

    def alias(self, name: str, other: str) -> None:
        self.calls[name] = self.calls[other]


functions = Registry()
filters = Registry()
tests = Registry()


def entries_of(value: Any, who: str) -> list[Any]:
    """The entries of a list, the keys of a mapping; anything else is a type error that names `who`."""
    if isinstance(value, list):
        return value
    if isinstance(value, tuple | range | Mapping):
        return list(value)
    raise Refused(f"{who} needs a list, not {type_name(value)}", kind="type")


def text_of(value: Any, who: str) -> str:
    """The value when it is text; anything else is a type error that names `who`."""
    if isinstance(value, str):
        return value
    raise Refused(f"{who} needs a text, not {type_name(value)}", kind="type", hint="string(x) makes a text of a value")


def _bounded(given: Any, context: RenderContext) -> Any:
    if isinstance(given, Iterator):
        given = list(_counted(given, context))
    if isinstance(given, str):
        context.budget.text(len(given))
        return given if type(given) is str else str(given)
    if isinstance(given, list):
        context.budget.entries(len(given))
    return given


def _counted(entries: Iterator[Any], context: RenderContext) -> Iterator[Any]:
    for entry in entries:
        context.budget.turn()
        yield entry


def _follow_secrets(secrets: set[str], args: tuple[Any, ...], given: Any) -> None:
    # a secret stays one in another form: upper case, encoded, cut
    forms = [g for g in (given if isinstance(given, list) else [given]) if isinstance(g, str) and len(g) >= 4]
    texts = [a for a in args if isinstance(a, str)]
    if forms and any(secret in text for text in texts for secret in secrets if len(secret) >= 4):
        secrets.update(forms)
