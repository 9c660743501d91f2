"""What the import page shows: the form as it was filled in, the source with its notes, the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.engine.graph.build import build_graph
from app.engine.orquesta.notes import Note
from app.engine.spec.catalog import ActionList
from app.engine.spec.validate import check_text
from app.services.workflow_imports import Imported
from app.web import pictures

_WORDS = {"error": "Must be done", "warning": "Look at it", "info": "For your information"}
_LOOKS = {"error": "fail", "warning": "wait", "info": ""}


@dataclass(frozen=True, slots=True)
class ImportForm:
    """The fields of the page."""

    pack_ref: str = ""
    name: str = ""
    text: str = ""
    metadata: str = ""

    @classmethod
    def posted(cls, form: Mapping[str, str], files: Mapping[str, object]) -> ImportForm:
        """What was sent; a file wins over the box it belongs to."""
        return cls(
            pack_ref=form.get("pack_ref", ""),
            name=form.get("name", "").strip(),
            text=_file(files, "file") or _box(form, "text"),
            metadata=_file(files, "metadata_file") or _box(form, "metadata"),
        )

    @property
    def problem(self) -> str:
        """Why it can't be imported yet, or nothing."""
        if not self.text.strip():
            return "Paste the workflow file, or choose it."
        return "" if self.pack_ref else "Choose the pack it shall belong to."


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note as a row: `look` colours it, `word` says how serious it is."""

    look: str
    word: str
    text: str
    was: str
    line: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What came of it. `lines`: the source with the numbers of lines that have notes; `blocked`: it can be a draft only."""

    text: str
    ref: str
    notes: list[ShownNote]
    problems: list[str]
    blocked: bool
    lines: list[tuple[int, str, str]]
    picture: Markup | None
    serious: int


def preview_of(made: Imported, asked: ImportForm) -> Preview:
    checked = check_text(made.text, catalog=ActionList()) if made.text else None
    analysed = made.analysis.problems if made.analysis else ()
    return Preview(
        text=made.text,
        ref=made.ref,
        notes=[
            _shown(note) for note in sorted(made.notes, key=lambda note: list(_WORDS).index(note.severity))
        ],
        problems=[f"Line {p.line}: {p.message}" for p in analysed if p.severity == "error"],
        blocked=bool(checked and checked.refusals),
        lines=_marked(asked.text, made.notes),
        picture=pictures.picture(build_graph(checked.spec))
        if checked and checked.spec and not checked.errors
        else None,
        serious=sum(1 for note in made.notes if note.severity == "error"),
    )


def _shown(note: Note) -> ShownNote:
    return ShownNote(
        _LOOKS[note.severity], _WORDS[note.severity], note.text, note.was, note.line, note.source
    )


def _marked(text: str, notes: tuple[Note, ...]) -> list[tuple[int, str, str]]:
    """(number, line, look of the most serious note on it)."""
    looks: dict[int, str] = {}
    for note in sorted(notes, key=lambda note: ("info", "warning", "error").index(note.severity)):
        if note.line and note.source == "workflow":
            looks[note.line] = note.severity
    return [(number, line, looks.get(number, "")) for number, line in enumerate(text.splitlines(), start=1)]


def _file(files: Mapping[str, object], name: str) -> str:
    sent = files.get(name)
    return (
        sent.read().decode("utf-8-sig", "replace")
        if sent is not None and getattr(sent, "filename", "")
        else ""
    )  # type: ignore[attr-defined]


def _box(form: Mapping[str, str], name: str) -> str:
    """Browsers send CR LF; what was pasted had LF."""
    return form.get(name, "").replace("\r\n", "\n")
