"""Findings about templates and conditions: syntax, and every name they look up (language.md 7, 8, 10, 11 "Saving")."""

from __future__ import annotations

from app.engine.errors import ExpressionFailed
from app.engine.expressions import Reference, compile_condition, compile_value
from app.engine.graph.inspect import Shape
from app.engine.graph.variables import published_at_once
from app.engine.spec.check_references import Lookup, check_reference
from app.engine.spec.findings import Findings, set_field_fix
from app.engine.spec.known_names import KnownNames
from app.engine.spec.places import Path
from app.engine.spec.template_sites import Site, sites_of


def check_templates(shape: Shape, findings: Findings) -> None:
    """Note everything that is wrong with the texts of a workflow."""
    names = KnownNames(shape)
    for site in sites_of(shape.spec, findings.document):
        _check_site(site, names, findings)
    _check_items(shape, findings)
    _check_publishers(shape, findings)


def _check_site(site: Site, names: KnownNames, findings: Findings) -> None:
    for path, edit_path, text in site.below():
        references = _references(site, path, text, findings)
        seen: set[str] = set()
        for reference in sorted(references, key=lambda r: r.column or 0):
            if reference.text not in seen:
                seen.add(reference.text)
                check_reference(Lookup(reference, site, path, edit_path, text), names, findings)


def _references(site: Site, path: Path, text: str, findings: Findings) -> frozenset[Reference]:
    try:
        if site.is_condition:
            return compile_condition(text).references
        compiled = compile_value(text)
    except ExpressionFailed as failed:
        _not_compiled(failed, site, path, findings)
        return frozenset()
    for hint in compiled.hints:
        findings.warning(path, "foreign_template", f"{hint[:1].upper()}{hint[1:]}.", task=_task_name(site))
    return compiled.references


def _not_compiled(failed: ExpressionFailed, site: Site, path: Path, findings: Findings) -> None:
    at = None
    if findings.document is not None and failed.column:
        at = findings.document.inner_place(path, failed.column - 1)
    findings.error(path, "bad_template", failed.message, task=_task_name(site), at=at)


def _task_name(site: Site) -> str | None:
    return site.task.name if site.task is not None else None


def _check_items(shape: Shape, findings: Findings) -> None:
    for task in shape.tasks.values():
        text = task.with_items
        if isinstance(text, str) and "{{" not in text and "{%" not in text:
            message = (
                f"'with_items' is plain text, but takes a list; write \"{{{{ {text.strip()[:60]} }}}}\"."
            )
            fix = set_field_fix(
                "Make it an expression", ("tasks", task.name, "with_items"), f"{{{{ {text.strip()} }}}}"
            )
            findings.error(f"{task.path}.with_items", "bad_items", message, task=task.name, fix=fix)


def _check_publishers(shape: Shape, findings: Findings) -> None:
    for variable, first, second in published_at_once(shape):
        task = shape.tasks[second]
        message = (
            f"'{variable}' is published by '{first}' too, which may run at the same time: the later one wins."
        )
        findings.warning(
            _publish_place(shape, second, variable), "concurrent_publish", message, task=task.name
        )


def _publish_place(shape: Shape, name: str, variable: str) -> str:
    task = shape.tasks[name]
    for transition in task.transitions:
        if any(entry.name == variable for entry in transition.publish):
            return f"{transition.path}.publish"
    return f"{task.path}.publish"
