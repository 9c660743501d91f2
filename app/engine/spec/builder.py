"""Builds JSON data from YAML events, one event at a time, within limits.

Source: language.md 9 and 11 "Saving": duplicate keys are errors, `<<` once per mapping, aliases up to a limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from app.engine.spec.limits import SpecLimits
from app.engine.spec.marking import Marker
from app.engine.spec.places import Mark, Path, path_text
from app.engine.spec.problems import Problem
from app.engine.spec.scalars import ScalarRefused, plain_value, tagged_value

_COLLECTION_TAGS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_UNREADABLE_KEY = "\ufffd"
_MAX_PROBLEMS = 200  # nobody reads more at once
_MERGE = object()  # stands for the key `<<`


class Stopped(Exception):
    """A limit was passed; the rest of the text is not looked at."""


@dataclass(slots=True)
class _Weight:
    nodes: int = 0
    chars: int = 0


@dataclass(slots=True)
class _Anchored:
    value: Any
    weight: _Weight


@dataclass(slots=True)
class _Frame:
    """An open list or mapping. `key` is the key whose value comes next; `is_key`: the collection stands as a key."""

    value: Any
    path: Path
    event: Any
    key: Any = None
    key_mark: Mark | None = None
    has_key: bool = False
    is_key: bool = False
    merges: list[Any] = field(default_factory=list)
    merged: bool = False
    nodes_before: int = 0
    chars_before: int = 0
    end: tuple[int, int] = (0, 0)


class Builder:
    """Takes events in order; `result()` is the value so far, also after a syntax error."""

    def __init__(self, text: str, limits: SpecLimits) -> None:
        self.problems: list[Problem] = []
        self.marks: dict[Path, Mark] = {}
        self.key_marks: dict[Path, Mark] = {}
        self._limits = limits
        self._marker = Marker(text)
        self._frames: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._root: Any = None
        self._documents = self._nodes = self._chars = self._aliases = 0
        self._take = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        """Use one event. Raises Stopped when a limit is passed (the problem is noted)."""
        use = self._take.get(type(event))
        if use is not None:
            use(event)

    def result(self) -> Any:
        """The document's value. Lists and mappings that were never closed are closed as they are."""
        while self._frames:
            self._finish(self._frames.pop())
        return self._root

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(
                event,
                "several_documents",
                "The text holds more than one document; remove what follows '---'.",
            )

    def _scalar(self, event: Any) -> None:
        self._count(event, 1, len(event.value))
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and not frame.has_key:
            self._scalar_key(frame, event)
            return
        self._place(event, self._scalar_value(event), _Weight(1, len(event.value)))

    def _scalar_value(self, event: Any) -> Any:
        try:
            if event.tag is not None:
                return tagged_value(event.tag, event.value)
            return plain_value(event.value) if event.implicit[0] else event.value
        except ScalarRefused as refused:
            self._problem(event, "bad_value", str(refused))
            return event.value

    def _scalar_key(self, frame: _Frame, event: Any) -> None:
        merge = event.value == "<<" and event.implicit[0] and event.tag is None
        if merge and frame.merged:
            self._problem(
                event, "duplicate_key", "'<<' may stand once in a mapping; give it a list: <<: [*a, *b]."
            )
        frame.key = _MERGE if merge else event.value
        frame.key_mark, frame.has_key = self._marker.mark(event), True
        self._anchor(event, event.value, _Weight(1, len(event.value)))

    def _alias(self, event: Any) -> None:
        self._aliases += 1
        if self._aliases > self._limits.max_aliases:
            self._stop(event, "too_many_aliases", f"More than {self._limits.max_aliases:,} aliases are used.")
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            self._problem(event, "unknown_alias", self._why_unknown(event.anchor))
            anchored = _Anchored(None, _Weight(1, 0))
        self._count(event, anchored.weight.nodes, anchored.weight.chars)
        frame = self._frames[-1] if self._frames else None
        if frame is not None and isinstance(frame.value, dict) and not frame.has_key:
            self._alias_key(frame, event, anchored.value)
            return
        self._place(event, anchored.value, anchored.weight)

    def _why_unknown(self, anchor: str) -> str:
        if any(frame.event.anchor == anchor for frame in self._frames):
            return f"*{anchor} stands inside of what it names; a document can't contain itself."
        return f"*{anchor} names no anchor above it; define it with &{anchor}."

    def _alias_key(self, frame: _Frame, event: Any, value: Any) -> None:
        if not isinstance(value, str):
            self._problem(event, "bad_key", "A key must be text.")
        frame.key = value if isinstance(value, str) else _UNREADABLE_KEY
        frame.key_mark, frame.has_key = self._marker.mark(event), True

    def _open(self, event: Any) -> None:
        if len(self._frames) >= self._limits.max_depth:
            self._stop(
                event, "too_deep", f"Lists and mappings are nested more than {self._limits.max_depth} deep."
            )
        self._count(event, 1, 0)
        if event.tag not in _COLLECTION_TAGS:
            self._problem(event, "bad_value", f"The tag {event.tag[:60]} is not supported; leave it out.")
        parent = self._frames[-1] if self._frames else None
        is_key = parent is not None and isinstance(parent.value, dict) and not parent.has_key
        if is_key:
            self._problem(event, "bad_key", _collection_as_key(event))
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        frame = _Frame(value, self._path_below(parent, is_key), event, is_key=is_key)
        frame.nodes_before, frame.chars_before = self._nodes - 1, self._chars
        self._frames.append(frame)

    def _close(self, event: Any) -> None:
        frame = self._frames.pop()
        if _is_flow(frame.event):  # a block's end mark stands at whatever follows it
            frame.end = max(frame.end, self._marker.end(event))
        self._finish(frame)

    def _finish(self, frame: _Frame) -> None:
        for merge in frame.merges:
            for key, value in merge.items():
                frame.value.setdefault(key, value)
        weight = _Weight(self._nodes - frame.nodes_before, self._chars - frame.chars_before)
        if frame.is_key:
            parent = self._frames[-1]
            parent.key, parent.key_mark, parent.has_key = (
                _UNREADABLE_KEY,
                self._marker.mark(frame.event),
                True,
            )
            return
        self._attach(frame.event, frame.value, self._range(frame))
        self._anchor(frame.event, frame.value, weight)

    def _place(self, event: Any, value: Any, weight: _Weight) -> None:
        self._attach(event, value, self._marker.mark(event))
        if not isinstance(event, yaml.AliasEvent):
            self._anchor(event, value, weight)

    def _attach(self, event: Any, value: Any, mark: Mark) -> None:
        parent = self._frames[-1] if self._frames else None
        if parent is None:
            self._root = value
            self.marks.setdefault((), mark)
        elif isinstance(parent.value, list):
            self.marks[(*parent.path, len(parent.value))] = mark
            parent.value.append(value)
        else:
            self._attach_to_mapping(parent, event, value, mark)
        if parent is not None:
            parent.end = max(parent.end, (mark.end_line, mark.end_column))

    def _attach_to_mapping(self, parent: _Frame, event: Any, value: Any, mark: Mark) -> None:
        key, parent.has_key = parent.key, False
        if key is _MERGE:
            self._merge(parent, event, value)
            return
        if key in parent.value:
            first = self.key_marks.get((*parent.path, key))
            line = f" (first in line {first.line})" if first else ""
            self._problem_at(
                parent.key_mark,
                "duplicate_key",
                f"The key '{_short(key)}' stands twice in this mapping{line}.",
                (*parent.path, key),
            )
            return
        parent.value[key] = value
        path = (*parent.path, key)
        self.marks[path] = mark
        if parent.key_mark is not None:
            self.key_marks[path] = parent.key_mark

    def _merge(self, parent: _Frame, event: Any, value: Any) -> None:
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            self._problem(event, "bad_value", "'<<' takes a mapping, or a list of mappings.")
        elif not parent.merged:
            parent.merges = sources
        parent.merged = True

    def _anchor(self, event: Any, value: Any, weight: _Weight) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, weight)

    def _path_below(self, parent: _Frame | None, is_key: bool) -> Path:
        if parent is None:
            return ()
        if isinstance(parent.value, list):
            return (*parent.path, len(parent.value))
        if is_key:
            return (*parent.path, _UNREADABLE_KEY)
        return (*parent.path, "<<" if parent.key is _MERGE else parent.key)

    def _count(self, event: Any, nodes: int, chars: int) -> None:
        self._nodes += nodes
        self._chars += chars
        if self._nodes > self._limits.max_nodes:
            self._stop(
                event,
                "too_large",
                f"The document holds more than {self._limits.max_nodes:,} values, what its aliases repeat counted.",
            )
        if self._chars > self._limits.max_chars:
            self._stop(
                event, "too_large", f"The document holds more than {self._limits.max_chars:,} characters."
            )

    def _stop(self, event: Any, code: str, message: str) -> None:
        self._problem(event, code, message)
        raise Stopped

    def _problem(self, event: Any, code: str, message: str) -> None:
        parent = self._frames[-1] if self._frames else None
        path = self._path_below(parent, parent is not None and not parent.has_key)
        self._problem_at(self._marker.mark(event), code, message, path)

    def _problem_at(self, mark: Mark | None, code: str, message: str, path: Path) -> None:
        shown = path_text(tuple(step for step in path if step != _UNREADABLE_KEY))
        self.problems.append(Problem("error", message, shown, code, None, *(mark or (None,) * 4)))
        if len(self.problems) >= _MAX_PROBLEMS:
            raise Stopped

    def _range(self, frame: _Frame) -> Mark:
        start = self._marker.mark(frame.event)
        return Mark(start.line, start.column, *max(frame.end, (start.end_line, start.end_column)))


def _is_flow(event: Any) -> bool:
    return bool(event.flow_style)


def _collection_as_key(event: Any) -> str:
    if isinstance(event, yaml.MappingStartEvent) and _is_flow(event):
        return 'Put quotes around a template: "{{ ... }}". Without them YAML reads a mapping.'
    return "A key must be text, not a list or mapping."


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
