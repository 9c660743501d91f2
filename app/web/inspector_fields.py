"""One field of the inspector: a literal or an expression, where it stands in the text, and what a past run had there.

Pure. The browser writes a field back as `set_field` with `path`; what it takes is told by `kind` and `mode`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.schemas import Field
from app.engine.spec.places import Path
from app.engine.spec.problems import Problem
from app.engine.spec.template_sites import Moment
from app.queries.past_runs import PastTask, PastValue
from app.web.value_texts import as_text, choices_of, is_expression, shown

_LONG = 2000  # characters
_TEMPLATED = ("input", "with_items", "publish", "wait_for", "vars", "output_map")  # keys whose values may be templates
_TYPE_KINDS = {"integer": "integer", "number": "number", "boolean": "boolean", "array": "json", "object": "json", "": "any"}


@dataclass(frozen=True, slots=True)
class Was:
    """What a past run had: `run 4121: 3 items, …`; `whole` for a closer look; `failed` when there was no value."""

    run: int
    text: str
    whole: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class EditField:
    """One field as the template draws it.

    Attributes:
        path: where it stands, as `set_field` takes it.
        kind: text, long, integer, number, boolean, choice, json, any (JSON, else text), condition.
        mode: literal, expression; conditions are expressions only.
        moment: which names are offered.
        default: what holds without it, in words.
        choices: (JSON, word) pairs.
    """

    id: str
    label: str
    path: tuple[str | int, ...]
    kind: str
    mode: str
    text: str
    moment: Moment
    given: bool = False
    type_word: str = ""
    hint: str = ""
    default: str = ""
    unit: str = ""
    required: bool = False
    secret: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    was: Was | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def path_json(self) -> str:
        return json.dumps(self.path, ensure_ascii=False)

    @property
    def can_toggle(self) -> bool:
        """Whether a literal and an expression are both possible here; counts and seconds are never templates."""
        return self.kind != "condition" and any(key in self.path for key in _TEMPLATED)


@dataclass(frozen=True, slots=True)
class FieldMaker:
    """What the fields of one task share: where the task is, what is wrong with it, a past run of it.

    Attributes:
        base: path of the task in the document.
        edit_base: the same as operations name it: `("tasks", name)`.
    """

    base: Path
    edit_base: tuple[str, ...]
    problems: Mapping[str, list[Problem]] = field(default_factory=dict)
    past: PastTask | None = None

    def of(
        self, below: tuple[str | int, ...], value: Any, *, kind: str, label: str = "", moment: Moment = "run", **more: Any
    ) -> EditField:
        """The field at a place below the task; `more`: further attributes of EditField."""
        mode = "expression" if kind == "condition" or is_expression(value) else "literal"
        return EditField(
            id="in-" + "-".join(_plain(str(step)) for step in below),
            label=label or str(below[-1]),
            path=(*self.edit_base, *below),
            kind=kind,
            mode=mode,
            text=as_text(value, kind),
            moment=moment,
            given=value is not None,
            was=self.was(below),
            problems=self._problems_at(path_key(below)),
            **more,
        )

    def of_parameter(self, parameter: Field, value: Any) -> EditField:
        """The field of one input, from the action's schema."""
        words = [parameter.type or "any", *(["required"] if parameter.required and parameter.default is None else [])]
        return self.of(
            ("input", parameter.name),
            value,
            kind=_kind(parameter, value),
            type_word=", ".join(words),
            hint=parameter.description,
            default="" if parameter.default is None else as_text(parameter.default, "any"),
            required=parameter.required and parameter.default is None,
            secret=parameter.secret,
            choices=choices_of(parameter.enum or ()),
        )

    def _problems_at(self, key: str) -> tuple[Problem, ...]:
        """Problems of this place and of what is inside its value."""
        inside = (key + ".", key + "[")
        return tuple(p for at, found in self.problems.items() if at == key or at.startswith(inside) for p in found)

    def was(self, below: tuple[str | int, ...]) -> Was | None:
        if self.past is None:
            return None
        found = self.past.values.get(tuple(step for step in below if not _is_list_index(step, below)))
        return None if found is None else _was(self.past, found, items=below == ("with_items",))


def problems_below(base: str, problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """Problems of a task by the key below it that they speak of: `input.url`, `retry.count`, `next[0].when`."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.path.removeprefix(base).lstrip("."), []).append(problem)
    return found


def path_key(below: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in below).lstrip(".")


def _was(past: PastTask, found: PastValue, *, items: bool) -> Was:
    if found.problem:
        return Was(past.run, shown(found.problem, 300), found.problem, failed=True)
    value = found.value
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    words = shown(value)
    if items and isinstance(value, list | dict):
        first = next(iter(value.items() if isinstance(value, dict) else value), None)
        words = f"{len(value):,} item{'' if len(value) == 1 else 's'}" + (f", {shown(first)}" if value else "")
    return Was(past.run, words or "an empty text", whole[:_LONG])


def _kind(parameter: Field, value: Any) -> str:
    if parameter.enum:
        return "choice"
    if isinstance(value, list | dict):
        return "json"
    kind = _TYPE_KINDS.get(parameter.type, "text")
    long = (parameter.max_length or 0) > 300 or parameter.format in ("textarea", "multiline")
    if kind == "text" and (long or (isinstance(value, str) and "\n" in value)):
        return "long"
    return kind


def _is_list_index(step: str | int, below: tuple[str | int, ...]) -> bool:
    """Entries of a `publish` list are told apart by their name, not by their place."""
    return isinstance(step, int) and "publish" in below and below.index("publish") < below.index(step)


def _plain(text: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in text)
