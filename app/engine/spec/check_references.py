"""One name in one template: does it exist, and can it have a value at that moment? (language.md 7, 11 "Saving")"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.engine.expressions import NAME_HINTS, Reference, near_names
from app.engine.graph.branches import certain_facts, exclude
from app.engine.spec.findings import Findings, set_field_fix
from app.engine.spec.known_names import BATCH_NAMES, INQUIRY_NAMES, ITEM_NAMES, SYSTEM_NAMES, KnownNames
from app.engine.spec.places import Mark, Path
from app.engine.spec.template_sites import Site

_GUARD = r"[\w.\[\]'\"]*\s*\)*\s*(\|\s*(default|d)\b|is\s+(not\s+)?(un)?defined\b)"
_HELPER_MOMENTS = ("attempt", "end")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A reference, and where it stands."""

    reference: Reference
    site: Site
    path: Path
    edit_path: Path
    text: str

    @property
    def first(self) -> str:
        return self.reference.path[0] if self.reference.path else ""

    @property
    def is_guarded(self) -> bool:
        """Whether the text provides for a missing value: `| default(...)` or `is defined` behind the name."""
        return re.search(re.escape(self.reference.text) + _GUARD, self.text) is not None

    def replaced(self, old: str, new: str) -> dict[str, Any] | None:
        """The fix that writes `new` for the first `old` at or behind the reference."""
        start = (self.reference.column or 1) - 1
        at = self.text.find(old, start)
        if at < 0 or at > start + len(self.reference.text):
            return None
        text = self.text[:at] + new + self.text[at + len(old) :]
        return set_field_fix(f"Write '{new}'", self.edit_path, text)

    def mark(self, findings: Findings) -> Mark | None:
        if findings.document is None or not self.reference.column:
            return None
        return findings.document.inner_place(self.path, self.reference.column - 1, len(self.reference.text))

    def error(self, findings: Findings, code: str, message: str, fix: dict[str, Any] | None = None) -> None:
        findings.error(self.path, code, message, task=self._task(), fix=fix, at=self.mark(findings))

    def warning(self, findings: Findings, code: str, message: str, fix: dict[str, Any] | None = None) -> None:
        findings.warning(self.path, code, message, task=self._task(), fix=fix, at=self.mark(findings))

    def _task(self) -> str | None:
        return self.site.task.name if self.site.task is not None else None


def check_reference(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    """Note what is wrong with one reference."""
    check = _CHECKS.get(lookup.reference.namespace)
    if check is not None and (lookup.reference.path or lookup.reference.namespace == "task"):
        check(lookup, names, findings)


def _check_parameter(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    name = lookup.first
    if name in names.parameters or (names.any_parameter and names.declares_parameters):
        return
    if not names.declares_parameters:
        message = (
            f"The workflow declares no parameters, so '{name}' can't be checked; add it to 'parameters'."
        )
        fix = set_field_fix(f"Declare the parameter '{name}'", ("parameters", name), {"type": "string"})
        lookup.warning(findings, "undeclared_parameter", message, fix)
        return
    _unknown(
        lookup, findings, "unknown_parameter", f"There is no parameter '{name}'.", name, names.parameters
    )


def _check_variable(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    name = lookup.first
    if name not in names.variables:
        message = f"No task publishes a variable '{name}', and 'vars' does not declare it."
        _unknown(lookup, findings, "unknown_variable", message, name, names.variables)
    else:
        _check_variable_time(lookup, names, findings)


def _check_variable_time(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    name, site = lookup.first, lookup.site
    if site.variables_above is not None:
        if name not in site.variables_above:
            message = f"'{name}' has no value yet: 'vars' may use only what is declared above."
            lookup.error(findings, "later_variable", message)
        return
    if site.task is None or lookup.is_guarded:
        return
    if not names.is_sure(name, site.task, at_end=site.moment in _HELPER_MOMENTS):
        tasks = ", ".join(f"'{task}'" for task in names.published[name][:3])
        message = f"'{name}' is not published on every path to here (only by {tasks}); declare it in 'vars', or write {name} | default(...)."
        fix = (
            set_field_fix(f"Declare '{name}' in 'vars'", ("vars", name), None)
            if isinstance(_raw_vars(findings), dict | None)
            else None
        )
        lookup.warning(findings, "maybe_unpublished", message, fix)


def _raw_vars(findings: Findings) -> Any:
    return findings.document.value_at(("vars",)) if findings.document is not None else None


def _check_bare(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    name = lookup.first
    if name in names.variables:
        _check_variable_time(lookup, names, findings)
    elif name in (*ITEM_NAMES, *BATCH_NAMES):
        _check_item_name(lookup, names, findings)
    elif name in names.parameters:
        message = f"'{name}' is a parameter; write parameters.{name}."
        lookup.error(findings, "bare_parameter", message, lookup.replaced(name, f"parameters.{name}"))
    elif name in names.tasks:
        message = f"'{name}' is a task; write task.{name}."
        lookup.error(findings, "bare_task", message, lookup.replaced(name, f"task.{name}"))
    else:
        known = [
            *names.variables,
            "parameters",
            "vars",
            "task",
            "system",
            "config",
            "inquiry",
            "kv",
            *names.item_names(lookup.site.task),
        ]
        habit = NAME_HINTS.get(name)
        message = f"The name '{name}' exists nowhere" + (f": {habit}." if habit else ".")
        _unknown(lookup, findings, "unknown_name", message, name, known)


def _check_item_name(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    name, site = lookup.first, lookup.site
    if site.moment in ("run", "attempt") and name in names.item_names(site.task):
        return
    if (
        name in BATCH_NAMES
        and site.task is not None
        and site.task.with_items is not None
        and not site.task.batch_size
    ):
        reason = "only tasks with 'batch_size' have it"
    elif site.task is not None and site.task.with_items is not None:
        reason = "it exists only in 'input' and 'retry', where each item is run"
    else:
        reason = "it exists only in a task with 'with_items'"
    lookup.error(findings, "no_item", f"'{name}' has no value here: {reason}.")


def _check_task(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    name, site = lookup.first, lookup.site
    if site.moment == "vars":
        lookup.error(
            findings,
            "too_early",
            "'vars' is evaluated before any task runs; publish the value from the task instead.",
        )
    elif name and name not in names.tasks:
        _unknown(
            lookup,
            findings,
            "unknown_task",
            f"There is no task '{name}'.",
            name,
            names.tasks,
            guardable=False,
        )
    elif name and site.task is not None:
        _check_task_time(lookup, names, findings, site.task.name)


def _check_task_time(lookup: Lookup, names: KnownNames, findings: Findings, here: str) -> None:
    name, shape = lookup.first, names.shape
    ended = lookup.site.moment in _HELPER_MOMENTS
    place, there = shape.place_of(here), shape.place_of(name)
    if shape.may_precede(name, here) or (ended and (name == here or (there == place and here == place))):
        return
    if name == here:
        _not_before(lookup, findings, f"'{name}' has not run yet when this is evaluated.")
    elif there != place and shape.may_precede(here, name):
        _not_before(lookup, findings, f"'{name}' runs after '{here}', so it has no result here.")
    elif there != place and _excluded(names, place, there):
        _not_before(
            lookup, findings, f"'{name}' and '{here}' never run both: their ways exclude one another."
        )
    elif not lookup.is_guarded:
        message = f"'{name}' may run at the same time as '{here}', so it may have no result yet; join both, or use 'is defined'."
        lookup.warning(findings, "maybe_not_run", message)


def _not_before(lookup: Lookup, findings: Findings, message: str) -> None:
    if lookup.is_guarded:
        lookup.warning(findings, "not_run_before", message)
    else:
        lookup.error(findings, "not_run_before", message)


def _excluded(names: KnownNames, first: str, second: str) -> bool:
    facts = certain_facts(names.shape)
    return exclude(facts[first], facts[second])


def _check_helper(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    if lookup.site.moment in _HELPER_MOMENTS:
        return
    name = lookup.first
    instead = "task.<name>.result" if name == "result" else "task.<name>.status"
    message = f"{name}() speaks of the task that has just ended: use it in transitions, 'publish' and 'retry'; elsewhere write {instead}."
    lookup.error(findings, "misplaced_helper", message)


def _check_system(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    unknown = names.unknown_system_name(lookup.reference.path)
    if unknown is not None:
        known = SYSTEM_NAMES if unknown == lookup.first else SYSTEM_NAMES[lookup.first]
        _unknown(lookup, findings, "unknown_name", f"'system' has no '{unknown}'.", unknown, known)


def _check_pack(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    message = f"'pack' has only 'config', no '{lookup.first}'."
    lookup.error(findings, "unknown_name", message)


def _check_inquiry(lookup: Lookup, names: KnownNames, findings: Findings) -> None:
    task = names.tasks.get(lookup.first)
    if task is None:
        _unknown(
            lookup,
            findings,
            "unknown_task",
            f"There is no task '{lookup.first}'.",
            lookup.first,
            names.tasks,
            guardable=False,
        )
    elif lookup.site.moment == "vars":
        lookup.error(findings, "too_early", "'vars' is evaluated before anybody is asked.")
    elif (
        len(lookup.reference.path) > 1
        and task.with_items is None
        and lookup.reference.path[1] not in INQUIRY_NAMES
    ):
        name = lookup.reference.path[1]
        _unknown(lookup, findings, "unknown_name", f"An inquiry has no '{name}'.", name, INQUIRY_NAMES)


def _unknown(
    lookup: Lookup,
    findings: Findings,
    code: str,
    message: str,
    name: str,
    known: Iterable[str],
    *,
    guardable: bool = True,
) -> None:
    close = near_names(name, list(known))
    hint = f" Did you mean {' or '.join(repr(one) for one in close[:3])}?" if close else ""
    fix = lookup.replaced(name, close[0]) if close else None
    if guardable and lookup.is_guarded:
        lookup.warning(findings, code, message + hint, fix)
    else:
        lookup.error(findings, code, message + hint, fix)


_CHECKS: dict[str, Callable[[Lookup, KnownNames, Findings], None]] = {
    "parameters": _check_parameter,
    "vars": _check_variable,
    "": _check_bare,
    "task": _check_task,
    "()": _check_helper,
    "system": _check_system,
    "pack": _check_pack,
    "inquiry": _check_inquiry,
}
