"""Use cases of the tests of an installed pack: list, read, save, delete, play. They live in the files of the pack.

Who may read a workflow reads and plays its tests; who may change it writes them. Source: docs/reference/api.md
"Tests of packs".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.engine.access import Caller
from app.engine.errors import BadRequest, Conflict, Invalid, InvalidDefinition, NotFound, TooLarge
from app.engine.rehearsals.outcomes import PackOutcome, WorkflowOutcome, problem_json
from app.engine.rehearsals.pack_tests import NAME
from app.engine.spec.catalog import ActionInfo, ActionList
from app.engine.spec.document import load
from app.engine.spec.model import WorkflowSpec
from app.engine.spec.problems import Problem, errors_of
from app.engine.spec.writing import plain_yaml
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.models import Pack, WorkflowDefinition
from app.persistence.repositories import workflows
from app.persistence.session import Transaction
from app.services import pack_files, pack_writes, ports
from app.services.pack_rights import require, seen_pack
from app.services.pack_test_files import ENDINGS, FOLDER, PackTestFile, read_tests, strays_of
from app.services.pack_test_playing import Grounds, config_of, default_config, play_tests
from app.services.workflow_catalog import StoredCatalog
from app.services.workflow_files import writable_directory
from app.services.workflow_revisions import load_spec

_MOST = 100_000  # workflows of one pack


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a caller sees of a pack with tests; workflows by name, without the pack."""

    pack: Pack
    workflows: Mapping[str, WorkflowDefinition]
    files: Sequence[PackTestFile]


def list_tests(*, ref: str, by: Caller, workflow: str | None = None) -> list[dict[str, Any]]:
    """Every test by workflow and name: `{workflow, workflow_ref, name, file, hash, description, valid, problems[]}`."""
    with session.reading() as tx:
        seen = _seen(tx, ref, by)
        return [_summary(file, seen) for file in seen.files if workflow in (None, file.workflow)]


def get_test(*, ref: str, workflow: str, name: str, by: Caller) -> dict[str, Any]:
    """One test: as listed, with `text` and `content`, its data. NotFound."""
    with session.reading() as tx:
        seen = _seen(tx, ref, by)
        return _whole(_file(seen.files, seen.pack, workflow, name), seen)


def save_test(
    *, ref: str, workflow: str, name: str, text: str | None, content: Mapping[str, Any] | None, base: str | None, by: Caller
) -> dict[str, Any]:
    """Write a test to the files of its pack, and play it: as `get_test`, with `result`.

    Args:
        text: the YAML, kept byte for byte; or `content`: its data.
        base: `hash` of the text it replaces; None: there is none yet.

    Raises:
        NotFound, Forbidden. Invalid: what is wrong with it, by line. Conflict: `base` is not what is there.
        FileNotWritten: the directory of the pack can't be written.
    """
    written = _text(text, content)
    file = _checked(PackTestFile(f"{FOLDER}/{workflow}/{name}.yaml", workflow, name, written))
    with pack_writes.written() as writes, session.transaction() as tx:
        pack = _changeable(tx, ref, workflow, by)
        directory = writable_directory(pack)
        there = _there(directory, workflow, name)
        _refuse_other_base(there, base, name)
        file = file if there is None else replace(file, path=there.path)
        writes.write(pack_writes.place_in(directory, file.path), written)
    played = run_tests(ref=ref, pick=f"{workflow}/{name}", by=by).as_json()["workflows"][0]["tests"]
    return {**get_test(ref=ref, workflow=workflow, name=name, by=by), "result": played[0]}


def delete_test(*, ref: str, workflow: str, name: str, by: Caller) -> None:
    """Remove a test from the files of its pack. NotFound, Forbidden, FileNotWritten."""
    with session.transaction() as tx:
        pack = _changeable(tx, ref, workflow, by)
        directory = writable_directory(pack)
        there = _there(directory, workflow, name)
        if there is None:
            raise _no_test(pack, workflow, name)
        pack_writes.remove(pack_writes.place_in(directory, there.path))


def run_tests(*, ref: str, pick: str | None = None, by: Caller) -> PackOutcome:
    """Play the tests of the workflows the caller may read; no action is run and nothing is stored.

    Args:
        pick: only those of a workflow, or one: `<workflow>` or `<workflow>/<test>`.

    Raises:
        NotFound: no such pack, or nothing that `pick` names.
    """
    with session.reading() as tx:
        seen = _seen(tx, ref, by)
        specs = {row.ref: _spec(row) for row in seen.workflows.values()}
        grounds = Grounds(ref, specs, _catalog(tx, specs, by), _config(seen.pack), pick)
    try:
        return play_tests(grounds, seen.files)
    except BadRequest as error:
        raise NotFound(error.message) from error


def run_workflow(*, ref: str, workflow: str, by: Caller) -> tuple[WorkflowOutcome, dict[str, str]]:
    """The tests of one workflow, played, also when there are none yet; and the text of each file. NotFound."""
    with session.reading() as tx:
        seen = _seen(tx, ref, by)
        row = seen.workflows.get(workflow)
        if row is None:
            raise NotFound(f"There is no workflow '{ref}.{workflow}'.")
        specs = {row.ref: _spec(row)}
        grounds = Grounds(ref, specs, _catalog(tx, specs, by), _config(seen.pack))
    files = [file for file in seen.files if file.workflow == workflow]
    return play_tests(grounds, files).workflows[0], {file.path: file.text for file in files}


def _seen(tx: Transaction, ref: str, by: Caller) -> _Seen:
    pack = seen_pack(tx, ref, by)
    readable = _readable(tx, ref, by)
    hidden = {_name(found) for found in workflows.of_pack(tx, pack.id)} - readable.keys()
    directory = Path(pack.storage_path) if pack.storage_path else None
    files = read_tests(directory) if directory is not None and directory.is_dir() else []
    return _Seen(pack, readable, [file for file in files if file.workflow not in hidden])


def _changeable(tx: Transaction, ref: str, workflow: str, by: Caller) -> Pack:
    """The pack, locked, for who sees it and may change this workflow of it."""
    pack = seen_pack(tx, ref, by, lock=True)
    full = f"{ref}.{workflow}"
    if workflow not in _readable(tx, ref, by):
        raise NotFound(f"There is no workflow '{full}'.")
    require(by, "actions", "update", pack_ref=ref, ref=full)
    return pack


def _readable(tx: Transaction, ref: str, by: Caller) -> dict[str, WorkflowDefinition]:
    rows, _ = workflows.listed(tx, scope=action_scope(by), pack_ref=ref, limit=_MOST)
    return {_name(row.ref): row for row in sorted(rows, key=lambda row: row.ref)}


def _text(text: str | None, content: Mapping[str, Any] | None) -> str:
    if (text is None) == (content is None):
        message = "Send the test as 'text' or as 'content'."
        raise Invalid(message, details=[{"path": "text", "message": message}])
    written = text if text is not None else plain_yaml(dict(content or {}))
    most = ports.settings().max_definition
    if len(written.encode("utf-8", "surrogatepass")) > most:
        raise TooLarge(f"The test has more than {most:,} bytes; ATTUNE_MAX_DEFINITION raises the limit.")
    return written


def _checked(file: PackTestFile) -> PackTestFile:
    wrong = errors_of(file.parsed()[1])
    if wrong:
        more = f" ({len(wrong)} problems)" if len(wrong) > 1 else ""
        details = [problem_json(problem) for problem in wrong]
        raise Invalid(f"The test can't be saved: {wrong[0].message}{more}", details=details)
    return file


def _there(directory: Path, workflow: str, name: str) -> PackTestFile | None:
    """The file of this name; a name that can't be one has none."""
    if not NAME.match(name) or not any((directory / FOLDER / workflow / f"{name}{end}").is_file() for end in ENDINGS):
        return None
    return next((f for f in read_tests(directory) if (f.workflow, f.name) == (workflow, name)), None)


def _refuse_other_base(there: PackTestFile | None, base: str | None, name: str) -> None:
    if there is not None and base is None:
        raise Conflict(f"There is a test '{name}' already; send its hash as 'base' to replace it, or take another name.")
    if there is None and base is not None:
        raise Conflict(f"The test '{name}' was removed meanwhile; send no 'base' to save it as a new one.")
    if there is not None and base != _hash(there.text):
        raise Conflict(f"The test '{name}' was changed since you read it; read it again, then save on top of it.")


def _file(files: Sequence[PackTestFile], pack: Pack, workflow: str, name: str) -> PackTestFile:
    found = next((file for file in files if (file.workflow, file.name) == (workflow, name)), None)
    if found is None:
        raise _no_test(pack, workflow, name)
    return found


def _no_test(pack: Pack, workflow: str, name: str) -> NotFound:
    return NotFound(f"The pack '{pack.ref}' has no test '{workflow}/{name}'.")


def _summary(file: PackTestFile, seen: _Seen) -> dict[str, Any]:
    test, problems = file.parsed()
    row = seen.workflows.get(file.workflow)
    found = [*problems, *strays_of(file, seen.workflows.keys())]
    return {
        "workflow": file.workflow,
        "workflow_ref": row.ref if row is not None else None,
        "name": file.name,
        "file": file.path,
        "hash": _hash(file.text),
        "description": test.description if test is not None else None,
        "valid": not errors_of(found),
        "problems": [problem_json(problem) for problem in found],
    }


def _whole(file: PackTestFile, seen: _Seen) -> dict[str, Any]:
    value = load(file.text).value
    return {**_summary(file, seen), "text": file.text, "content": value if isinstance(value, dict) else None}


def _spec(row: WorkflowDefinition) -> WorkflowSpec | list[Problem]:
    if row.revision is None or row.draft:
        return [Problem("error", f"'{row.ref}' is a draft: it has errors, so its tests are not played.", "")]
    try:
        return load_spec(row.revision)
    except InvalidDefinition as error:
        return list(error.problems) or [Problem("error", error.message, "")]


def _catalog(tx: Transaction, specs: Mapping[str, WorkflowSpec | list[Problem]], by: Caller) -> ActionList:
    """The actions these workflows call, read before the first one is played: no transaction is open meanwhile."""
    readable = [spec for spec in specs.values() if isinstance(spec, WorkflowSpec)]
    refs = {task.action for spec in readable for task in spec.all_tasks() if task.action}
    found = StoredCatalog(tx, scope=action_scope(by)).expect(refs)
    known: dict[str, ActionInfo] = {ref: info for ref, info in found.items() if info is not None}
    return ActionList(known)


def _config(pack: Pack) -> dict[str, Any]:
    """As the files of the pack say; what people set on this server does not count."""
    if pack.storage_path:
        try:
            return config_of(pack_files.read_manifest(Path(pack.storage_path)))
        except BadRequest:
            pass  # made through the API: there is no pack.yaml
    return default_config({}, pack.conf_schema)


def _name(ref: str) -> str:
    return ref.partition(".")[2]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
