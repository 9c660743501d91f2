"""Write a saved workflow to the files of its pack, so that files and rows say the same.

A workflow that came as text is one file, kept byte for byte; one that came as JSON is the pair of the linked layout
(action file and graph file). A workflow keeps the layout it was loaded from. Source: language.md 1; api.md 7.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from app.engine.errors import BadRequest
from app.engine.spec.document import load
from app.engine.spec.layouts import split_text
from app.persistence.models import Pack, WorkflowDefinition, WorkflowRevision
from app.services import pack_store
from app.services.workflow_saving import IDENTITY_KEYS

_OF_THE_ACTION = tuple(key for key in IDENTITY_KEYS if key != "version")


class FileWrites:
    """Files written so far in a block, with what was there before."""

    def __init__(self) -> None:
        self._before: dict[Path, bytes | None] = {}

    def write(self, path: Path, text: str) -> None:
        """Replace a file as a whole; a reader sees the old text or the new one. BadRequest when it can't be."""
        try:
            self._before.setdefault(path, path.read_bytes() if path.exists() else None)
            _replace(path, text.encode())
        except OSError as error:
            raise BadRequest(f"The pack's file '{path.name}' can't be written: {error.strerror}.") from error

    def take_back(self) -> None:
        for path, content in self._before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                _replace(path, content)


@contextmanager
def written() -> Iterator[FileWrites]:
    """Files written within the block are as before when it raises; put it around the transaction."""
    writes = FileWrites()
    try:
        yield writes
    except BaseException:
        writes.take_back()
        raise


def write_files(writes: FileWrites, pack: Pack, row: WorkflowDefinition, revision: WorkflowRevision) -> str:
    """Write the workflow's file or pair; returns the path of its graph, relative to the pack."""
    directory, name = _writable_directory(pack), row.ref.rpartition(".")[2]
    action = directory / f"actions/{name}.yaml"
    is_new_json = row.source_path is None and revision.text is None
    if is_new_json or action.is_file():
        return _write_pair(writes, directory, row, revision)
    path = row.source_path or f"workflows/{name}.yaml"
    writes.write(_inside(directory, path), revision.text or yaml_text(revision.document))
    return path


def yaml_text(document: dict[str, Any]) -> str:
    """The document as YAML that our own loader reads back to the same data; keys keep their order."""
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    if load(text).value != document:
        raise BadRequest("The definition has a value that YAML can't hold.")
    return text


def _write_pair(writes: FileWrites, directory: Path, row: WorkflowDefinition, revision: WorkflowRevision) -> str:
    name = row.ref.rpartition(".")[2]
    path = row.source_path or f"actions/workflows/{name}.workflow.yaml"
    action = _inside(directory, f"actions/{name}.yaml")
    head, graph = _pair(revision, action, path)
    writes.write(action, head)
    writes.write(_inside(directory, path), graph)
    return path


def _pair(revision: WorkflowRevision, action: Path, path: str) -> tuple[str, str]:
    """The texts of action file and graph file; comments stay when the revision is a text that can be split."""
    if revision.text is not None and action.is_file():
        found = split_text(revision.text, action.read_bytes().decode(), ref=revision.workflow_ref)
        if found is not None:
            return found
    document = revision.document
    head = {key: document[key] for key in _OF_THE_ACTION if key in document}
    head["workflow_file"] = os.path.relpath(path, "actions")
    graph = {key: value for key, value in document.items() if key not in _OF_THE_ACTION}
    return yaml_text(head), yaml_text(graph)


def _writable_directory(pack: Pack) -> Path:
    """The pack's directory; a pack that ships is copied to the store first and used from there."""
    target = pack_store.directory_of(pack.ref)
    if pack.storage_path and pack.source_type != "shipped":
        return Path(pack.storage_path)
    if pack.storage_path and Path(pack.storage_path) != target and not target.exists():
        shutil.copytree(pack.storage_path, target, symlinks=True)
    target.mkdir(exist_ok=True)
    pack.storage_path = str(target)
    return target


def _inside(directory: Path, name: str) -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.resolve().is_relative_to(directory.resolve()):
        raise BadRequest(f"'{name}' leads out of the pack.")
    return path


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.write_bytes(content)
    beside.replace(path)


class _Dumper(yaml.SafeDumper):
    """Block style for texts of several lines, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
