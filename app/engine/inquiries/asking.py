"""Reading the input of `core.ask` (and of `__inquiry`): every mistake is named, nothing is guessed.

Source: api.md 10, 10.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.engine.errors import InvalidValue
from app.engine.inquiries.policy import EXCLUDABLE, Exclusion, Policy

MAX_PROMPT = 10_000
MAX_EVIDENCE = 50
MAX_BUTTONS = 10
MAX_EVIDENCE_TEXT = 64 * 1024
STYLES = ("positive", "negative", "neutral")
KINDS = ("value", "text", "log_of", "diff", "url")

APPROVE_REJECT = (
    {"label": "Approve", "response": {"approved": True}, "style": "positive"},
    {"label": "Reject", "response": {"approved": False}, "style": "negative"},
)


@dataclass(frozen=True, slots=True)
class Named:
    """People as an author names them: ids or logins, and roles; a service finds the identities."""

    people: tuple[int | str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question before the people in it are looked up. `policy.escalate` is empty; see `escalate`.

    Attributes:
        evidence: `{title, kind, ...}` with kind value | text | log_of | diff | url.
        buttons: `{label, response, style}`.
        escalate: seconds after asking, and who is added then.
    """

    prompt: str
    response_schema: dict[str, Any] | None
    assigned: Named
    default_response: Any
    evidence: tuple[dict[str, Any], ...]
    buttons: tuple[dict[str, Any], ...]
    policy: Policy
    escalate: tuple[float, Named] | None = None


def parse_ask(given: Mapping[str, Any]) -> Ask:
    """The question in the input of an asking task.

    Raises:
        InvalidValue: details hold every mistake as {path, message}.
    """
    reader = _Reader(given)
    ask = Ask(
        prompt=reader.prompt(),
        response_schema=reader.schema(),
        assigned=reader.named("assigned_to"),
        default_response=given.get("default_response"),
        evidence=reader.evidence(),
        buttons=reader.buttons(),
        policy=reader.policy(),
        escalate=reader.escalate(),
    )
    reader.check_consent(ask)
    if reader.problems:
        first = reader.problems[0]
        raise InvalidValue(f"The inquiry can't be asked: {first['path']}: {first['message']}", details=reader.problems)
    return ask


def default_buttons(buttons: list[dict[str, Any]], schema: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The author's buttons, else Approve / Reject when the schema is one boolean `approved`, else none (a form)."""
    if buttons or not schema:
        return buttons
    fields = schema.get("properties", {}) if schema.get("type") == "object" else schema
    only = fields.get("approved") if isinstance(fields, Mapping) and len(fields) == 1 else None
    is_boolean = isinstance(only, Mapping) and only.get("type") == "boolean"
    return [dict(b) for b in APPROVE_REJECT] if is_boolean else []


class _Reader:
    """Reads one input key by key and collects what is wrong."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.problems: list[dict[str, str]] = []

    def _wrong(self, path: str, message: str) -> None:
        self.problems.append({"path": path, "message": message})

    def prompt(self) -> str:
        prompt = self.given.get("prompt")
        if not isinstance(prompt, str) or not 1 <= len(prompt) <= MAX_PROMPT:
            self._wrong("prompt", f"takes a text of 1 to {MAX_PROMPT} characters, got {_kind(prompt)}")
            return ""
        return prompt

    def schema(self) -> dict[str, Any] | None:
        schema = self.given.get("response_schema")
        if schema is None or isinstance(schema, dict):
            return schema
        self._wrong("response_schema", f"takes a schema (a mapping), got {_kind(schema)}")
        return None

    def named(self, key: str, given: Any = ...) -> Named:
        value = self.given.get(key) if given is ... else given
        if value is None:
            return Named()
        if isinstance(value, Mapping):
            people, roles = value.get("identities") or [], value.get("roles") or []
            return Named(self._people(f"{key}.identities", people), self._roles(f"{key}.roles", roles))
        return Named(self._people(key, value if isinstance(value, list) else [value]))

    def _people(self, path: str, given: Any) -> tuple[int | str, ...]:
        if not isinstance(given, list) or not all(_is_person(p) for p in given):
            self._wrong(path, "takes an identity's id or login, or a list of them")
            return ()
        return tuple(dict.fromkeys(given))

    def _roles(self, path: str, given: Any) -> tuple[str, ...]:
        if not isinstance(given, list) or not all(isinstance(r, str) and r for r in given):
            self._wrong(path, "takes a list of role names")
            return ()
        return tuple(dict.fromkeys(given))

    def evidence(self) -> tuple[dict[str, Any], ...]:
        given = self._list("evidence", MAX_EVIDENCE)
        return tuple(e for i, piece in enumerate(given) if (e := self._piece(f"evidence[{i}]", piece)))

    def _piece(self, path: str, piece: Any) -> dict[str, Any] | None:
        kinds = [k for k in KINDS if k in piece] if isinstance(piece, Mapping) else []
        if len(kinds) != 1:
            self._wrong(path, f"takes a title and one of {', '.join(KINDS)}")
            return None
        kind, content = kinds[0], piece[kinds[0]]
        if problem := _evidence_problem(kind, content):
            self._wrong(f"{path}.{kind}", problem)
            return None
        content = content[:MAX_EVIDENCE_TEXT] if isinstance(content, str) else content
        return {"title": str(piece.get("title") or kind)[:255], "kind": kind, kind: content}

    def buttons(self) -> tuple[dict[str, Any], ...]:
        given = self._list("buttons", MAX_BUTTONS)
        return tuple(b for i, button in enumerate(given) if (b := self._button(f"buttons[{i}]", button)))

    def _button(self, path: str, button: Any) -> dict[str, Any] | None:
        if not isinstance(button, Mapping) or not _is_text(button.get("label"), 100) or "response" not in button:
            self._wrong(path, "takes a label (1 to 100 characters) and a response")
            return None
        style = button.get("style") or "neutral"
        if style not in STYLES:
            self._wrong(f"{path}.style", f"takes one of {', '.join(STYLES)}, got {style!r}")
        return {"label": button["label"], "response": button["response"], "style": style}

    def policy(self) -> Policy:
        return Policy(
            quorum=self._quorum(),
            decision_field=self._text("decision_field", "approved"),
            veto=self._flag("veto", True),
            exclude=self._exclude(),
            remind=tuple(self._seconds(f"remind[{i}]", s) for i, s in enumerate(self._list("remind", 20))),
            comment=self._flag("comment", False),
        )

    def _quorum(self) -> int | dict[str, int] | None:
        given = self.given.get("quorum")
        if given is None:
            return None
        if _is_count(given):
            return int(given)
        if isinstance(given, Mapping) and given and all(isinstance(r, str) and _is_count(n) for r, n in given.items()):
            return {role: int(n) for role, n in given.items()}
        self._wrong("quorum", "takes a number from 1, or a number per role such as {ops: 2, security: 1}")
        return None

    def _exclude(self) -> tuple[str, ...]:
        given = self.given.get("exclude")
        kinds = [given] if isinstance(given, str) else given or []
        if not isinstance(kinds, list) or any(k not in EXCLUDABLE for k in kinds):
            self._wrong("exclude", f"takes {' and '.join(EXCLUDABLE)}")
            return ()
        return tuple(dict.fromkeys(kinds))

    def escalate(self) -> tuple[float, Named] | None:
        given = self.given.get("escalate")
        if given is None:
            return None
        if not isinstance(given, Mapping) or "after" not in given or not given.get("to"):
            self._wrong("escalate", "takes {after: seconds, to: people}")
            return None
        return self._seconds("escalate.after", given["after"]), self.named("escalate.to", given["to"])

    def check_consent(self, ask: Ask) -> None:
        """Silence is never consent: where people vote, the answer given at expiry may not be a yes."""
        if ask.policy.quorum is not None and ask.policy.says_yes(ask.default_response):
            self._wrong("default_response", "may not say yes where a quorum decides: expiry is never consent")
        people, quorum = ask.assigned, ask.policy.quorum
        if isinstance(quorum, int) and people.people and not people.roles and len(people.people) < quorum:
            self._wrong("quorum", f"needs {quorum} people, but only {len(people.people)} are asked")

    def _list(self, key: str, limit: int) -> list[Any]:
        given = self.given.get(key)
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > limit:
            self._wrong(key, f"takes a list of at most {limit}, got {_kind(given)}")
            return []
        return given

    def _seconds(self, path: str, given: Any) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
            self._wrong(path, f"takes seconds above 0, got {_kind(given)}")
            return 0.0
        return float(given)

    def _text(self, key: str, default: str) -> str:
        given = self.given.get(key)
        if given is None or _is_text(given, 255):
            return given or default
        self._wrong(key, f"takes a text, got {_kind(given)}")
        return default

    def _flag(self, key: str, default: bool) -> bool:
        given = self.given.get(key)
        if given is None or isinstance(given, bool):
            return default if given is None else given
        self._wrong(key, f"takes true or false, got {_kind(given)}")
        return default


def with_excluded(policy: Policy, found: Mapping[str, int | None]) -> Policy:
    """The policy with the persons behind `exclude` (kind -> identity id, None: nobody)."""
    persons = [(why, found.get(why)) for why in policy.exclude]
    return replace(policy, excluded=tuple(Exclusion(i, why) for why, i in persons if i is not None))


def _evidence_problem(kind: str, content: Any) -> str | None:
    if kind in ("text", "log_of") and not isinstance(content, str):
        return f"takes a text, got {_kind(content)}"
    if kind == "url" and not (isinstance(content, str) and content.lower().startswith(("http://", "https://"))):
        return "takes an address that begins with http:// or https://"
    if kind == "diff" and not (isinstance(content, Mapping) and {"before", "after"} <= content.keys()):
        return "takes {before, after}"
    return None


def _is_person(value: Any) -> bool:
    return _is_count(value) or _is_text(value, 255)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_text(value: Any, limit: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= limit


def _kind(value: Any) -> str:
    names = {type(None): "nothing", bool: "a boolean", int: "a number", float: "a number", dict: "a mapping"}
    if isinstance(value, str | list):
        noun = "a text of {} characters" if isinstance(value, str) else "a list of {}"
        return noun.format(len(value))
    return names.get(type(value), type(value).__name__)
