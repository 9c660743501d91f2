"""A loaded document as a workflow in normal form: both dialects, all three layouts, every structural problem.

Source: language.md 1, 2, 3, 4; api.md 4, 7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine import schemas
from app.engine.spec.fields import Fields
from app.engine.spec.findings import Findings, what_came
from app.engine.spec.model import TaskSpec, WorkflowSpec
from app.engine.spec.names import collect_names
from app.engine.spec.problems import Problem
from app.engine.spec.source import Document
from app.engine.spec.tasks import read_tasks

WORKFLOW_KEYS = (
    "ref", "label", "description", "tags", "version", "parameters", "output", "vars", "tasks", "output_map",
    "cancellation_policy", "timeout", "fail_fast",
)  # fmt: skip
_SYNONYMS = {"parameters": ("param_schema",), "output": ("out_schema", "output_schema")}
_STORED_KEYS = ("pack_ref", "enabled", "param_schema", "out_schema", "output_schema")
_REF = re.compile(r"[a-z][a-z0-9_-]*\.[a-z0-9_][a-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`spec` holds what could be read; None only when the document is no mapping."""

    spec: WorkflowSpec | None
    problems: list[Problem] = field(default_factory=list)


def parse_workflow(
    document: Document,
    *,
    ref: str | None = None,
    action_document: Document | None = None,
    outer: Mapping[str, Any] | None = None,
) -> Parsed:
    """The normal form of a document, with everything that is wrong with its structure.

    Args:
        document: the workflow, or the graph file of the linked layout.
        ref: the ref its place in the pack gives, for a text without one.
        action_document: the action file of the linked layout; it wins for what both say.
        outer: keys of a request around the definition: ref, label, description, version, param_schema,
            out_schema, tags; they win as well.
    """
    findings = Findings(document)
    if not isinstance(document.value, dict):
        _not_a_workflow(document, findings)
        return Parsed(None, findings.problems)
    fields = Fields(document.value, (), findings, None, ())
    fields.unknown_keys((*WORKFLOW_KEYS, *_STORED_KEYS), "a workflow")
    identity = _Identity(fields, _action_fields(action_document, findings), outer or {})
    spec = _read_workflow(fields, identity, ref)
    return Parsed(spec, findings.problems + identity.action_problems())


def _not_a_workflow(document: Document, findings: Findings) -> None:
    if document.value is None and document.problems:
        return  # the text could not be read, which says enough
    came = (
        "The document is empty"
        if document.value is None
        else f"A workflow is a mapping, got {what_came(document.value)}"
    )
    findings.error((), "not_a_workflow", f"{came}; it needs at least 'version' and 'tasks'.")


def _read_workflow(fields: Fields, identity: _Identity, ref: str | None) -> WorkflowSpec:
    return WorkflowSpec(
        ref=_read_ref(identity, ref),
        version=_read_version(fields, identity),
        tasks=_read_task_list(fields),
        label=identity.text("label", 255) or "",
        description=identity.text("description", None) or "",
        tags=_read_tags(identity),
        parameters=_read_schema(identity, "parameters"),
        output=_read_schema(identity, "output"),
        vars=tuple(_pairs(fields, "vars")),
        output_map=tuple(_pairs(fields, "output_map")) if fields.has("output_map") else None,
        cancellation_policy=fields.choice(
            "cancellation_policy", ("allow_finish", "cancel_running"), "allow_finish"
        ),
        timeout_s=fields.number("timeout", above=0),
        fail_fast=fields.boolean("fail_fast", False),
    )


def _read_task_list(fields: Fields) -> tuple[TaskSpec, ...]:
    tasks = fields.get("tasks")
    names = collect_names(tasks, fields.findings)
    if isinstance(tasks, list) and tasks:
        return read_tasks(tasks, ("tasks",), fields.findings, names)
    if isinstance(tasks, dict):
        message = "'tasks' is an ordered list: write '- name: x' instead of 'x:'."
    elif tasks is None or tasks == []:
        message = "A workflow needs 'tasks': a list of at least one task."
    else:
        message = f"'tasks' takes a list of tasks, got {what_came(tasks)}."
    fields.error("tasks", "missing_tasks", message)
    return ()


class _Identity:
    """What may be said in several places: the request wins, then the action file, then the graph file."""

    def __init__(self, own: Fields, action: Fields | None, outer: Mapping[str, Any]) -> None:
        self.own, self.action, self.outer = own, action, outer

    def source(self, key: str) -> tuple[Fields, str]:
        """The fields that decide about `key`, and the name it has there."""
        names = (key, *_SYNONYMS.get(key, ()))
        around = Fields(dict(self.outer), (), _Outside(self.own.findings))
        for fields in (around, self.action, self.own):
            found = next((name for name in names if fields is not None and fields.has(name)), None)
            if fields is not None and found is not None:
                self._warn_when_hidden(fields, key, names)
                return fields, found
        return self.own, key

    def text(self, key: str, max_length: int | None) -> str | None:
        fields, name = self.source(key)
        return fields.text(name, max_length=max_length)

    def action_problems(self) -> list[Problem]:
        return self.action.findings.problems if self.action is not None else []

    def _warn_when_hidden(self, winner: Fields, key: str, names: tuple[str, ...]) -> None:
        if winner is self.own or winner is self.action or key != "parameters":
            return
        hidden = next((name for name in names if self.own.has(name)), None)
        if hidden and self.own.get(hidden) != next(winner.get(name) for name in names if winner.has(name)):
            self.own.warning(
                hidden,
                "hidden",
                f"'param_schema' of the request wins over '{hidden}' here.",
                point_at_key=True,
            )


class _Outside(Findings):
    """Findings about the request around a document: they go to the same list, without a place in the text."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(None)
        self.problems = findings.problems


def _action_fields(document: Document | None, findings: Findings) -> Fields | None:
    if document is None:
        return None
    own = Findings(None, prefix="In the action file: ")
    own.problems.extend(document.problems)
    if not isinstance(document.value, dict):
        own.error((), "wrong_type", f"an action file is a mapping, got {what_came(document.value)}.")
        return Fields({}, (), own)
    return Fields(document.value, (), own)


def _read_ref(identity: _Identity, ref: str | None) -> str:
    fields, key = identity.source("ref")
    found = fields.text(key, max_length=255)
    if found and "." not in found and ref:  # a file may leave its pack out (api.md 4)
        found = ref.split(".", 1)[0] + "." + found
    if found and not _REF.match(found):
        fields.error(
            key, "bad_ref", f"'{found}' is no ref; a ref is 'pack.name', in lower case with one dot."
        )
    return found or ref or ""


def _read_version(fields: Fields, identity: _Identity) -> str:
    source, key = identity.source("version")
    value = source.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = (
            fields.findings.document.raw(("version",))
            if source is fields and fields.findings.document
            else None
        )
        value = written or str(value)  # 1.10 stays 1.10
    if value is None:
        if fields.findings.document is not None and fields.findings.document.text is not None:
            fields.error(
                "version", "missing_version", "A workflow needs 'version', for example version: 1.0.0"
            )
        return ""
    if not isinstance(value, str) or not 1 <= len(value) <= 50:
        source.error(key, "bad_version", f"'version' is text of 1..50 characters, got {what_came(value)}.")
        return ""
    return value


def _read_tags(identity: _Identity) -> tuple[str, ...]:
    fields, key = identity.source("tags")
    value = fields.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        fields.error(key, "wrong_type", "'tags' takes a list of texts.")
        return ()
    return tuple(value)


def _read_schema(identity: _Identity, key: str) -> dict[str, Any] | None:
    fields, name = identity.source(key)
    value = fields.mapping(name)
    for problem in schemas.problems(value) if value is not None else ():
        fields.findings.error((*fields.at(name), *problem["at"]), "bad_schema", problem["message"])
    return value


def _pairs(fields: Fields, key: str) -> list[tuple[str, Any]]:
    """An ordered mapping, or a list of `name: value` entries."""
    value = fields.get(key)
    if value is None:
        return []
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return [pair for entry in value for pair in entry.items()]
    fields.error(
        key, "wrong_type", f"'{key}' takes a mapping, or a list of 'name: value', got {what_came(value)}."
    )
    return []
