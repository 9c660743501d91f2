"""The inputs of core.http_request, read and checked. Source: api.md 4."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from app.engine.errors import RunnerError
from app.runners.delivery import as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The inputs of the action, read. `timeout_s` is for the whole exchange with all redirects."""

    method: str
    url: httpx.URL
    headers: list[tuple[str, str]]
    content: bytes | None
    auth: httpx.Auth | None
    timeout_s: float
    verify_tls: bool
    follow_redirects: bool
    max_redirects: int


def read_call(parameters: Mapping[str, Any]) -> Call:
    """The call that the parameters ask for.

    Raises:
        RunnerError: an input is missing or out of range; names it.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    headers = [(str(name), as_text(value)) for name, value in _object(given, "headers").items()]
    content = _content(given, headers)
    auth = _auth(given, headers)
    return Call(
        method=_method(given),
        url=_url(given),
        headers=headers,
        content=content,
        auth=auth,
        timeout_s=_number(given, "timeout", 30, 1, 300),
        verify_tls=_flag(given, "verify_ssl"),
        follow_redirects=_flag(given, "follow_redirects"),
        max_redirects=int(_number(given, "max_redirects", 10, 0, 100)),
    )


def _method(given: Mapping[str, Any]) -> str:
    method = str(given.get("method") or "GET").upper()
    if not method.isascii() or not method.isalpha():
        raise RunnerError(f"core.http_request: method is '{method}'; it takes a name such as GET or POST")
    return method


def _url(given: Mapping[str, Any]) -> httpx.URL:
    text = str(given.get("url") or "")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise RunnerError(f"core.http_request: url cannot be read: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise RunnerError("core.http_request: url must begin with http:// or https:// and name a host")
    query: list[tuple[str, str | int | float | bool | None]] = [
        (str(name), as_text(item))
        for name, value in _object(given, "query_params").items()
        for item in _each(value)
    ]
    return url.copy_merge_params(query) if query else url


def _each(value: Any) -> list[Any]:
    return [item for item in (value if isinstance(value, list) else [value]) if item is not None]


def _content(given: Mapping[str, Any], headers: list[tuple[str, str]]) -> bytes | None:
    if "json_body" in given:
        _add_header(headers, "Content-Type", "application/json")
        return json.dumps(given["json_body"], ensure_ascii=False).encode("utf-8", "replace")
    body = given.get("body")
    return as_text(body).encode("utf-8", "replace") if body not in (None, "") else None


def _auth(given: Mapping[str, Any], headers: list[tuple[str, str]]) -> httpx.Auth | None:
    kind = str(given.get("auth_type") or "none").lower()
    if kind == "basic":
        return httpx.BasicAuth(str(given.get("auth_username", "")), str(given.get("auth_password", "")))
    if kind == "bearer":
        _add_header(headers, "Authorization", f"Bearer {given.get('auth_token', '')}")
    elif kind != "none":
        raise RunnerError(f"core.http_request: auth_type is '{kind}'; it takes none, basic or bearer")
    return None


def _add_header(headers: list[tuple[str, str]], name: str, value: str) -> None:
    if all(known.lower() != name.lower() for known, _ in headers):
        headers.append((name, value))


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name) or {}
    if not isinstance(value, Mapping):
        raise RunnerError(f"core.http_request: {name} takes an object")
    return value


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, True)
    return value if isinstance(value, bool) else str(value).lower() not in ("false", "0", "no", "off")


def _number(given: Mapping[str, Any], name: str, default: float, least: float, most: float) -> float:
    try:
        value = float(given.get(name, default))
    except (TypeError, ValueError):
        value = -1
    if not least <= value <= most:
        raise RunnerError(
            f"core.http_request: {name} is {given[name]!r}; it takes a number from {least:g} to {most:g}"
        )
    return value
