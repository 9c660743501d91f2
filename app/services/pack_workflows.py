"""Save the workflow files of a pack: valid ones become rows, invalid ones are named and left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.access import Caller
from app.engine.spec.document import load
from app.engine.spec.layouts import joined_text
from app.engine.spec.problems import Problem
from app.engine.spec.validate import Checked
from app.persistence.models import Pack, WorkflowDefinition, WorkflowRevision
from app.persistence.repositories import actions, workflows
from app.persistence.session import Transaction
from app.services.pack_checks import action_info, check_file
from app.services.pack_files import WorkflowFile
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_checks import limits, problem_json
from app.services.workflow_files import source_hash
from app.services.workflow_saving import WorkflowContent, content_of, save


@dataclass(slots=True)
class SavedFiles:
    """What became of the files. `warnings`: [{file, path, message}], also of those that were left out."""

    workflows: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def save_files(
    tx: Transaction,
    pack: Pack,
    files: list[WorkflowFile],
    *,
    catalog: StoredCatalog,
    by: Caller,
    keep_edits: bool = False,
) -> SavedFiles:
    """Save each file that is valid. A ref that the API made is not overwritten: that is a warning too.

    `keep_edits`: a file that was loaded before in just this state does not undo what was saved since.
    """
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
        done.workflows.append(_save(tx, pack, file, checked, by, keep_edits))
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


def _save(
    tx: Transaction, pack: Pack, file: WorkflowFile, checked: Checked, by: Caller, keep_edits: bool
) -> dict[str, Any]:
    row = workflows.by_ref(tx, file.ref)
    content, created = _content(file, checked, row), row is None
    if row is not None and _is_loaded(tx, row, content, keep_edits):
        row.source_hash = content.source_hash
    else:
        row = save(tx, pack, content, row=row, by=by)
    warnings = [p.message for p in checked.problems]
    return {"ref_name": row.ref, "created": created, "workflow_def_id": row.id, "warnings": warnings}


def _content(file: WorkflowFile, checked: Checked, row: WorkflowDefinition | None) -> WorkflowContent:
    assert checked.spec is not None
    return content_of(
        checked.spec,
        checked.document.value,
        text=_whole_text(file),
        source_path=file.path,
        source_hash=source_hash(file.text, file.action_text),
        is_adhoc=row is not None and row.is_adhoc,
        enabled=_enabled(file, checked) if row is None else row.enabled,
        warnings=tuple(problem_json(p) for p in checked.problems),
    )


def _whole_text(file: WorkflowFile) -> str | None:
    """One text that says everything; None for a linked pair that can't be joined line by line."""
    return file.text if file.action_text is None else joined_text(file.action_text, file.text, ref=file.ref)


def _enabled(file: WorkflowFile, checked: Checked) -> bool:
    """What the files say at first; afterwards the switch of the server decides."""
    head = checked.document.value if file.action_text is None else load(file.action_text, limits=limits()).value
    return head.get("enabled", True) is not False


def _is_loaded(tx: Transaction, row: WorkflowDefinition, content: WorkflowContent, keep_edits: bool) -> bool:
    """Whether the row says what the file says, or (with `keep_edits`) has said it before it was edited."""
    if row.source_path != content.source_path:
        return False
    current = workflows.revision(tx, row.revision or 0)
    if current is not None and _says_the_same(current, content):
        row.warnings = list(content.warnings)  # what was unknown then may be there now
        return not row.draft
    return keep_edits and workflows.revision_by_hash(tx, row.id, content.content_hash()) is not None


def _says_the_same(revision: WorkflowRevision, content: WorkflowContent) -> bool:
    if revision.content_hash == content.content_hash():
        return True
    # a pair that was written from JSON has no text of its own
    return revision.text is None and revision.document == content.document()


def _warning(file: WorkflowFile, problem: Problem) -> dict[str, Any]:
    return {"file": file.path, "path": problem.path, "message": problem.message}


