"""Write a saved workflow to the files of its pack, so that files and rows say the same.

A workflow that came as text is one file, kept byte for byte; one that came as JSON is the pair of the linked layout
(action file and graph file). A workflow keeps the layout it was loaded from. Source: language.md 1; api.md 7; which
directory a pack lives in: docs/reference/packs.md "Saving to files".
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from app.engine.errors import EditConflict
from app.engine.spec.layouts import joined_text, split_text
from app.engine.spec.writing import yaml_text
from app.persistence.models import Pack, WorkflowDefinition, WorkflowRevision
from app.persistence.repositories import workflows
from app.persistence.session import Transaction
from app.services import pack_sources, pack_store
from app.services.edit_conflicts import merged, revision_json
from app.services.pack_writes import FileNotWritten, FileWrites, place_in, written
from app.services.workflow_saving import IDENTITY_KEYS

__all__ = ["FileNotWritten", "FileWrites", "check_files", "source_hash", "writable_directory", "write_files", "written"]

_OF_THE_ACTION = tuple(key for key in IDENTITY_KEYS if key != "version")
_ENDINGS = (".yaml", ".yml")


def source_hash(text: str, action_text: str | None = None) -> str:
    """SHA-256 of what a workflow's files say; `action_text` is the action file of the linked layout."""
    parts = [text] if action_text is None else [action_text, text]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def check_files(tx: Transaction, pack: Pack, row: WorkflowDefinition, *, seen: str | None, yours: str | None) -> None:
    """Refuse to write over files that somebody changed on the disk since they were read.

    Args:
        seen: the hash of the files as the caller has seen them, of an earlier conflict.

    Raises:
        EditConflict: details {kind: "file", file: {path, hash, text}, head, base, yours, merge}, the others as in
            edit_conflicts; `base` is the present revision.
    """
    found = _on_disk(pack, row)
    if found is None or found.hash in (row.source_hash, seen):
        return
    head = workflows.revision(tx, row.revision or 0)
    if head is None or found.text == head.text:
        return
    message = (
        f"The file '{found.path}' of the pack '{pack.ref}' was changed on the disk since it was loaded. "
        "Nothing was overwritten: look at both, then save on top of the file, or load the file."
    )
    shown = revision_json(tx, head)
    merge = None if yours is None else merged(tx, row.ref, base=shown["text"], yours=yours, theirs=found.text)
    file = {"path": found.path, "hash": found.hash, "text": found.text}
    details = {"kind": "file", "file": file, "head": shown, "base": shown, "yours": yours, "merge": merge}
    raise EditConflict(message, details=details)


def write_files(writes: FileWrites, pack: Pack, row: WorkflowDefinition, revision: WorkflowRevision) -> None:
    """Write the workflow's file or pair, and note in the row where it is and what it says. FileNotWritten."""
    directory, name = writable_directory(pack), row.ref.rpartition(".")[2]
    action = _action_file(directory, name)
    is_new_json = row.source_path is None and revision.text is None
    if is_new_json or action is not None:
        _write_pair(writes, directory, row, revision)
        return
    path = row.source_path or f"workflows/{name}.yaml"
    text = revision.text or yaml_text(revision.document)
    writes.write(place_in(directory, path), _with_mark(directory / path, text))
    row.source_path, row.source_hash = path, source_hash(text)


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """A workflow's files as they are now; `text` is the whole of both in the linked layout."""

    path: str
    text: str
    hash: str


def _on_disk(pack: Pack, row: WorkflowDefinition) -> _OnDisk | None:
    """None when there is no file, or none that can be read: then there is nothing to overwrite."""
    if not pack.storage_path or not row.source_path:
        return None
    directory = Path(pack.storage_path)
    try:
        graph = _text_of(directory / row.source_path)
        action_file = _action_file(directory, row.ref.rpartition(".")[2])
        action = _text_of(action_file) if action_file is not None else None
    except OSError:
        return None
    whole = graph if action is None else joined_text(action, graph, ref=row.ref) or f"{action}\n---\n{graph}"
    return _OnDisk(row.source_path, whole, source_hash(graph, action))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig", "replace")


def _with_mark(path: Path, text: str) -> str:
    """With the byte order mark that the file begins with, which is not part of the text."""
    has_mark = path.is_file() and path.read_bytes()[:3] == b"\xef\xbb\xbf"
    return f"\ufeff{text}" if has_mark else text


def _action_file(directory: Path, name: str) -> Path | None:
    found = (directory / f"actions/{name}{ending}" for ending in _ENDINGS)
    return next((path for path in found if path.is_file()), None)


def _write_pair(writes: FileWrites, directory: Path, row: WorkflowDefinition, revision: WorkflowRevision) -> None:
    name = row.ref.rpartition(".")[2]
    path = row.source_path or f"actions/workflows/{name}.workflow.yaml"
    known = _action_file(directory, name)
    action = place_in(directory, f"actions/{known.name if known else f'{name}.yaml'}")
    head, graph = _pair(revision, action, path)
    writes.write(action, head)
    writes.write(place_in(directory, path), graph)
    row.source_path, row.source_hash = path, source_hash(graph, head)


def _pair(revision: WorkflowRevision, action: Path, path: str) -> tuple[str, str]:
    """The texts of action file and graph file; comments stay when the revision is a text that can be split."""
    if revision.text is not None and action.is_file():
        found = split_text(revision.text, _text_of(action), ref=revision.workflow_ref)
        if found is not None:
            return found
    document = revision.document
    head = {key: document[key] for key in _OF_THE_ACTION if key in document}
    head["workflow_file"] = os.path.relpath(path, "actions")
    graph = {key: value for key, value in document.items() if key not in _OF_THE_ACTION}
    return yaml_text(head), yaml_text(graph)


def writable_directory(pack: Pack) -> Path:
    """The directory the pack lives in; what comes with Attune itself is copied to the store first and used from there."""
    if pack.storage_path and not _comes_with_attune(Path(pack.storage_path)):
        directory = Path(pack.storage_path)
        if not directory.is_dir():
            raise FileNotWritten(f"The directory of the pack '{pack.ref}' is not on this machine.")
        return directory
    pack.storage_path = str(target := _in_store(pack))
    return target


def _in_store(pack: Pack) -> Path:
    """The pack's directory in the store; what a newer Attune brought goes over the copy of an older one."""
    target = pack_store.directory_of(pack.ref)
    try:
        target.mkdir(exist_ok=True)
        if pack.storage_path:
            shutil.copytree(pack.storage_path, target, symlinks=True, dirs_exist_ok=True)
    except OSError as error:
        raise FileNotWritten(f"The pack '{pack.ref}' can't be copied to the pack store: {error.strerror or error}.") from error
    return target


def _comes_with_attune(directory: Path) -> bool:
    return directory.resolve().is_relative_to(pack_sources.SHIPPED)
