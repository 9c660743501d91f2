"""The buttons that answer a question: the author's own words, and the response behind each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SEND = "send"
_STYLES = {"positive": "btn-primary", "negative": "btn-no", "neutral": ""}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One button that answers; `value` finds its response again."""

    value: str
    label: str
    style: str


def verbs_of(buttons: Sequence[Json]) -> list[Verb]:
    """The buttons, at most one of them filled; without any, one that sends the form."""
    if not buttons:
        return [Verb(SEND, "Send the answer", "btn-primary")]
    styles = [_STYLES.get(b.get("style", "neutral"), "") for b in buttons]
    first = styles.index("btn-primary") if "btn-primary" in styles else None
    shown = ["" if s == "btn-primary" and n != first else s for n, s in enumerate(styles)]
    return [Verb(str(n), str(b["label"]), shown[n]) for n, b in enumerate(buttons)]


def decided_by(buttons: Sequence[Json]) -> list[str]:
    """Names that every button's response sets: the form does not ask for them again."""
    responses = [set(b["response"]) for b in buttons if isinstance(b["response"], Mapping)]
    return sorted(set.intersection(*responses)) if responses and len(responses) == len(buttons) else []


def response_of(verb: str, buttons: Sequence[Json], values: Mapping[str, Any]) -> Any:
    """The response behind a button, with the form's values under it; without buttons the values alone.

    Raises KeyError for a button that does not exist: nothing is guessed, and nothing counts as consent.
    """
    if not buttons:
        if verb != SEND:
            raise KeyError(verb)
        return dict(values)
    chosen = {str(number): b["response"] for number, b in enumerate(buttons)}[verb]
    return {**values, **chosen} if isinstance(chosen, Mapping) else chosen


def pressed(response: Any, buttons: Sequence[Json]) -> str:
    """The label of the one button that gives this response, whatever the form added to it; "" when it can't be told."""
    found = [b["label"] for b in buttons if b["response"] == response or _within(b["response"], response)]
    return str(found[0]) if len(found) == 1 else ""


def _within(part: Any, whole: Any) -> bool:
    both = isinstance(part, Mapping) and isinstance(whole, Mapping)
    return both and bool(part) and all(key in whole and whole[key] == value for key, value in part.items())
