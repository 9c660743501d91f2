"""What is wrong with a schema itself."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypedDict

import jsonschema

from app.engine.recent import Recent
from app.engine.schemas.checking import check, what_came
from app.engine.schemas.normal import TYPES, is_json_schema, normalise
from app.engine.schemas.patterns import pattern_problem
from app.engine.spec.places import Path, path_text

_MAX_DEPTH = 32
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")

_taken: Recent[str, bool] = Recent(1024 * 1024)  # schemas that are as the standard wants them, in bytes


class SchemaProblem(TypedDict):
    """`at` is the place inside the schema as written, `path` the same as text."""

    path: str
    at: Path
    message: str


def problems(schema: Any) -> list[SchemaProblem]:
    """Everything that makes a flat schema or JSON Schema unusable; `[]` when it is fine or None."""
    if schema is None:
        return []
    if not isinstance(schema, dict):
        return [_problem((), f"A schema is a mapping, got {what_came(schema)}.")]
    parts = _json_schema(schema, (), 0) if is_json_schema(schema) else _flat(schema)
    return list(parts) or list(_by_the_standard(schema))


def _problem(at: Path, message: str) -> SchemaProblem:
    return {"path": path_text(at), "at": at, "message": message}


def _flat(schema: dict[str, Any]) -> Iterator[SchemaProblem]:
    for name, field in schema.items():
        if isinstance(field, dict):
            yield from _json_schema(field, (name,), 0)
        elif not (isinstance(field, str) and field in TYPES):
            yield _problem(
                (name,), f"'{name}' needs a mapping such as {{type: string}}, got {what_came(field)}."
            )


def _json_schema(schema: Any, at: Path, depth: int) -> Iterator[SchemaProblem]:
    if isinstance(schema, bool) or not isinstance(schema, dict):
        if not isinstance(schema, bool):
            yield _problem(at, f"A schema is a mapping, got {what_came(schema)}.")
        return
    if depth > _MAX_DEPTH:
        yield _problem(at, f"The schema is nested more than {_MAX_DEPTH} deep.")
        return
    yield from _own_problems(schema, at)
    for below, where in _parts(schema):
        if not (isinstance(below, str) and below in TYPES and where[0] == "properties"):
            yield from _json_schema(below, (*at, *where), depth + 1)


def _parts(schema: dict[str, Any]) -> Iterator[tuple[Any, Path]]:
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            yield from ((below, (key, name)) for name, below in schema[key].items())
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            yield from ((below, (key, index)) for index, below in enumerate(schema[key]))
    for key in _SINGLE:
        if key in schema:
            yield schema[key], (key,)


def _own_problems(schema: dict[str, Any], at: Path) -> Iterator[SchemaProblem]:
    yield from _type_problems(schema.get("type"), (*at, "type"))
    for pattern, where in _patterns(schema):
        reason = pattern_problem(pattern)
        if reason:
            yield _problem((*at, *where), f"This pattern can't be used: {reason}.")
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        yield _problem((*at, "$ref"), "References lead into the same schema ('#/...'); nothing is fetched.")
    if "$dynamicRef" in schema:
        yield _problem((*at, "$dynamicRef"), "'$dynamicRef' is not supported; write '$ref'.")
    if "required" in schema and not isinstance(schema["required"], bool | list):
        yield _problem(
            (*at, "required"), f"'required' takes true or false, got {what_came(schema['required'])}."
        )


def _patterns(schema: dict[str, Any]) -> Iterator[tuple[Any, Path]]:
    if "pattern" in schema:
        yield schema["pattern"], ("pattern",)
    if isinstance(schema.get("patternProperties"), dict):
        yield from ((pattern, ("patternProperties", pattern)) for pattern in schema["patternProperties"])


def _type_problems(kind: Any, at: Path) -> Iterator[SchemaProblem]:
    if kind is None:
        return
    kinds = kind if isinstance(kind, list) else [kind]
    for one in kinds:
        if one in TYPES or one == "null":
            continue
        guess = get_close_matches(str(one), TYPES, n=1, cutoff=0.4) if isinstance(one, str) else []
        hint = f" Did you mean '{guess[0]}'?" if guess else ""
        yield _problem(at, f"A type is one of {', '.join(TYPES)}; got {what_came(one)}.{hint}")


def _by_the_standard(schema: dict[str, Any]) -> Iterator[SchemaProblem]:
    normal = normalise(schema)
    try:
        error = _first_against_the_standard(normal)
    except RecursionError:
        yield _problem((), "The schema is nested too deep.")
        return
    if error is not None:
        at = tuple(error.absolute_path)
        written = at if is_json_schema(schema) else at[1:]
        yield _problem(
            written, f"The schema is invalid at '{path_text(written)}': {_what_came_short(error)}."
        )
        return
    yield from _default_problems(normal, is_json_schema(schema))


def _first_against_the_standard(normal: dict[str, Any]) -> jsonschema.ValidationError | None:
    """None for what the standard takes; that takes milliseconds to find out, and the same schemas come again and again."""
    said = repr(normal)
    if _taken.get(said):
        return None
    standard = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
    error: jsonschema.ValidationError | None = jsonschema.exceptions.best_match(standard.iter_errors(normal))
    if error is None:
        _taken.put(said, True, weight=len(said))
    return error


def _default_problems(normal: dict[str, Any], json_schema: bool) -> Iterator[SchemaProblem]:
    """A default that does not fit would fail every run that relies on it."""
    for name, field in normal.get("properties", {}).items():
        default = field.get("default")
        if default is None or _is_template(default):
            continue
        for mismatch in check(
            {name: default}, {"type": "object", "properties": {name: field}}, noun="Default of"
        ):
            at = ("properties", name, "default") if json_schema else (name, "default")
            yield _problem(at, f"{mismatch['message']}.")


def _is_template(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def _what_came_short(error: Any) -> str:
    return f"{what_came(error.instance)} does not fit '{error.validator}'"
