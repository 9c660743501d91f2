"""The one validator: services, command line, editor and engine accept exactly the same definitions.

Source: language.md 10, 11 "Saving"; api.md 7 ("Saving checks structure").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine.graph.inspect import Shape
from app.engine.spec.catalog import Catalog
from app.engine.spec.check_actions import check_actions
from app.engine.spec.check_graph import check_graph
from app.engine.spec.check_templates import check_templates
from app.engine.spec.document import load
from app.engine.spec.findings import Findings
from app.engine.spec.limits import DEFAULT_LIMITS, SpecLimits
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.parse import Parsed, parse_workflow
from app.engine.spec.problems import Problem
from app.engine.spec.recovery import recover
from app.engine.spec.source import Document

STRICT_CODES = frozenset({"unknown_key", "unknown_action", "unknown_input", "unreachable", "both_styles"})
"""Warnings that `validate --strict` turns into errors."""

LATER_CODES = frozenset({"missing_input", "bad_input"})
"""Errors that don't keep a definition from being saved: the action may change before it runs."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition with everything that was found, ordered by place. `spec` is None when nothing could be read."""

    spec: WorkflowSpec | None
    problems: list[Problem] = field(default_factory=list)
    document: Document = field(default_factory=lambda: Document(None))

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity != "error"]

    @property
    def refusals(self) -> list[Problem]:
        """What keeps the definition from being saved (422); the rest is a warning of the save."""
        return [problem for problem in self.errors if problem.code not in LATER_CODES]

    @property
    def save_warnings(self) -> list[Problem]:
        """Everything that does not keep the definition from being saved."""
        return [
            problem for problem in self.problems if problem.severity != "error" or problem.code in LATER_CODES
        ]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A definition that was read, with what reading it found; the rest is asked of a catalogue."""

    document: Document
    parsed: Parsed

    @property
    def action_refs(self) -> frozenset[str]:
        """Every action and workflow that is called."""
        tasks = self.parsed.spec.all_tasks() if self.parsed.spec is not None else ()
        return frozenset(task.action for task in tasks if task.action is not None)

    def checked(
        self, *, catalog: Catalog, limits: SpecLimits = DEFAULT_LIMITS, strict: bool = False
    ) -> Checked:
        """Everything that is wrong with it."""
        document, spec = self.document, self.parsed.spec
        if not document.complete:
            return Checked(spec, list(document.problems), document)
        found = [*document.problems, *self.parsed.problems]
        if spec is not None:
            found += validate(spec, catalog=catalog, limits=limits, document=document)
        if strict:
            found = [replace(p, severity="error") if p.code in STRICT_CODES else p for p in found]
        return Checked(spec, sorted(found, key=_by_place), document)


def validate(
    spec: WorkflowSpec,
    *,
    catalog: Catalog,
    limits: SpecLimits = DEFAULT_LIMITS,
    document: Document | None = None,
) -> list[Problem]:
    """What is wrong with a workflow beyond its structure, which the parser has reported. Places come from `document`."""
    findings = Findings(document)
    shape = Shape.of(spec)
    check_graph(shape, findings, limits)
    check_actions(shape.tasks.values(), catalog, findings)
    check_templates(shape, findings)
    return findings.problems


def check_text(
    text: str | bytes,
    *,
    catalog: Catalog,
    limits: SpecLimits = DEFAULT_LIMITS,
    action_text: str | bytes | None = None,
    ref: str | None = None,
    outer: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Checked:
    """Load, parse and validate a text; `action_text` is the action file of the linked layout.

    With syntax errors only those are reported; `spec` is what parses without the broken parts.
    """
    read = read_definition(text, limits=limits, action_text=action_text, ref=ref, outer=outer)
    return read.checked(catalog=catalog, limits=limits, strict=strict)


def read_definition(
    text: str | bytes,
    *,
    limits: SpecLimits = DEFAULT_LIMITS,
    action_text: str | bytes | None = None,
    ref: str | None = None,
    outer: Mapping[str, Any] | None = None,
) -> Unchecked:
    """Load and parse a text, for somebody who wants to know what it names before it is checked."""
    action = load(action_text, limits=limits) if action_text is not None else None
    return _read(load(text, limits=limits), limits, ref, action, outer)


def read_document(
    document: Document, *, limits: SpecLimits = DEFAULT_LIMITS, ref: str | None = None
) -> Unchecked:
    """Parse a text that is loaded already."""
    return _read(document, limits, ref, None, None)


def check_definition(
    definition: Any,
    *,
    catalog: Catalog,
    limits: SpecLimits = DEFAULT_LIMITS,
    ref: str | None = None,
    outer: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> Checked:
    """The same for the JSON `definition` of a request; `outer` holds the keys beside it."""
    read = _read(Document.from_value(definition), limits, ref, None, outer)
    return read.checked(catalog=catalog, limits=limits, strict=strict)


def _read(
    document: Document,
    limits: SpecLimits,
    ref: str | None,
    action: Document | None,
    outer: Mapping[str, Any] | None,
) -> Unchecked:
    document = document if document.complete else recover(document, limits)
    return Unchecked(document, parse_workflow(document, ref=ref, action_document=action, outer=outer))


def _by_place(problem: Problem) -> tuple[int, int]:
    return (problem.line or 0, problem.column or 0)
