"""Hides secret texts in whatever may be shown: logs, results, inputs, messages."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
DEEPEST = 200  # what is nested deeper is hidden as a whole, so that no data can exhaust the stack
LONG = 8  # from this length on a secret is also found inside other texts and in other forms


def mask(value: Any, secrets: Collection[str]) -> Any:
    """The JSON value with every secret replaced by `***`, in texts, keys and numbers.

    A secret of 8 characters or more is found anywhere in a text, plain, in base64 and URL-encoded; a shorter one only
    where the whole text equals it. Gives back the same object when there is nothing to hide.
    """
    if not secrets:
        return value
    return _masked(value, _finder(frozenset(secrets)), 0)


def mask_text(text: str, secrets: Collection[str]) -> str:
    """The same for one text, such as a chunk of a log."""
    return _finder(frozenset(secrets)).hide(text) if secrets else text


class _Finder:
    """The compiled forms of one set of secrets."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._whole = frozenset(s for s in secrets if s)
        forms = {form for secret in secrets if len(secret) >= LONG for form in _forms(secret)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._inside = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def hide(self, text: str) -> str:
        if text in self._whole:
            return MASK
        return self._inside.sub(MASK, text) if self._inside else text


@lru_cache(maxsize=256)
def _finder(secrets: frozenset[str]) -> _Finder:
    return _Finder(secrets)


def _masked(value: Any, finder: _Finder, depth: int) -> Any:
    if isinstance(value, str):
        return finder.hide(value)
    if isinstance(value, Mapping | list | tuple) and depth >= DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {_masked(key, finder, depth): _masked(entry, finder, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(entry, finder, depth + 1) for entry in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if finder.hide(json.dumps(value)) == json.dumps(value) else MASK
    return value


def _forms(secret: str) -> Iterator[str]:
    for text in (secret, secret.strip(), *secret.splitlines()):
        if len(text) >= LONG:
            yield text
            yield json.dumps(text)[1:-1]
            yield json.dumps(text, ensure_ascii=False)[1:-1]
            yield from _url_forms(text)
            yield from _base64_forms(text)


def _url_forms(text: str) -> Iterator[str]:
    for form in (quote(text, safe="", errors="replace"), quote(text, errors="replace"), quote_plus(text, errors="replace")):
        yield form
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), form)


def _base64_forms(text: str) -> Iterator[str]:
    raw = text.encode("utf-8", "replace")
    for before in range(3):  # inside a longer text (`user:secret`) the secret may begin at any of three places
        encoded = base64.b64encode(b"\0" * before + raw).decode()
        start = -(-before * 8 // 6)
        end = (before + len(raw)) * 8 // 6
        core = encoded[start:end]
        yield core
        yield core.replace("+", "-").replace("/", "_")
