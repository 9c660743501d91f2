"""Check the workflow files of packs without a database: the same words as when they are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.engine.errors import BadRequest
from app.engine.spec.catalog import ActionInfo, ActionList, Catalog
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow
from app.engine.spec.problems import Problem
from app.engine.spec.validate import STRICT_CODES, Checked
from app.services import pack_files, pack_sources
from app.services.pack_files import PackFiles, WorkflowFile
from app.services.pack_test_files import check_tests
from app.services.workflow_checks import check_text, limits

MANIFESTS = ("pack.yaml", "pack.yml")
COMPONENTS = ("actions", "permission_sets", "runtimes", "triggers", "rules", "sensors", "queues")


@dataclass(frozen=True, slots=True)
class FileChecked:
    """One file that was looked at; `checked.spec` is there for a readable workflow."""

    path: Path
    checked: Checked

    def strictly(self) -> FileChecked:
        """The same with what `--strict` does not let pass as errors."""
        problems = [replace(p, severity="error") if p.code in STRICT_CODES else p for p in self.checked.problems]
        return replace(self, checked=replace(self.checked, problems=problems))


class PackChecker:
    """Checks files one after another; what the packs around them offer is read once.

    Known actions are those of the pack a file belongs to, of the packs beside it, and of the packs that ship.
    """

    def __init__(self) -> None:
        self._offered: dict[Path, list[ActionInfo]] = {}

    def check(self, path: Path) -> list[FileChecked]:
        """Check a workflow file, a pack, or a directory with packs or workflow files in it.

        Raises:
            BadRequest: there is nothing to check at this path.
        """
        if path.is_file():
            return [self._one(path)]
        if not path.is_dir():
            raise BadRequest(f"There is no file or directory '{path}'.")
        found = sorted(manifest.parent for name in MANIFESTS for manifest in path.rglob(name))
        if found:
            return [checked for directory in found for checked in self._pack(directory)]
        files = sorted(file for ending in pack_files.ENDINGS for file in path.glob(f"*{ending}"))
        if not files:
            raise BadRequest(f"There is no pack and no workflow file in '{path}'.")
        return [self._one(file) for file in files]

    def catalog_of(self, directory: Path) -> ActionList:
        """What the workflows of the pack in this directory may call."""
        return self._catalog([directory, *_neighbours(directory)])

    def _one(self, path: Path) -> FileChecked:
        directory = _pack_of(path)
        if directory is None:
            return FileChecked(path, check_text(_text(path), ref=None, catalog=self._catalog([])))
        checked = next((c for c in self._pack(directory) if c.path.resolve() == path.resolve()), None)
        if checked is not None:
            return replace(checked, path=path)
        if _is_component(path, directory):
            return FileChecked(path, Checked(None))
        return FileChecked(path, check_text(_text(path), ref=None, catalog=self._catalog([directory])))

    def _pack(self, directory: Path) -> list[FileChecked]:
        wrong = _components(directory)
        try:
            pack_ref = pack_files.read_manifest(directory).ref
        except BadRequest:
            return wrong
        catalog = self.catalog_of(directory)
        files = pack_files.read_workflows(directory, pack_ref)
        checked = [FileChecked(directory / file.path, check_file(file, catalog)) for file in files]
        tests = check_tests(directory, [file.ref.partition(".")[2] for file in files])
        return wrong + checked + [FileChecked(directory / file.path, Checked(None, found)) for file, found in tests]

    def _catalog(self, directories: Sequence[Path]) -> ActionList:
        shipped = [folder for root in pack_sources.shipped_roots() for folder in sorted(root.iterdir()) if _is_pack(folder)]
        known: dict[str, ActionInfo] = {}
        for directory in [*shipped, *reversed(directories)]:
            known.update({info.ref: info for info in self._offers(directory.resolve())})
        return ActionList(known)

    def _offers(self, directory: Path) -> list[ActionInfo]:
        if directory not in self._offered:
            self._offered[directory] = _actions_of(directory)
        return self._offered[directory]


def check_file(file: WorkflowFile, catalog: Catalog) -> Checked:
    """Check one file of a pack, whatever its layout."""
    checked = check_text(file.text, ref=file.ref, catalog=catalog, action_text=file.action_text)
    if file.missing is None:
        return checked
    return Checked(None, [Problem("error", file.missing, "workflow_file", "missing_file")], checked.document)


def action_info(file: WorkflowFile) -> ActionInfo:
    """What callers of this workflow may know of it."""
    action = None if file.action_text is None else load(file.action_text, limits=limits())
    spec = parse_workflow(load(file.text, limits=limits()), ref=file.ref, action_document=action).spec
    if spec is None:
        return ActionInfo(file.ref, is_workflow=True)
    return ActionInfo(file.ref, spec.parameters, spec.output, is_workflow=True)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError as error:
        raise BadRequest(f"'{path}' can't be read: {error.strerror}.") from error


def _pack_of(path: Path) -> Path | None:
    """The directory of the pack that a file is part of: components are at most two folders deep."""
    parents = list(path.resolve().parents)[:3]
    return next((folder for folder in parents if any((folder / name).is_file() for name in MANIFESTS)), None)


def _is_component(path: Path, directory: Path) -> bool:
    """Whether a file of a pack is something else than a workflow: what is wrong with it is found with the pack."""
    place = path.resolve().relative_to(directory)
    return place.name in MANIFESTS or (len(place.parts) == 2 and place.parts[0] in COMPONENTS)


def _components(directory: Path) -> list[FileChecked]:
    """What keeps the pack itself from being loaded, by file; [] when nothing does."""
    try:
        pack_files.read(directory)
    except BadRequest as error:
        details = error.details or [{"file": "pack.yaml", "path": "", "message": error.message, "line": None}]
        problems = [
            (directory / (d["file"] or "pack.yaml"), Problem("error", d["message"], d["path"], line=d["line"])) for d in details
        ]
        return [FileChecked(path, Checked(None, [problem])) for path, problem in problems]
    return []


def _neighbours(directory: Path) -> list[Path]:
    beside = directory.resolve().parent.iterdir()
    return [folder for folder in sorted(beside) if folder.is_dir() and folder != directory.resolve() and _is_pack(folder)]


def _is_pack(folder: Path) -> bool:
    return any((folder / name).is_file() for name in MANIFESTS)


def _actions_of(directory: Path) -> list[ActionInfo]:
    """Everything a pack offers; a broken pack offers the workflows that can be read."""
    try:
        pack: PackFiles | None = pack_files.read(directory)
    except BadRequest:
        pack = None
    try:
        ref = pack.ref if pack else pack_files.read_manifest(directory).ref
    except BadRequest:
        return []
    actions = [ActionInfo(a.ref, a.param_schema, a.out_schema, False, a.label) for a in (pack.actions if pack else ())]
    return actions + [action_info(file) for file in pack_files.read_workflows(directory, ref)]
