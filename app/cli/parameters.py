"""Parameters from the command line: `name=value`, `name:=json`, files; typed and checked by the action's schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from app.cli.errors import CommandFailed
from app.engine import schemas


def gather(pairs: Iterable[str], file: str | None, schema: Any) -> dict[str, Any]:
    """Parameters by name; those on the command line win over those of the file.

    Args:
        pairs: `name=value` (text, or what the schema says it is) or `name:=json`.
        file: path of a YAML or JSON mapping, `-` for standard input.
        schema: the action's `param_schema` in either form, or None when it is not known.
    """
    given = read_mapping(file) if file else {}
    types = _types(schema)
    for pair in pairs:
        name, value = _split(pair, types)
        given[name] = value
    return given


def check(ref: str, given: dict[str, Any], schema: Any) -> None:
    """Refuse what the schema refuses, before anything is sent; the server has the last word."""
    if not schema:
        return
    normal = schemas.normalise(schema)
    wrong = schemas.check(schemas.coerce(schemas.fill_defaults(given, normal), normal), normal)
    if wrong:
        listed = "; ".join(p["message"].rstrip(".") for p in wrong)
        raise CommandFailed(f"{ref} can't be started like this. {listed}.", hint=f"It takes: {wanted(schema)}")


def wanted(schema: Any) -> str:
    """`name=<string> [count=<integer>]`: what an action takes, optional ones in brackets."""
    normal = schemas.normalise(schema) if schema else {}
    required = set(normal.get("required", ()))
    texts = []
    for name, field in normal.get("properties", {}).items():
        text = f"{name}=<{_type(field) or 'value'}>"
        texts.append(text if name in required else f"[{text}]")
    return " ".join(texts) or "no parameters"


def read_mapping(path: str) -> dict[str, Any]:
    """A mapping from a YAML or JSON file, `-` for standard input."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
        found = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{path} can't be read: {getattr(error, 'strerror', None) or error}.") from error
    except yaml.YAMLError as error:
        raise CommandFailed(f"{path} is no YAML: {' '.join(str(error).split())}.") from error
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise CommandFailed(f"{path} must hold a mapping of names to values.")
    return {name: json_values(value) for name, value in found.items()}


def json_values(value: Any) -> Any:
    """YAML has dates, JSON has not: they are sent as text."""
    return json.loads(json.dumps(value, default=str))


def _split(pair: str, types: dict[str, Any]) -> tuple[str, Any]:
    name, sign, text = pair.partition("=")
    if not sign or not name.strip(":"):
        raise CommandFailed(f"'{pair}' is no parameter.", hint="Write name=value, or name:=json for lists and objects.")
    if name.endswith(":"):
        return name[:-1], _json(name[:-1], text)
    return name, _typed(text, types.get(name))


def _typed(text: str, kind: Any) -> Any:
    """Text stays text where text is wanted; elsewhere what reads as JSON is JSON."""
    if kind == "string" or (isinstance(kind, list) and "string" in kind):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandFailed(f"The value of {name} is no JSON: {error}.", hint=f"For text write {name}=value.") from error


def _types(schema: Any) -> dict[str, Any]:
    normal = schemas.normalise(schema) if schema else {}
    return {name: _type(field) for name, field in normal.get("properties", {}).items()}


def _type(field: Any) -> Any:
    return field.get("type") if isinstance(field, dict) else None
