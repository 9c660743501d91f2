"""Workflow texts as people write them: one document in many formats, with comments, odd indentation and line ends."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from app.engine.edit.steps import same
from app.engine.spec.document import load
from app.engine.spec.limits import DEFAULT_LIMITS
from app.engine.spec.recovery import recover

ROOT = Path(__file__).resolve().parent.parent.parent
PACKS = sorted([*ROOT.glob("packs/examples/**/*.yaml"), *ROOT.glob("packs/release/workflows/*.yaml")])
TEXTS = {
    str(path.relative_to(ROOT / "packs")): path.read_bytes().decode()
    for path in PACKS
    if re.search(r"(?m)^tasks:", path.read_text())
}

NAMES = ["build", "test_all", "ship it", "été", "deploy-2", "x"]
WORDS = ["plain words", "it's", 'say "hi"', "a: b", "x # no comment", "", " lead", "{{ 1 }}", "true", "7", "ünï 😀", "back\\slash", "-", "tab\there"]  # fmt: skip
LINES = ["one\ntwo\n", "one\n\n  indented\nlast", "keep\n\n", "{{ task.build.x }}\n😀 {{ tasks['x'].y }}\n"]
COMMENTS = ["# note", "# 😀 task.build", "# - name: build", "#", "# a: b"]


def expressions(name: str) -> list[str]:
    """Texts that refer to a task, and texts that only look so."""
    bracket = f"{{{{ task['{name}'].result }}}}"
    if not name.isidentifier():
        return [bracket, f'{{{{ inquiry["{name}"].id }}}}', f"about {name}"]
    return [
        bracket,
        f"{{{{ task.{name}.result.y }}}} and {{{{ tasks.{name}.status }}}}",
        f"{{{{ inquiry.{name}.response | default('task.{name}') }}}}",
        f"{{% if task.{name} is defined %}}{{{{ vars.task.{name} }}}}{{% endif %}}",
        f"task.{name} in words",
        f"{{{{ task . {name}.x + task.{name}_more }}}}\nsecond {{{{ task.{name} }}}}\n",
    ]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """The data of a workflow, in either dialect."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    dialect = draw(st.sampled_from(["next", "classic"]))
    tasks = [draw(_tasks(name, names, dialect)) for name in names]
    head: dict[str, Any] = {"ref": "p.w", "version": "1.0"}
    if draw(st.booleans()):
        head["vars"] = draw(st.sampled_from([{"n": 1}, [{"n": 1}, {"m": "{{ vars.n }}"}]]))
    if draw(st.booleans()):
        head["parameters"] = {"env": {"type": "string", "default": draw(st.sampled_from(WORDS))}}
    tail = {"output_map": {"r": draw(_values(names))}} if draw(st.booleans()) else {}
    return {**head, "tasks": tasks, **tail}


@st.composite
def _tasks(draw: st.DrawFn, name: str, names: list[str], dialect: str) -> dict[str, Any]:
    task: dict[str, Any] = {"name": name, "action": "core.noop"}
    if draw(st.booleans()):
        task["input"] = draw(st.dictionaries(st.sampled_from(["a", "b c", "d"]), _values(names), max_size=3))
    if draw(st.booleans()):
        task["retry"] = {"count": 2, "delay": 1.5}
    ways = draw(st.lists(st.sampled_from(["succeeded", "failed", "always", "custom"]), max_size=3, unique=True))
    targets = st.sampled_from(names) | st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    if dialect == "next" and ways:
        task["next"] = [_entry(kind, draw(targets), draw(st.booleans())) for kind in ways]
    elif dialect == "classic":
        keys = {"succeeded": "on_success", "failed": "on_failure", "always": "on_complete"}
        task.update({keys[kind]: draw(targets) for kind in ways if kind in keys})
        if "custom" in ways:
            task["decision"] = [{"when": "vars.n > 1", "next": draw(targets)}, {"default": draw(st.sampled_from(names))}]
    return task


def _entry(kind: str, target: Any, publishes: bool) -> dict[str, Any]:
    when = {"always": {}, "custom": {"when": "vars.n > 1"}}.get(kind, {"when": f"{kind}()"})
    return {**when, **({"publish": [{"n": "{{ result() }}"}]} if publishes else {}), "do": target}


def _values(names: list[str]) -> st.SearchStrategy[Any]:
    texts = st.sampled_from(WORDS + LINES + [text for name in names for text in expressions(name)])
    scalars = texts | st.sampled_from([None, True, 0, -3, 2.5])
    return scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from(["k", "l"]), scalars, max_size=2)


@dataclass
class _Format:
    """How one text is written. `draw` decides the rest at each place."""

    draw: st.DrawFn
    step: int
    dash: int
    gap: str
    comments: bool
    quotes: str

    def maybe(self, often: int) -> bool:
        return self.draw(st.integers(0, often)) == 0

    def comment_lines(self, column: int) -> list[str]:
        if not self.comments or not self.maybe(5):
            return []
        blank = [""] if self.maybe(2) else []
        return [*blank, " " * self.draw(st.sampled_from([0, column, column + 2])) + self.draw(st.sampled_from(COMMENTS))]

    def end_comment(self) -> str:
        return " " + self.draw(st.sampled_from(COMMENTS)) if self.comments and self.maybe(6) else ""

    def block(self, value: Any, column: int) -> list[str]:
        if isinstance(value, list):
            return [line for item in value for line in self.item(item, column)]
        return [line for key, inner in value.items() for line in self.pair(key, inner, column)]

    def pair(self, key: str, value: Any, column: int) -> list[str]:
        lead = [*self.comment_lines(column), *([""] if self.maybe(9) else [])]
        head = " " * column + self.scalar(key, False) + ":"
        below = self.below(value, column + (self.dash if isinstance(value, list) else self.step))
        if below is not None:
            return [*lead, head + self.end_comment(), *below]
        return [*lead, *self.inline(head + " ", value, column)]

    def item(self, value: Any, column: int) -> list[str]:
        lead = [*self.comment_lines(column), *([""] if self.maybe(4) else [])]
        inner = column + 1 + len(self.gap)
        if isinstance(value, dict | list) and value and not self.maybe(6):
            first, *rest = _without_lead(self.block(value, inner), inner)
            return [*lead, " " * column + "-" + self.gap + first, *rest]
        return [*lead, *self.inline(" " * column + "-" + self.gap, value, column)]

    def below(self, value: Any, column: int) -> list[str] | None:
        """The lines of a block, unless the value goes in line."""
        if isinstance(value, dict | list) and value and not self.maybe(4):
            return self.block(value, column)
        return None

    def inline(self, head: str, value: Any, column: int) -> list[str]:
        if isinstance(value, str) and "\n" in value and "\t" not in value and not self.maybe(3):
            sign = "|" if value.endswith("\n") else "|-"
            sign = "|+" if value.endswith("\n\n") else sign
            body = value.removesuffix("\n").split("\n")
            return [head + sign, *(" " * (column + self.step) + row if row else "" for row in body)]
        return [head + self.flow(value) + self.end_comment()]

    def flow(self, value: Any, inside: bool = False) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.scalar(k, True)}: {self.flow(v, True)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(v, True) for v in value) + "]"
        return self.scalar(value, inside)

    def scalar(self, value: Any, inside: bool) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        quote = self.draw(st.sampled_from(["", "", self.quotes]))
        if not quote and _reads_plain(value, inside):
            return value
        if quote == "'" and "\n" not in value and "\t" not in value:
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)


@cache
def _reads_plain(value: str, inside: bool) -> bool:
    """Whether a text says itself without quotes."""
    return load(f"[{value}]" if inside else f"k: {value}").value == ([value] if inside else {"k": value})


def _without_lead(lines: list[str], column: int) -> list[str]:
    """The first entry of an item stands on the line of its dash: comments above it go."""
    while not lines[0].strip() or lines[0].lstrip().startswith("#"):
        lines = lines[1:]
    return [lines[0][column:], *lines[1:]]


@st.composite
def written(draw: st.DrawFn, data: Any) -> str:
    """The data as a text that reads back as the data."""
    step = draw(st.integers(1, 4))
    quotes = draw(st.sampled_from(["'", '"']))
    style = _Format(draw, step, draw(st.integers(0, step)), " " * draw(st.integers(1, 3)), draw(st.booleans()), quotes)
    return _ended(draw, style.block(data, 0))


def _ended(draw: st.DrawFn, lines: list[str]) -> str:
    """One text of lines; one with a final line end where it would say something else without."""
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from([end, end, "", end + end]))
    read = load(text)
    assert read.complete, (text, read.problems)
    if not same(read.value, load(text + end).value):  # a block at the very end, without its line end
        return text + end
    return text


@st.composite
def pastes(draw: st.DrawFn, most: int = 3) -> tuple[str, list[dict[str, Any]]]:
    """Tasks as a clipboard has them: a list, a mapping with `tasks`, or one task; and what they say."""
    tasks = draw(documents())["tasks"][:most]
    form = draw(st.sampled_from(["list", "mapping", "task"] if len(tasks) == 1 else ["list", "mapping"]))
    value: Any = {"list": tasks, "mapping": {"tasks": tasks}, "task": tasks[0]}[form]
    text = draw(written(value))
    said = load(text).value  # an empty line behind a `|+` text belongs to it
    return text, said["tasks"] if form == "mapping" else said if form == "list" else [said]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of a pack as it is, or a generated one, now and then as JSON."""
    kind = draw(st.integers(0, 7))
    if kind < 2:
        return draw(st.sampled_from(sorted(TEXTS.values())))
    document = draw(documents())
    if kind == 2:
        return json.dumps(document, indent=draw(st.sampled_from([None, 2])), ensure_ascii=False)
    return draw(written(document))


@st.composite
def broken_texts(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A text with a task that can't be read among others, and the data of the rest."""
    data = draw(documents())
    lines = draw(written(data)).splitlines(keepends=True)
    dash = re.compile(r" *-( +)")
    top = next(i for i, line in enumerate(lines) if line.startswith(("tasks:", "\"tasks\":", "'tasks':")))
    items = [i for i, line in enumerate(lines) if i > top and dash.match(line)]
    assume(items)
    column = len(lines[items[0]]) - len(lines[items[0]].lstrip(" "))
    end = "\r\n" if "\r\n" in lines[0] else "\n"
    gap = dash.match(lines[items[0]])
    assert gap is not None
    inner = " " * (column + 1 + len(gap.group(1)))
    error = draw(st.sampled_from(["input: {a: [1, 2}", "action: a: b", "with: 'never closed", "key"]))
    assume("'" not in error or not any("'" in line for line in lines))  # the next one would close it, wherever that is
    broken = [" " * column + "-" + gap.group(1) + "name: broken" + end, inner + error + end, inner + "last: 1" + end]
    place = draw(st.sampled_from([i for i in items if lines[i].startswith(" " * column + "-")]))
    lines[place:place] = broken
    text = "".join(lines)
    found = recover(load(text), DEFAULT_LIMITS)
    assume(found.left_out and same(found.value, data))
    return text, data
