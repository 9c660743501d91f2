"""The context of Orquesta as parameters and variables of ours.

An input that nothing writes to is a parameter. One that is published, is in `vars` too, has an expression as its
default, or may be left out without a default becomes a variable that begins as the parameter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.orquesta.metadata import Metadata
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes
from app.engine.orquesta.source import SourceValue, SourceWorkflow
from app.engine.orquesta.templates import Translator, has_expression
from app.engine.orquesta.written import Written, member, quoted

_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


@dataclass(slots=True)
class Variables:
    """What became of the context.

    Attributes:
        parameters: flat schema.
        vars: ordered, translated.
        names: which names are parameters, and what is known of their values.
        defaults: defaults of inputs that are plain values.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    vars: dict[str, Any] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    defaults: dict[str, Any] = field(default_factory=dict)


def variables_of(workflow: SourceWorkflow, metadata: Metadata, notes: Notes, names: Names) -> Variables:
    """Sort the names of the context, and translate their first values in order."""
    found = Variables(names=names)
    declared = {entry.name for entry in workflow.vars}
    for entry in _all_inputs(workflow, metadata):
        schema = _schema(entry, workflow, metadata, notes)
        found.parameters[entry.name] = schema
        if not has_expression(entry.value) and entry.value is not None:
            found.defaults[entry.name] = entry.value
        optional = not schema.get("required") and schema.get("default") is None
        changes = entry.name in workflow.published or entry.name in declared
        _declare(found, entry, notes, own_variable=optional or changes, schema=schema)
    for entry in workflow.vars:
        found.vars[entry.name] = Translator(found.names, notes).value(entry.value, entry.path)
        _learn(found, entry.name, _kind_of(entry.value), parameter=False)
    return _forget_published(found, workflow)


def _all_inputs(workflow: SourceWorkflow, metadata: Metadata) -> list[SourceValue]:
    """Inputs of the workflow; what only the metadata declares can't be used by it, but may be given."""
    named = {entry.name for entry in workflow.inputs}
    more = [
        SourceValue(name, None, ("parameters", name)) for name in metadata.parameters if name not in named
    ]
    return [*workflow.inputs, *more]


def _schema(entry: SourceValue, workflow: SourceWorkflow, metadata: Metadata, notes: Notes) -> dict[str, Any]:
    told = metadata.parameters.get(entry.name)
    schema = dict(told or {})
    plain = entry.value if not has_expression(entry.value) else None
    if plain is not None and "default" not in schema:
        schema["default"] = plain
    if "type" not in schema and schema.get("default") is not None:
        schema = {"type": _kind_of(schema["default"]), **schema}
    if told is None and entry.name in workflow.without_default:
        schema["required"] = True
        notes.info(
            entry.path,
            f"The input '{entry.name}' has no default; it is required here.",
            "Give a default when it may be left out.",
        )
    return schema


def _declare(
    found: Variables, entry: SourceValue, notes: Notes, *, own_variable: bool, schema: dict[str, Any]
) -> None:
    """Make the input a parameter, and where needed a variable that begins with it."""
    kind = schema["type"] if schema.get("type") in _TYPES.values() else "any"
    parameter = member(Written("parameters"), entry.name).text
    if has_expression(entry.value):
        made = Translator(found.names, notes).expression(entry.value, entry.path)
        default = (
            made.text if made else _as_text(Translator(found.names, notes).text(entry.value, entry.path))
        )
        found.vars[entry.name] = f"{{{{ {parameter} | default({default}) }}}}"
        _learn(found, entry.name, kind, parameter=False)
    elif own_variable:
        begins = (
            parameter
            if schema.get("required") or schema.get("default") is not None
            else f"{parameter} | default(null)"
        )
        found.vars[entry.name] = f"{{{{ {begins} }}}}"
        _learn(found, entry.name, kind, parameter=False)
    else:
        _learn(found, entry.name, kind, parameter=True)


def _as_text(template: str) -> str:
    """A template as an expression: `a {{ b }}` as `'a ' ~ b`."""
    parts = []
    for index, part in enumerate(template.replace("}}", "{{").split("{{")):
        parts.append(f"({part.strip()})" if index % 2 else quoted(part))
    return " ~ ".join(part for part in parts if part != "''") or "''"


def _learn(found: Variables, name: str, kind: str, *, parameter: bool) -> None:
    parameters = found.names.parameters | {name} if parameter else found.names.parameters - {name}
    found.names = replace(found.names, parameters=parameters, kinds={**found.names.kinds, name: kind})


def _forget_published(found: Variables, workflow: SourceWorkflow) -> Variables:
    """What is published may change its type."""
    kept = {name: kind for name, kind in found.names.kinds.items() if name not in workflow.published}
    found.names = replace(found.names, kinds=kept)
    return found


def _kind_of(value: Any) -> str:
    if value is None or has_expression(value):
        return "any"
    return _TYPES.get(type(value), "any")
