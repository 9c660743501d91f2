"""What differs between two versions of one task, in words; its ways on as far as they are not edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.engine.changes.edge_words import condition_key, condition_of, order_words
from app.engine.changes.values import change_words, same, value_words
from app.engine.spec.model import PublishEntry, RetrySpec, TaskSpec, TransitionSpec

# Fields that are one value: attribute -> word of the language, and the value that stands for "not said".
SIMPLE: dict[str, tuple[str, Any]] = {
    "type": ("type", "action"),
    "action": ("action", None),
    "when": ("when", None),
    "with_items": ("with_items", None),
    "batch_size": ("batch_size", None),
    "batch_mode": ("batch_mode", "item"),
    "concurrency": ("concurrency", None),
    "delay_s": ("delay", 0),
    "timeout_s": ("timeout", None),
    "join": ("join", "any"),
    "max_visits": ("max_visits", 1),
    "wait_for": ("wait_for", None),
}
_RETRY = {"count": "count", "delay_s": "delay", "backoff": "backoff", "max_delay_s": "max_delay", "jitter": "jitter",
          "on_error": "on_error", "when": "when"}  # fmt: skip
_UNSAID = (None, "any", "action", "item")


def task_words(old: TaskSpec, new: TaskSpec) -> list[str]:
    """Sentences that begin with the task's name; [] when nothing differs but where its ways lead."""
    words: list[str] = []
    for part in _PARTS:
        words += part(old, new)
    return [f"task {new.name}: {word}" for word in words] + list(order_words(old, new))


def _simple(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    for name, (word, unsaid) in SIMPLE.items():
        before, after = getattr(old, name), getattr(new, name)
        if not _equal(name, before, after):
            plain = unsaid in (0, 1) or unsaid in ("any", "action", "item")
            yield _plain(word, before, after) if plain else change_words(word, _number(before), _number(after))


def _equal(name: str, before: Any, after: Any) -> bool:
    return same(before, after) if name == "with_items" else before == after


def _plain(word: str, before: Any, after: Any) -> str:
    """With values that are words or numbers of the language, without quotes."""
    return f"{word} {_number(before)} → {_number(after)}"


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _input(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    yield from value_words("input", old.input, new.input)


def _retry(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    before, after = old.retry, new.retry
    if before is None and after is not None:
        yield f"retry added: {_retry_in_words(after)}"
    elif before is not None and after is None:
        yield f"retry removed, was {_retry_in_words(before)}"
    elif before is not None and after is not None:
        for name, word in _RETRY.items():
            if getattr(before, name) != getattr(after, name):
                yield change_words(f"retry {word}", _number(getattr(before, name)), _number(getattr(after, name)))


def _retry_in_words(retry: RetrySpec) -> str:
    times = "once" if retry.count == 1 else f"{retry.count} times"
    delay = f", {_number(retry.delay_s)} s apart" if retry.delay_s else ""
    return f"{times}{delay}{'' if retry.backoff == 'constant' else f', {retry.backoff}'}"


def _publish(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    yield from _published("", old.publish, new.publish)


def _transitions(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    """What ways on publish and how they are labelled, by the condition they have."""
    before, after = _by_condition(old.transitions), _by_condition(new.transitions)
    for key in dict.fromkeys([*before, *after]):
        left, right = before.get(key, []), after.get(key, [])
        when = condition_of((left or right)[0])
        yield from _published(f" {when}", _entries(left), _entries(right))
        labels = [t.label for t in left], [t.label for t in right]
        if left and right and labels[0] != labels[1]:
            yield change_words(f"label of the way {when}", _only(labels[0]), _only(labels[1]))


def _by_condition(transitions: Sequence[TransitionSpec]) -> dict[tuple[str, str], list[TransitionSpec]]:
    found: dict[tuple[str, str], list[TransitionSpec]] = {}
    for transition in transitions:
        found.setdefault(condition_key(transition), []).append(transition)
    return found


def _entries(transitions: Sequence[TransitionSpec]) -> list[PublishEntry]:
    return [entry for t in transitions for entry in t.publish]


def _only(labels: Sequence[str | None]) -> str | None:
    return ", ".join(label for label in labels if label) or None


def _published(when: str, old: Sequence[PublishEntry], new: Sequence[PublishEntry]) -> Iterator[str]:
    before, after = ({entry.name: _value(entry) for entry in entries} for entries in (old, new))
    yield from value_words(f"publish{when}", before, after, depth=2)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield f"publish{when} is in another order"


def _value(entry: PublishEntry) -> Any:
    return "result()" if entry.bare else entry.value


def _container(old: TaskSpec, new: TaskSpec) -> Iterator[str]:
    if old.container != new.container:
        yield f"is now a part of {new.container}" if new.container else f"is no part of {old.container} any more"
    before, after = [child.name for child in old.children], [child.name for child in new.children]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield "its parts are in another order"


_PARTS: tuple[Callable[[TaskSpec, TaskSpec], Iterator[str]], ...] = (
    _simple, _input, _retry, _publish, _transitions, _container,
)  # fmt: skip
