"""What an action printed, read as data. Output is hostile: a parse that fails or grows is no data, never an error."""

from __future__ import annotations

import json
import math
from typing import Any

import yaml

from app.engine.errors import RunnerError

_MAX_YAML = 1024 * 1024  # characters
_MAX_DEPTH = 100  # libyaml's composer recurses: a deep text may end the process


class Unreadable(RunnerError):
    """The text is not what its format says."""


def parse_output(text: str, output_format: str) -> Any:
    """Value of `text`: json: the whole text, else its last line; jsonl: a list; yaml: one document.

    Raises:
        Unreadable: it is none, or the format has no data (text).
    """
    parse = {"json": _parse_json, "jsonl": _parse_lines, "yaml": _parse_yaml}.get(output_format)
    if parse is None or not text.strip():
        raise Unreadable("no data")
    return _storable(parse(text))


def read_json(text: str) -> Any:
    """Value of a text that is one JSON document. Raises Unreadable."""
    return _storable(_loads(text))


def printed_inquiry(stdout: str) -> dict[str, Any] | None:
    """The value of `__inquiry` when stdout is, or ends with a line that is, a JSON object with it (api.md 10.2)."""
    if '"__inquiry"' not in stdout:
        return None
    try:
        value = parse_output(stdout, "json")
    except Unreadable:
        return None
    inquiry = value.get("__inquiry") if isinstance(value, dict) else None
    return inquiry if isinstance(inquiry, dict) else None


def _parse_json(text: str) -> Any:
    try:
        return _loads(text)
    except Unreadable:
        return _loads(text.rstrip().rpartition("\n")[2])


def _parse_lines(text: str) -> Any:
    return [_loads(line) for line in text.splitlines() if line.strip()]


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _parse_yaml(text: str) -> Any:
    if len(text) > _MAX_YAML:
        raise Unreadable("too long")
    try:
        _check_events(text)
        value = yaml.load(text, yaml.CSafeLoader)
        return _loads(json.dumps(value, default=str))  # dates become text
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("aliases are not read: they can grow without bound")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise Unreadable("too deep")


def _storable(value: Any, depth: int = 0) -> Any:
    """Without NUL, lone surrogates and infinities, which no database takes, and not deeper than others can walk."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("a number is too large")
    if isinstance(value, list | dict) and depth > _MAX_DEPTH:
        raise Unreadable("too deep")
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item, depth + 1) for key, item in value.items()}
    return value
