"""Reads JSON from strangers: whatever cannot be stored or sent back faithfully is refused here, with a 4xx.

Source: api.md 1.4 (malformed JSON is 400); depth and NaN from what the parsers and databases below can bear.
"""

from __future__ import annotations

import json
import math
from array import array
from itertools import accumulate
from typing import Any, NoReturn

from app.engine.errors import BadRequest, Invalid

MAX_DEPTH = 100

_OTHER_BYTES = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_SIGNED = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")


def parse(raw: bytes) -> Any:
    """The value of a JSON text; an empty body is `{}`.

    Raises:
        BadRequest: not JSON, not UTF-8, NaN or Infinity, nested deeper than MAX_DEPTH.
        Invalid: texts with NUL or half a surrogate pair, which no database column takes.
    """
    if not raw.strip():
        return {}
    _check_depth(raw)
    value = _load(raw)
    if b"\\u" in raw or b"\\U" in raw:
        _check_texts(value)
    return value


def _load(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise BadRequest(
            f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8 text.") from None
    except (RecursionError, ValueError):
        raise BadRequest("The body has a number or a nesting this server does not read.") from None


def _no_constant(name: str) -> NoReturn:
    raise BadRequest(f"The body has {name}, which JSON does not know.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadRequest(f"The number {text[:40]} is too large.")
    return number


def _check_depth(raw: bytes) -> None:
    # No loop over bytes in Python: that of a large body would hold up the process for seconds.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and max(accumulate(_steps(raw)), default=0) > MAX_DEPTH:
        raise BadRequest(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _steps(raw: bytes) -> array[int]:
    """+1 for each opening and -1 for each closing bracket of a JSON text, those inside of its strings left out."""
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = unescaped.translate(_SIGNED, _OTHER_BYTES).split(b'"')[::2]
    return array("b", b"".join(outside))


def _check_texts(value: Any) -> None:
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, str):
            _check_text(path, item)
        elif isinstance(item, list):
            waiting.extend((f"{path}[{i}]", entry) for i, entry in enumerate(item))
        elif isinstance(item, dict):
            for key, entry in item.items():
                _check_text(path, key)
                waiting.append((f"{path}.{key}".lstrip("."), entry))


def _check_text(path: str, text: str) -> None:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        message = "text must not contain NUL characters or halves of surrogate pairs"
        place = path.encode("utf-8", "replace").decode().replace("\0", "?")
        raise Invalid(f"The body cannot be stored: {message}.", details=[{"path": place, "message": message}])
