"""Edits of where a task leads: a target more, one less, another one. A way that is left without effect goes.

Source: language.md 4; api.md 7.1 `connect`, `disconnect`, `retarget`.
"""

from __future__ import annotations

from typing import Any

from app.engine.edit.draft import Draft
from app.engine.edit.steps import Drop, Insert, Unwrap, Wrap
from app.engine.edit.ways import BRANCH_TARGETS, Way, bare, ways_of
from app.engine.errors import EditRefused
from app.engine.spec.places import Path
from app.engine.spec.transitions import CLASSIC_GUARDS, CLASSIC_KEYS

_KEY_OF = {kind: key for key, kind in CLASSIC_GUARDS.items()}


def connect(
    draft: Draft, source: Path, target: str, kind: str, *, when: str | None = None, index: int | None = None
) -> None:
    """Add a target: to the transition of that kind where there is one, else to a new one in the task's own dialect."""
    task = draft.at(source)
    way = _way_to_join(task, kind, when, index)
    if way is not None and way.leads_to(target):
        raise EditRefused(f"'{task.get('name')}' leads to '{target}' already.", key="to")
    if way is not None:
        add_target(draft, source, way, target)
    elif dialect_of(draft, task) == "next":
        _add_entry(draft, source, task, _new_entry(draft, target, kind, when), index)
    else:
        _add_classic(draft, source, task, target, kind, when, index)


def ways_on(draft: Draft, source: Path, target: str, kind: str, *, when: str | None = None) -> dict[str, Any]:
    """The keys of a new task that leads to `target`, in the dialect of the task at `source`."""
    if dialect_of(draft, draft.at(source)) == "next":
        return {"next": [_new_entry(draft, target, kind, when)]}
    return {_KEY_OF[kind]: target} if kind in _KEY_OF else {"decision": [{"when": when, "next": target}]}


def disconnect(draft: Draft, source: Path, way: Way, target: str) -> None:
    """Take a target out of a transition; a transition that is left without effect goes."""
    for key in dict.fromkeys(_key_path(path) for path, _ in way.targets):
        listed = [(path, name) for path, name in way.targets if _key_path(path) == key]
        places = [path for path, name in listed if name == target]
        if len(places) == len(listed):
            _drop_last_target(draft, source, way, key)
            continue
        for path in reversed(places):
            _drop_target(draft, source, path)


def retarget(draft: Draft, source: Path, way: Way, old: str, new: str) -> None:
    """Lead to `new` instead of `old`; where the transition leads there already, `old` just goes."""
    if way.leads_to(new):
        disconnect(draft, source, way, old)
        return
    places = [path for path, name in way.targets if name == old]
    for path in reversed(places[1:]):
        _drop_target(draft, source, path)
    draft.put((*source, *places[0]), new)


def dialect_of(draft: Draft, task: dict[str, Any]) -> str:
    """`next` or `classic`: as the task leads on already, else as most of the file does."""
    if task.get("next") is not None:
        return "next"
    if any(task.get(key) is not None for key in CLASSIC_KEYS):
        return "classic"
    return draft.view.style.dialect


def _way_to_join(task: dict[str, Any], kind: str, when: str | None, index: int | None) -> Way | None:
    ways = ways_of(task)
    if "next" in task and task["next"] is not None:
        ways = [way for way in ways if way.path[0] == "next"]
    if index is not None:
        ways = ways[index : index + 1]
    fitting = (
        way for way in ways if way.kind == kind and (kind != "custom" or bare(way.when) == bare(when))
    )
    return next((way for way in fitting if kind != "succeeded" or way.path[0] != "decision"), None)


def add_target(draft: Draft, source: Path, way: Way, target: str) -> None:
    """One more target of a transition."""
    key = (*way.path, *(() if len(way.path) == 1 else (_target_key(draft.at((*source, *way.path)), way),)))
    path = (*source, *key)
    value = draft.at(path[:-1]).get(path[-1])
    if isinstance(value, list):
        draft.do(Insert(path, len(value), target))
    elif isinstance(value, str):
        draft.do(Wrap(path, target))
    else:
        draft.put(path, target)


def _target_key(entry: dict[str, Any], way: Way) -> str:
    if way.path[0] == "next":
        return "do"
    return next((key for key in BRANCH_TARGETS if isinstance(entry.get(key), str | list)), "next")


def _new_entry(draft: Draft, target: str, kind: str, when: str | None) -> dict[str, Any]:
    if kind == "always":
        return {"do": target}
    bare = when if kind == "custom" and when is not None else f"{kind}()"
    wraps = draft.view.style.wraps_conditions and "{{" not in bare
    return {"when": f"{{{{ {bare} }}}}" if wraps else bare, "do": target}


def _add_entry(
    draft: Draft, source: Path, task: dict[str, Any], entry: dict[str, Any], index: int | None
) -> None:
    listed = task.get("next")
    if isinstance(listed, list):
        draft.do(Insert((*source, "next"), len(listed) if index is None else min(index, len(listed)), entry))
    elif listed is None:
        draft.put((*source, "next"), [entry])
    else:
        raise EditRefused(
            f"'next' of '{task.get('name')}' is no list of transitions; mend it first.", key="from"
        )


def _add_classic(
    draft: Draft,
    source: Path,
    task: dict[str, Any],
    target: str,
    kind: str,
    when: str | None,
    index: int | None,
) -> None:
    if kind in _KEY_OF:
        draft.put((*source, _KEY_OF[kind]), target)
        return
    branch = {"when": _new_entry(draft, target, kind, when)["when"], "next": target}
    branches = task.get("decision")
    if branches is None:
        draft.put((*source, "decision"), [branch])
    elif isinstance(branches, list):
        draft.do(
            Insert(
                (*source, "decision"),
                _before_default(branches) if index is None else min(index, len(branches)),
                branch,
            )
        )
    else:
        raise EditRefused(
            f"'decision' of '{task.get('name')}' is no list of branches; mend it first.", key="from"
        )


def _before_default(branches: list[Any]) -> int:
    last = branches[-1] if branches else None
    is_default = isinstance(last, dict) and last.get("default") not in (None, False)
    return len(branches) - 1 if is_default else len(branches)


def _key_path(path: Path) -> Path:
    return path[:-1] if isinstance(path[-1], int) else path


def _drop_target(draft: Draft, source: Path, path: Path) -> None:
    """One of several targets goes; one that is left of a list in brackets stands without them."""
    listed, index = (*source, *path[:-1]), path[-1]
    if len(draft.at(listed)) == 2 and draft.is_flow(listed) and isinstance(index, int):
        draft.do(Unwrap(listed, 1 - index))
    else:
        draft.do(Drop((*listed, index)))


def _drop_last_target(draft: Draft, source: Path, way: Way, path: Path) -> None:
    """A key without targets goes, and with it what is left without effect around it."""
    entry = draft.at((*source, *way.path)) if len(way.path) > 1 else {}
    if path[-1] == "default" and "publish" in entry:
        draft.put((*source, *path), True)
        return
    if "publish" in entry or any(key in entry for key in BRANCH_TARGETS if key != path[-1]):
        draft.do(Drop((*source, *path)))
        return
    listed = (*source, way.path[0])
    if len(way.path) > 1 and len(draft.at(listed)) > 1:
        draft.do(Drop((*source, *way.path)))
    else:
        draft.do(Drop(listed))
