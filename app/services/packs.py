"""Use cases of packs: make, change, delete; load their files from a directory, an upload or a repository.

Source: api.md 4. Files are read in pack_files.py, written to rows in pack_registration.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from app.engine.access import SYSTEM, Caller
from app.engine.errors import BadRequest, Conflict, Forbidden
from app.engine.spec.problems import Problem
from app.persistence import session
from app.persistence.models import Pack
from app.persistence.repositories import packs
from app.persistence.repositories.adding import add_new
from app.persistence.session import Transaction
from app.services import pack_files, pack_sources, pack_store, ports
from app.services.fields import Field, check_unchanged, read_fields
from app.services.pack_archives import has_manifest, pack_root, unpack
from app.services.pack_configuration import changed_config, checked_config
from app.services.pack_files import PackFiles, WorkflowFile
from app.services.pack_registration import Registered, Source, register
from app.services.pack_rights import require, require_pack, seen_pack
from app.services.pack_workflows import check_file, loading_catalog, save_files
from app.services.schema_checks import check_schemas

CORE = "core"
REF = Field("ref", "text", required=True, lengths=(1, 255), pattern=r"[a-z][a-z0-9_-]*")
FIELDS = (
    Field("label", "text", required=True, lengths=(1, 255)),
    Field("version", "text", required=True, lengths=(1, 50)),
    Field("description", "text", nullable=True),
    Field("conf_schema", "map"),
    Field("config", "map"),
    Field("meta", "map"),
    Field("tags", "list"),
    Field("runtime_deps", "list"),
    Field("dependencies", "list"),
    Field("is_standard", "bool"),
)


def create(*, body: Any, by: Caller) -> Pack:
    """An empty pack owned by the caller. Invalid, Forbidden, Conflict (ref taken).

    Files that wait for it in the pack store give it its workflows; what is wrong with them does not fail this.
    """
    values = read_fields(body, (REF, *FIELDS))
    check_schemas(values, "conf_schema")
    ref = values["ref"]
    require(by, "packs", "create", pack_ref=ref, ref=ref)
    values["config"] = checked_config(values.get("config") or {}, values.get("conf_schema") or {})
    with session.transaction() as tx:
        if packs.by_ref(tx, ref):
            raise Conflict(f"There is already a pack '{ref}'.")
        row = Pack(**values, installed_by=by.identity_id or None, created=ports.now(), updated=ports.now())
        row.storage_path = _waiting_directory(ref)
        add_new(tx, row, what=f"a pack '{ref}'")
        _sync(tx, row, by, keep_edits=True)
    return row


def update(*, ref: str, body: Any, by: Caller, if_match: str | None = None) -> Pack:
    """Change the keys that are sent. Invalid, NotFound, Forbidden, Conflict (changed since)."""
    values = read_fields(body, FIELDS, partial=True)
    check_schemas(values, "conf_schema")
    with session.transaction() as tx:
        row = seen_pack(tx, ref, by, lock=True)
        require_pack(by, "configure", row)
        check_unchanged(if_match, row)
        if {"config", "conf_schema"} & values.keys():
            values["config"] = _new_config(row, values)
        for key, value in values.items():
            setattr(row, key, value)
        row.updated = ports.now()
        _sync(tx, row, by, keep_edits=True)
    return row


def delete(*, ref: str, by: Caller) -> None:
    """Remove a pack with everything it holds and its uploaded files; what ran stays. Forbidden for `core`."""
    with session.transaction() as tx:
        row = seen_pack(tx, ref, by, lock=True)
        require_pack(by, "delete", row)
        if ref == CORE:
            raise Forbidden("The core pack can't be deleted: every server needs it.")
        packs.remove(tx, row.id)
        tx.after_commit(lambda: pack_store.discard(ref))


def register_directory(*, path: str | Path, force: bool = False, by: Caller, standard: bool = False) -> Registered:
    """Load a pack from a directory on the server; its files stay where they are.

    Raises:
        BadRequest: outside of the allowed roots, no pack there, or a file that is wrong.
        Conflict: the pack exists and `force` was not given.
    """
    directory = pack_sources.inside_allowed_roots(str(path))
    if not directory.is_dir():
        raise BadRequest(f"There is no directory '{path}' on the server.")
    files = pack_files.read(pack_root(directory))
    return _register(files, Source("path", standard=standard), force=force, by=by, move=False)


def upload(*, archive: BinaryIO, force: bool = False, by: Caller) -> Registered:
    """Load a pack from a tar.gz into the pack store. BadRequest, Conflict (exists and not `force`)."""
    with pack_store.staging() as staging:
        files = pack_files.read(unpack(archive, staging, limits=pack_store.limits()))
        return _register(files, Source("upload"), force=force, by=by, move=True)


def install(*, source: str, ref_spec: str | None = None, by: Caller, force: bool = False) -> Registered:
    """Load a pack from a git repository, an archive's address or a path. BadRequest, Conflict."""
    with pack_store.staging() as staging:
        fetched = pack_root(pack_sources.fetch(source, ref_spec, staging))
        origin = Source(pack_sources.kind_of(source), url=pack_sources.without_password(source))
        return _register(pack_files.read(fetched), origin, force=force, by=by, move=True)


def sync_workflows(*, ref: str, by: Caller) -> dict[str, Any]:
    """Read the workflow files of a pack again; the answer of POST /packs/{ref}/workflows/sync (api.md 4)."""
    with session.transaction() as tx:
        row = seen_pack(tx, ref, by, lock=True)
        require_pack(by, "configure", row)
        return _sync(tx, row, by)


def validate_workflows(*, ref: str, by: Caller) -> dict[str, Any]:
    """Check the workflow files of a pack, writing nothing: {pack_ref, validated_count, error_count, errors}."""
    with session.reading() as tx:
        row = seen_pack(tx, ref, by)
        files = _workflow_files(row)
        catalog = loading_catalog(tx, files)
        found = {file.ref: check_file(file, catalog).refusals for file in files}
    errors = {ref: [_line(p) for p in problems] for ref, problems in found.items() if problems}
    return {"pack_ref": ref, "validated_count": len(files), "error_count": len(errors), "errors": errors}


def load_shipped(*, by: Caller = SYSTEM) -> list[str]:
    """Load the packs of ATTUNE_PACKS_DIRS, or else those that ship, at start; unchanged ones are left alone.

    Returns the refs that were loaded. A pack that can't be loaded is an error that names it and its file.
    """
    pack_store.recover(_stored_hash)
    found = [d for root in pack_sources.shipped_roots() for d in sorted(root.iterdir()) if d.is_dir() and has_manifest(d)]
    found.sort(key=lambda directory: directory.name != CORE)  # others need its runtimes
    return [ref for directory in found if (ref := _load_if_changed(directory, by))]


def _stored_hash(ref: str) -> str | None:
    with session.reading() as tx:
        row = packs.by_ref(tx, ref)
        return row.content_hash if row else None


def _load_if_changed(directory: Path, by: Caller) -> str | None:
    if _stored_hash(pack_files.read_manifest(directory).ref) == pack_store.content_hash(directory):
        return None
    source = Source("shipped", standard=True)
    return _register(pack_files.read(directory), source, force=True, by=by, move=False).pack.ref


def _register(files: PackFiles, source: Source, *, force: bool, by: Caller, move: bool) -> Registered:
    with session.transaction() as tx:  # refused before any directory is moved
        _check_may_load(tx, files.ref, force=force, by=by)
    if move:
        with pack_store.swapped(files.ref, files.directory) as storage:
            return _write(files, source, storage=storage, force=force, by=by)
    return _write(files, source, storage=files.directory, force=force, by=by)


def _write(files: PackFiles, source: Source, *, storage: Path, force: bool, by: Caller) -> Registered:
    with session.transaction() as tx:
        _check_may_load(tx, files.ref, force=force, by=by)
        return register(tx, files, source, storage=storage, by=by)


def _check_may_load(tx: Transaction, ref: str, *, force: bool, by: Caller) -> None:
    require(by, "packs", "install", pack_ref=ref, ref=ref)
    if ref == CORE and by.token_type != "system":  # noqa: S105 - a kind of token
        raise Forbidden("The core pack comes with the server and can't be replaced.")
    row = packs.locked_by_ref(tx, ref)
    if row is None:
        return
    if not force:
        raise Conflict(f"There is already a pack '{ref}'; send force to replace it.")
    require_pack(by, "install", row)


def _sync(tx: Transaction, row: Pack, by: Caller, *, keep_edits: bool = False) -> dict[str, Any]:
    files = _workflow_files(row)
    saved = save_files(tx, row, files, catalog=loading_catalog(tx, files), by=by, keep_edits=keep_edits)
    return {
        "pack_ref": row.ref,
        "loaded_count": len(files),
        "registered_count": len(saved.workflows),
        "workflows": saved.workflows,
        "errors": saved.errors,
    }


def _workflow_files(row: Pack) -> list[WorkflowFile]:
    directory = row.storage_path or _waiting_directory(row.ref)
    return pack_files.read_workflows(Path(directory), row.ref) if directory else []


def _waiting_directory(ref: str) -> str | None:
    """The directory in the pack store that waits for a pack made through the API, if there is one."""
    directory = pack_store.directory_of(ref)
    return str(directory) if directory.is_dir() else None


def _new_config(row: Pack, values: dict[str, Any]) -> dict[str, Any]:
    schema = values.get("conf_schema", row.conf_schema or {})
    stored = row.config or {}
    config = changed_config(values["config"], stored=stored, schema=schema) if "config" in values else stored
    return checked_config(config, schema)


def _line(problem: Problem) -> str:
    return f"line {problem.line}: {problem.message}" if problem.line else problem.message
