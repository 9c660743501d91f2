"""Checks values against a schema, with messages for the person who gave them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from app.engine.schemas.normal import Schema, normalise
from app.engine.schemas.patterns import CHECK_TIMEOUT_S, matches, pattern_time
from app.engine.schemas.quick import surely_fits
from app.engine.spec.places import path_text

MAX_REFERENCES = 2000  # `$ref` steps of one check: a schema may not multiply itself

_ARTICLES = {
    "string": "a string", "integer": "an integer", "number": "a number", "boolean": "a boolean",
    "array": "an array", "object": "an object", "null": "null",
}  # fmt: skip


def check(
    values: Any, schema: Any, *, noun: str = "Parameter", extra_allowed: bool = False
) -> list[dict[str, str]]:
    """Every mismatch as `{path, message}`, required ones first; `[]` when the values fit.

    Args:
        values: what was given, usually a mapping. `null` for an optional name counts as not given.
        noun: what a name is called in messages: Parameter, Field, Input...
        extra_allowed: additional keys are always fine (answers to inquiries), whatever the schema says.
    """
    normal = normalise(schema)
    if not normal:
        return []
    if extra_allowed:
        normal = {
            key: value
            for key, value in normal.items()
            if key not in ("additionalProperties", "unevaluatedProperties")
        }
    given = _without_nulls(values, normal)
    return [] if _surely_fits(given, normal) else _mismatches(given, normal, noun)


def what_came(value: Any) -> str:
    """A value as messages show it: the word of its type in schemas, and never more of it than a glimpse."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "the boolean true" if value else "the boolean false"
    if isinstance(value, str):
        return f"the string '{_glimpse(value)}'"
    if isinstance(value, int | float):
        kind = "integer" if isinstance(value, int) else "number"
        return f"the {kind} {_glimpse(str(value))}"
    return "an array" if isinstance(value, list) else "an object" if isinstance(value, dict) else type(value).__name__


def _surely_fits(values: Any, normal: Schema) -> bool:
    try:
        return surely_fits(values, normal)
    except (
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ):  # an invalid schema, which the full check names
        return False


def _mismatches(values: Any, normal: Schema, noun: str) -> list[dict[str, str]]:
    try:
        with pattern_time(CHECK_TIMEOUT_S):
            found = list(_errors(values, normal))
    except (Unresolvable, RecursionError, _TooManyReferences):
        return [
            {
                "path": "",
                "message": "The schema refers to something that can't be resolved, so nothing can be checked against it.",
            }
        ]
    except (jsonschema.SchemaError, TypeError, ValueError, AttributeError, KeyError):
        return [{"path": "", "message": "The schema is invalid, so nothing can be checked against it."}]
    found.sort(key=lambda error: error.validator != "required")
    return [_described(error, normal, noun) for error in found]


def _errors(values: Any, normal: Schema) -> Iterator[Any]:
    # An empty registry: nothing is ever fetched.
    yield from _validator_class(normal)(normal, registry=Registry()).iter_errors(values)


class _TooManyReferences(Exception):
    pass


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and not matches(pattern, instance):
        yield jsonschema.ValidationError("does not match")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
    for pattern, below in patterns.items() if isinstance(instance, dict) else ():
        for key, value in instance.items():
            if matches(pattern, key):
                yield from validator.descend(value, below, path=key, schema_path=pattern)


def _unique_items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    # the library compares each entry with each other when they can't be sorted
    if (
        wanted
        and isinstance(instance, list)
        and len({json.dumps(one, sort_keys=True) for one in instance}) < len(instance)
    ):
        yield jsonschema.ValidationError("has an entry twice")


_PLAIN: Any = extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator,
    {"pattern": _pattern, "patternProperties": _pattern_properties, "uniqueItems": _unique_items},
)


def _validator_class(normal: Schema) -> Any:
    """The validator for a schema; making a class costs a millisecond, so only references get one of their own."""
    return _with_counted_references() if "$ref" in json.dumps(normal, default=str) else _PLAIN


def _with_counted_references() -> Any:
    left = [MAX_REFERENCES]

    def reference(validator: Any, target: Any, instance: Any, schema: Any) -> Iterator[Any]:
        left[0] -= 1
        if left[0] < 0:
            raise _TooManyReferences
        yield from _PLAIN.VALIDATORS["$ref"](validator, target, instance, schema)

    return extend(_PLAIN, {"$ref": reference})  # type: ignore[no-untyped-call]


def _without_nulls(values: Any, normal: Schema) -> Any:
    if not isinstance(values, dict):
        return values
    properties = normal.get("properties", {})
    return {
        key: value for key, value in values.items() if value is not None or _takes_null(properties.get(key))
    }


def _takes_null(field: Any) -> bool:
    if not isinstance(field, dict) or "type" not in field:
        return "enum" not in (field or {}) or None in field["enum"]
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    return "null" in kinds


def _described(error: Any, normal: Schema, noun: str) -> dict[str, str]:
    path = tuple(error.absolute_path)
    if error.validator == "required":
        missing = next(
            name for name in error.validator_value if name not in error.instance and _is_the_one(error, name)
        )
        path = (*path, missing)
        return {"path": path_text(path), "message": f"Missing required {noun.lower()}: {path_text(path)}"}
    name = (
        f"{noun} '{path_text(path)}'"
        if path
        else f"The {noun.lower()}s"
        if isinstance(error.instance, dict)
        else "The value"
    )
    return {"path": path_text(path), "message": f"{name} {_what_is_wrong(error, _is_secret(normal, path))}"}


def _is_the_one(error: Any, name: str) -> bool:
    return bool(error.message.startswith(repr(name)))


def _is_secret(schema: Schema, path: tuple[Any, ...]) -> bool:
    for step in path:
        schema = (
            schema.get("items", {}) if isinstance(step, int) else schema.get("properties", {}).get(step, {})
        )
        if not isinstance(schema, dict):
            return False
        if schema.get("secret") is True:
            return True
    return False


def _what_is_wrong(error: Any, secret: bool) -> str:
    came = "a secret value" if secret else what_came(error.instance)
    wanted = error.validator_value
    described = _SENTENCES.get(error.validator)
    if described is not None:
        return str(described(wanted, came))
    if error.validator == "additionalProperties":
        return f"may not have {_extra_names(error)}"
    if error.validator in ("anyOf", "oneOf"):
        return (
            f"fits none of the allowed forms, got {came}"
            if "under any" in error.message or "not valid" in error.message
            else f"fits more than one of the forms, got {came}"
        )
    return f"does not fit '{error.validator}' of its schema, got {came}"


def _extra_names(error: Any) -> str:
    extra = [name for name in error.instance if name not in error.schema.get("properties", {})]
    return ", ".join(f"'{_glimpse(str(name))}'" for name in extra[:5])


def _kinds(wanted: Any) -> str:
    kinds = wanted if isinstance(wanted, list) else [wanted]
    return " or ".join(_ARTICLES.get(str(kind), str(kind)) for kind in kinds)


def _listed(wanted: Any) -> str:
    return ", ".join(
        _glimpse(value if isinstance(value, str) else json.dumps(value)) for value in wanted[:20]
    )


_SENTENCES: dict[str, Any] = {
    "type": lambda wanted, came: f"takes {_kinds(wanted)}, got {came}",
    "enum": lambda wanted, came: f"is one of {_listed(wanted)}; got {came}",
    "const": lambda wanted, came: f"must be {_glimpse(json.dumps(wanted))}, got {came}",
    "minimum": lambda wanted, came: f"must be at least {wanted}, got {came}",
    "maximum": lambda wanted, came: f"must be at most {wanted}, got {came}",
    "exclusiveMinimum": lambda wanted, came: f"must be above {wanted}, got {came}",
    "exclusiveMaximum": lambda wanted, came: f"must be below {wanted}, got {came}",
    "multipleOf": lambda wanted, came: f"must be a multiple of {wanted}, got {came}",
    "minLength": lambda wanted, came: f"needs at least {wanted} characters, got {came}",
    "maxLength": lambda wanted, came: f"takes at most {wanted} characters, got {came}",
    "pattern": lambda wanted, came: f"must match the pattern {_glimpse(str(wanted))}, got {came}",
    "minItems": lambda wanted, came: f"needs at least {wanted} entries",
    "maxItems": lambda wanted, came: f"takes at most {wanted} entries",
    "uniqueItems": lambda wanted, came: "may not hold the same entry twice",
}


def _glimpse(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
