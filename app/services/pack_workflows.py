"""Save the workflow files of a pack: valid ones become rows, invalid ones are named and left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.access import Caller
from app.engine.spec.document import load
from app.engine.spec.problems import Problem
from app.engine.spec.validate import Checked
from app.persistence.models import Pack, WorkflowDefinition
from app.persistence.repositories import actions, workflows
from app.persistence.session import Transaction
from app.services.pack_checks import action_info, check_file
from app.services.pack_files import WorkflowFile
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import limits, problem_json
from app.services.workflow_saving import WorkflowContent, content_of, save


@dataclass(slots=True)
class SavedFiles:
    """What became of the files. `warnings`: [{file, path, message}], also of those that were left out."""

    workflows: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def save_files(
    tx: Transaction, pack: Pack, files: list[WorkflowFile], *, catalog: StoredCatalog, by: Caller
) -> SavedFiles:
    """Save each file that is valid. A ref that the API made is not overwritten: that is a warning too."""
    done = SavedFiles()
    for file in files:
        checked = check_file(file, catalog)
        done.warnings += [_warning(file, p) for p in checked.problems]
        reason = _refused(tx, pack, file, checked)
        if reason:
            done.errors.append(f"{file.path}: {reason}")
            if not checked.refusals:
                done.warnings.append({"file": file.path, "path": "ref", "message": reason})
            continue
        done.workflows.append(_save(tx, pack, file, checked, by))
    return done


def loading_catalog(tx: Transaction, files: list[WorkflowFile]) -> StoredCatalog:
    """A catalog that knows the workflows of the pack before they are saved, since they may call each other."""
    return StoredCatalog(tx, {file.ref: action_info(file) for file in files})


def _refused(tx: Transaction, pack: Pack, file: WorkflowFile, checked: Checked) -> str | None:
    if checked.refusals or checked.spec is None:
        return checked.refusals[0].message if checked.refusals else "it can't be read."
    ref = checked.spec.ref
    if not ref.startswith(f"{pack.ref}."):
        return f"The workflow '{ref}' belongs to another pack; this one is '{pack.ref}'."
    row = workflows.by_ref(tx, ref)
    if row is not None and row.is_adhoc and not row.source_path:
        return f"The workflow '{ref}' was made through the API and is kept; delete it to load the file."
    action = actions.by_ref(tx, ref)
    if action is not None and action.workflow_def is None:
        return f"An action has the ref '{ref}' already."
    return None


def _save(tx: Transaction, pack: Pack, file: WorkflowFile, checked: Checked, by: Caller) -> dict[str, Any]:
    row = workflows.by_ref(tx, file.ref)
    content = _content(file, checked, row)
    warnings = [p.message for p in checked.problems]
    if row is not None and _is_same(tx, row, content):
        row.warnings = list(content.warnings)  # what was unknown then may be there now
        return {"ref_name": row.ref, "created": False, "workflow_def_id": row.id, "warnings": warnings}
    created = row is None
    row = save(tx, pack, content, row=row, by=by)
    return {"ref_name": row.ref, "created": created, "workflow_def_id": row.id, "warnings": warnings}


def _content(file: WorkflowFile, checked: Checked, row: WorkflowDefinition | None) -> WorkflowContent:
    assert checked.spec is not None
    return content_of(
        checked.spec,
        checked.document.value,
        text=file.text if file.action_text is None else None,
        source_path=file.path,
        is_adhoc=False,
        enabled=_enabled(file, checked) if row is None else row.enabled,
        warnings=tuple(problem_json(p) for p in checked.problems),
    )


def _enabled(file: WorkflowFile, checked: Checked) -> bool:
    """What the files say at first; afterwards the switch of the server decides."""
    head = checked.document.value if file.action_text is None else load(file.action_text, limits=limits()).value
    return head.get("enabled", True) is not False


def _is_same(tx: Transaction, row: WorkflowDefinition, content: WorkflowContent) -> bool:
    revision = workflows.revision(tx, row.revision or 0)
    same = revision is not None and revision.content_hash == content.content_hash()
    return same and row.source_path == content.source_path and not row.is_adhoc and not row.draft


def _warning(file: WorkflowFile, problem: Problem) -> dict[str, Any]:
    return {"file": file.path, "path": problem.path, "message": problem.message}


