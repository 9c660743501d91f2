"""`kv` and `keystore`: the datastore, asked only for the keys a text names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from app.engine.expressions.missing import Missing
from app.engine.expressions.refusals import Refused
from app.engine.expressions.values import View

if TYPE_CHECKING:
    from app.engine.expressions.scope import Scope

NOT_GIVEN = object()


class KeysView(View):
    """What `kv` is in a template. References have dots, so `keystore.a.b` is tried as the key `a.b` first."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def field(self, name: str) -> Any:
        value = self._find(name)
        if value is NOT_GIVEN:
            raise KeyError(name)
        return value

    def field_names(self) -> Iterable[str]:
        return ()

    def as_json(self) -> Any:
        raise Refused("The key store is no value", kind="type", hint="write kv.get('name') or keystore.name")

    def get(self, ref: Any, default: Any = NOT_GIVEN) -> Any:
        """`kv.get('a.b', default=...)`."""
        return self._given(ref, self._find(_text(ref)), default)

    def get_secret(self, ref: Any, default: Any = NOT_GIVEN) -> Any:
        """`kv.get_secret('a.b')`; what it gives is remembered as secret."""
        store = self._store()
        try:
            found = store.get_secret(_text(ref))
        except KeyError:
            return self._given(ref, NOT_GIVEN, default)
        except PermissionError:
            raise Refused(f"Key '{ref}' may not be decrypted here", kind="value", hint="it needs keys:decrypt") from None
        return self._scope.secret(found)

    def at(self, path: tuple[str, ...]) -> Any:
        """`keystore.a.b.c`: the longest key that exists, then the fields inside its value."""
        for length in range(len(path), 0, -1):
            value = self._find(".".join(path[:length]))
            if value is not NOT_GIVEN:
                return _inside(value, path[length:], path)
        return _unknown(".".join(path))

    def _find(self, ref: str) -> Any:
        try:
            return self._store().get(ref)
        except KeyError:
            return NOT_GIVEN

    def _store(self) -> Any:
        if self._scope.kv is None:
            raise Refused("There is no key store here", kind="undefined")
        return self._scope.kv

    def _given(self, ref: Any, found: Any, default: Any) -> Any:
        if found is not NOT_GIVEN:
            return found
        return _unknown(ref) if default is NOT_GIVEN else default


def _unknown(ref: Any) -> Missing:
    return Missing(f"There is no key '{ref}'", name=str(ref), way_out=f"create it, or write kv.get('{ref}', default=...)")


def _inside(value: Any, fields: tuple[str, ...], path: tuple[str, ...]) -> Any:
    for name in fields:
        if not isinstance(value, Mapping) or name not in value:
            return _unknown(".".join(path))
        value = value[name]
    return value


def _text(ref: Any) -> str:
    if isinstance(ref, str):
        return ref
    raise Refused("The name of a key must be text", kind="type")
