"""Keeps secrets out of what is stored in clear: masked values beside an encrypted original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.engine import schemas
from app.engine.expressions.masking import mask
from app.services import ports


@dataclass(frozen=True, slots=True)
class Sealed:
    """`shown` may be stored and shown; `sealed` holds the original, encrypted, when they differ."""

    shown: Any
    sealed: bytes | None
    secrets: frozenset[str]


def seal(values: dict[str, Any], *, schema: dict[str, Any] | None, secrets: Iterable[str] = ()) -> Sealed:
    """Mask what the schema calls secret and every given secret text."""
    if schema is None and not secrets:
        return Sealed(values, None, frozenset())
    texts = set(secrets)
    by_schema = schemas.mask_secrets(values, schema) if schema else values
    if by_schema != values:
        texts.update(_lost_texts(values, by_schema))
    shown = mask(by_schema, texts) if texts else by_schema
    if shown == values:
        return Sealed(values, None, frozenset(texts))
    original = {"parameters": values, "secrets": sorted(texts)}
    return Sealed(shown, ports.current().sealer.seal(original), frozenset(texts))


def unseal(shown: dict[str, Any], sealed: bytes | None) -> tuple[dict[str, Any], frozenset[str]]:
    """The original values and the secret texts in them."""
    if sealed is None:
        return shown, frozenset()
    original = ports.current().sealer.open(sealed)
    return original["parameters"], frozenset(original["secrets"])


def _lost_texts(values: Any, masked: Any) -> Iterator[str]:
    if isinstance(values, dict) and isinstance(masked, dict):
        for name, value in values.items():
            yield from _lost_texts(value, masked.get(name))
    elif isinstance(values, list) and isinstance(masked, list):
        for value, other in zip(values, masked, strict=False):
            yield from _lost_texts(value, other)
    elif values != masked:
        yield from texts(values)


def texts(value: Any) -> Iterator[str]:
    """Every text and number inside a value, as text: what must be masked when the value is a secret."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
