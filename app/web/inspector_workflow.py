"""The inspector when no task is selected: what belongs to the workflow as a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.schemas.normal import TYPES, is_json_schema
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.names_at import as_json
from app.engine.spec.problems import Problem
from app.services.inspections import Inspection
from app.web.cursor_docs import CursorDoc, cursor_doc
from app.web.inspector_fields import EditField, FieldMaker, problems_below
from app.web.value_texts import as_text, choices_of

_POLICIES = ("allow_finish", "cancel_running")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of the workflow; `fields` are empty for a schema that is no flat one: that is edited as text."""

    name: str
    words: str
    path: tuple[str, ...]
    fields: tuple[EditField, ...]


@dataclass(frozen=True, slots=True)
class InspectedWorkflow:
    """The workflow, ready for the template."""

    name: str
    has_tasks: bool
    identity: tuple[EditField, ...]
    limits: tuple[EditField, ...]
    parameters: tuple[Parameter, ...]
    flat: bool
    vars: tuple[EditField, ...]
    output: tuple[EditField, ...]
    names: list[dict[str, Any]]
    problems: tuple[Problem, ...]
    cursor: CursorDoc | None


def inspected_workflow(found: Inspection) -> InspectedWorkflow:
    """What the template shows of a workflow."""
    spec = found.spec
    maker = FieldMaker((), (), problems_below("", found.problems))
    flat = not spec.parameters or not is_json_schema(spec.parameters)
    return InspectedWorkflow(
        name=spec.label or spec.ref,
        has_tasks=bool(spec.tasks),
        identity=_identity(spec, maker),
        limits=_limits(spec, maker),
        parameters=tuple(_parameters(spec, maker, flat=flat)),
        flat=flat,
        vars=tuple(maker.of(("vars", name), value, kind="any", moment="vars") for name, value in spec.vars),
        output=tuple(maker.of(("output_map", name), value, kind="any", moment="output") for name, value in spec.output_map or ()),
        names=as_json(found.names),
        problems=tuple(problem for problem in found.problems if not problem.task),
        cursor=cursor_doc(found),
    )


def _identity(spec: WorkflowSpec, maker: FieldMaker) -> tuple[EditField, ...]:
    return (
        maker.of(("label",), spec.label or None, kind="text", default=spec.ref),
        maker.of(("description",), spec.description or None, kind="long"),
        maker.of(("version",), spec.version or None, kind="text", required=True),
    )


def _limits(spec: WorkflowSpec, maker: FieldMaker) -> tuple[EditField, ...]:
    timeout = int(spec.timeout_s) if spec.timeout_s is not None and spec.timeout_s == int(spec.timeout_s) else spec.timeout_s
    policy = None if spec.cancellation_policy == "allow_finish" else spec.cancellation_policy
    return (
        maker.of(("timeout",), timeout, kind="number", unit="s", type_word="the whole", default="none"),
        maker.of(("fail_fast",), spec.fail_fast or None, kind="boolean", label="fail fast", default="false"),
        maker.of(("cancellation_policy",), policy, kind="choice", label="when cancelled", choices=choices_of(_POLICIES), default="allow_finish"),
    )


def _parameters(spec: WorkflowSpec, maker: FieldMaker, *, flat: bool) -> Iterator[Parameter]:
    listed = (spec.parameters or {}) if flat else (spec.parameters or {}).get("properties", {})
    for name, schema in listed.items():
        below = ("parameters", name) if flat else ("parameters", "properties", name)
        known = {"type": schema} if isinstance(schema, str) else schema if isinstance(schema, dict) else {}
        yield Parameter(name, _words(known), below, _of_parameter(below, known, maker) if isinstance(schema, dict) else ())


def _words(schema: dict[str, Any]) -> str:
    parts = [str(schema.get("type") or "any"), *(["required"] if schema.get("required") is True else [])]
    if "default" in schema:
        text = as_text(schema["default"], "json")
        parts.append(f"default {text if len(text) <= 24 else text[:23] + '…'}")
    return ", ".join(parts)


def _of_parameter(below: tuple[str, ...], schema: dict[str, Any], maker: FieldMaker) -> tuple[EditField, ...]:
    given = schema.get("default")
    fields = [
        maker.of((*below, "type"), schema.get("type"), kind="choice", choices=choices_of(TYPES), default="anything"),
        maker.of((*below, "default"), given, kind="json" if isinstance(given, list | dict) else "any", default="none"),
        maker.of((*below, "description"), schema.get("description"), kind="text"),
    ]
    if len(below) == 2:  # JSON Schema lists its required names elsewhere
        required = schema.get("required") or None
        fields.insert(1, maker.of((*below, "required"), required, kind="boolean", default="false"))
    return tuple(fields)
