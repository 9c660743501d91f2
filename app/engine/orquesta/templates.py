"""Texts of Orquesta with YAQL (`<% %>`) or Jinja (`{{ }}`) in them, as texts of ours.

Orquesta reads a text with one of the two languages only; braces in a text with YAQL are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.engine.errors import ExpressionFailed
from app.engine.expressions import compile_condition, compile_value
from app.engine.orquesta.jinja_parser import parse_jinja
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes, Untranslatable
from app.engine.orquesta.tree import Expression
from app.engine.orquesta.writer import Writer
from app.engine.orquesta.written import Written, quoted
from app.engine.orquesta.yaql_parser import parse_yaql
from app.engine.spec.places import Path

_YAQL = re.compile(r"<%(.*?)%>", re.DOTALL)
_JINJA = re.compile(r"{{(.*?)}}", re.DOTALL)
_BLOCK = re.compile(r"{%.*?%}", re.DOTALL)
_CONTEXT = re.compile(r"""ctx\(\)\.(\w+)|ctx\(\s*['"](\w+)['"]\s*\)|ctx\(\)\[\s*['"](\w+)['"]\s*\]""")
_OURS = re.compile(r"{[{%#]|[#%}]}")
_UNKNOWN = "TODO: "


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the values at one place of the workflow; what it can't is noted and marked in the text."""

    names: Names
    notes: Notes

    def value(self, raw: Any, path: Path) -> Any:
        """Any JSON, with every text translated."""
        if isinstance(raw, str):
            return self.text(raw, path)
        if isinstance(raw, dict):
            return {key: self.value(entry, (*path, key)) for key, entry in raw.items()}
        if isinstance(raw, list):
            return [self.value(entry, (*path, index)) for index, entry in enumerate(raw)]
        return raw

    def text(self, raw: str, path: Path) -> str:
        """A text: literal, one expression, or a template."""
        language = _language(raw)
        if language is None:
            return _plain(raw)
        if language.blocks:
            return self._blocks(raw, path)
        made = [self._segment(raw, segment, language, path) for segment in language.pattern.finditer(raw)]
        whole = _put_together(raw, made, language)
        return self._checked(whole, raw, path)

    def condition(self, raw: str, path: Path) -> str | None:
        """A condition as an expression without braces; None: it always holds."""
        try:
            language = _language(raw)
            trees = self._trees(raw, language) if language and not language.blocks else []
            if len(trees) != 1 or raw.strip() != trees[0][0]:
                raise Untranslatable(
                    "A condition must be one expression here.", hint="Write it as one, with `and` and `or`."
                )
            writer = Writer(self.names)
            made = writer.condition(trees[0][1])
            self._remarks(writer, raw, path)
            compile_condition(made.text)
        except (Untranslatable, ExpressionFailed) as problem:
            self._refuse(problem, raw, path)
            return f"{_quoted_source(raw)} == ''"
        return None if made.text == "true" else made.text

    def expression(self, raw: str, path: Path) -> Written | None:
        """The whole text as one expression, None when it is more or less than that."""
        language = _language(raw)
        if language is None or language.blocks or not language.pattern.fullmatch(raw.strip()):
            return None
        [(_, tree)] = self._trees(raw.strip(), language)
        writer = Writer(self.names)
        made = writer.write(tree)
        self._remarks(writer, raw, path)
        return made

    def _trees(self, raw: str, language: _Language) -> list[tuple[str, Expression]]:
        return [(found.group(), language.parse(found.group(1))) for found in language.pattern.finditer(raw)]

    def _segment(
        self, raw: str, segment: re.Match[str], language: _Language, path: Path
    ) -> tuple[re.Match[str], str]:
        writer = Writer(self.names)
        try:
            made = writer.write(language.parse(segment.group(1))).text
        except Untranslatable as problem:
            at = segment.start(1) + (problem.offset or 0)
            self._refuse(problem, segment.group(), path, offset=at)
            return segment, _quoted_source(segment.group())
        self._remarks(writer, raw, path)
        return segment, made

    def _blocks(self, raw: str, path: Path) -> str:
        """A Jinja text with statements stays as it is, but for the names of variables."""
        made = _CONTEXT.sub(self._context_name, raw)
        self.notes.warning(
            path,
            "A Jinja text with statements is carried over with its variables renamed.",
            "Check what else it calls: functions and filters of StackStorm are not known here.",
            was=raw,
        )
        return self._checked(made, raw, path)

    def _context_name(self, found: re.Match[str]) -> str:
        return self.names.context(found.group(1) or found.group(2) or found.group(3)).text

    def _checked(self, made: str, raw: str, path: Path) -> str:
        try:
            compile_value(made)
        except ExpressionFailed as problem:
            self._refuse(problem, raw, path)
            return _plain(f"{_UNKNOWN}{raw}")
        return made

    def _refuse(
        self, problem: Untranslatable | ExpressionFailed, raw: str, path: Path, *, offset: int | None = None
    ) -> None:
        hint = problem.hint or "Write it with the expressions of docs/reference/expressions.md."
        advice = hint[0].upper() + hint[1:] + ("" if hint.endswith(".") else ".")
        self.notes.error(path, problem.message, advice, was=raw, offset=offset)

    def _remarks(self, writer: Writer, raw: str, path: Path) -> None:
        for remark in writer.remarks:
            self.notes.warning(path, remark, "", was=raw)


@dataclass(frozen=True, slots=True)
class _Language:
    pattern: re.Pattern[str]
    parse: Callable[[str], Expression]
    blocks: bool = False
    braces_are_text: bool = False


_OF_YAQL = _Language(_YAQL, parse_yaql, braces_are_text=True)
_OF_JINJA = _Language(_JINJA, parse_jinja)
_OF_BLOCKS = _Language(_JINJA, parse_jinja, blocks=True)


def _language(raw: str) -> _Language | None:
    if _YAQL.search(raw):
        return _OF_YAQL
    if _BLOCK.search(raw):
        return _OF_BLOCKS
    return _OF_JINJA if _JINJA.search(raw) else None


def has_expression(raw: Any) -> bool:
    """Whether a text holds YAQL or Jinja."""
    return isinstance(raw, str) and _language(raw) is not None


def sources_of(raw: str) -> list[tuple[str, Expression]]:
    """Every expression of a text, with its tree. Raises Untranslatable."""
    language = _language(raw)
    if language is None or language.blocks:
        return []
    return [(found.group(), language.parse(found.group(1))) for found in language.pattern.finditer(raw)]


def _put_together(raw: str, made: list[tuple[re.Match[str], str]], language: _Language) -> str:
    parts, at = [], 0
    for segment, text in made:
        parts += [_between(raw[at : segment.start()], language), f"{{{{ {text} }}}}"]
        at = segment.end()
    return "".join([*parts, _between(raw[at:], language)])


def _between(text: str, language: _Language) -> str:
    return _plain(text) if language.braces_are_text else text


def _plain(text: str) -> str:
    """A text that holds nothing to evaluate: what would mean something to us is quoted."""
    return (
        _OURS.sub(lambda found: f"{{{{ '{found.group()}' }}}}", text)
        if "{{" in text or "{%" in text or "{#" in text
        else text
    )


def _quoted_source(raw: str) -> str:
    return quoted(f"{_UNKNOWN}{raw}")
