"""Reads one key of a mapping as one type, and notes what does not fit. `null` counts as absent.

A field that does not fit yields its default, so that the rest of the document is still checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.engine.spec.findings import Findings, near, rename_key_fix, set_field_fix, what_came
from app.engine.spec.places import Path

_INTEGER_TEXT = re.compile(r"-?[0-9]{1,9}\Z")
_NUMBER_TEXT = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?\Z")


@dataclass(frozen=True, slots=True)
class Fields:
    """One mapping of the document, with its place and the task it belongs to.

    `edit_path` is the place in the words of edit operations: tasks by name. None: no mechanical fix here.
    """

    values: dict[str, Any]
    path: Path
    findings: Findings
    task: str | None = None
    edit_path: tuple[str | int, ...] | None = None

    def get(self, key: str) -> Any:
        return self.values.get(key)

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def at(self, key: str) -> Path:
        return (*self.path, key)

    def error(
        self, key: str, code: str, message: str, *, fix: Any = None, point_at_key: bool = False
    ) -> None:
        self.findings.error(self.at(key), code, message, task=self.task, fix=fix, key=point_at_key)

    def warning(
        self, key: str, code: str, message: str, *, fix: Any = None, point_at_key: bool = False
    ) -> None:
        self.findings.warning(self.at(key), code, message, task=self.task, fix=fix, key=point_at_key)

    def text(self, key: str, *, max_length: int | None = None) -> str | None:
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.error(key, "wrong_type", f"'{key}' takes text, got {what_came(value)}.")
            return None
        if max_length is not None and len(value) > max_length:
            self.error(
                key, "too_long", f"'{key}' has {len(value)} characters, at most {max_length} are allowed."
            )
            return None
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: Any) -> Any:
        value = self.get(key)
        if value is None or value in allowed:
            return default if value is None else value
        guess = near(value, allowed) if isinstance(value, str) else None
        message = f"'{key}' is one of {', '.join(allowed)}; got {what_came(value)}."
        self.error(key, "bad_value", message, fix=self._fix(key, guess) if guess else None)
        return default

    def boolean(self, key: str, default: bool) -> bool:
        value = self.get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        meant = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
        guess = meant.get(value.lower()) if isinstance(value, str) else None
        fix = self._fix(key, guess) if guess is not None else None
        self.error(key, "wrong_type", f"'{key}' takes true or false, got {what_came(value)}.", fix=fix)
        return default

    def number(
        self, key: str, *, above: float | None = None, least: float | None = None, most: float | None = None
    ) -> float | None:
        """Seconds and the like: fractions allowed."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._not_a_number(key, value, "a number", _NUMBER_TEXT)
            return None
        return float(value) if self._in_range(key, value, above, least, most) else None

    def whole(self, key: str, *, least: int, most: int | None = None) -> int | None:
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self._not_a_number(key, value, "a whole number", _INTEGER_TEXT)
            return None
        return value if self._in_range(key, value, None, least, most) else None

    def mapping(self, key: str) -> dict[str, Any] | None:
        value = self.get(key)
        if value is None or isinstance(value, dict):
            return value
        self.error(key, "wrong_type", f"'{key}' takes a mapping, got {what_came(value)}.")
        return None

    def below(self, key: str) -> Fields | None:
        """The mapping at `key` as fields of its own."""
        value = self.mapping(key)
        if value is None:
            return None
        edit_path = None if self.edit_path is None else (*self.edit_path, key)
        return Fields(value, self.at(key), self.findings, self.task, edit_path)

    def unknown_keys(self, known: Iterable[str], of: str) -> None:
        """Note every key the language does not know; `x-` and `__` keys are the author's own (language.md 2)."""
        names = tuple(known)
        for key in self.values:
            if key not in names and not key.startswith(("x-", "__")):
                self._unknown_key(key, names, of)

    def _unknown_key(self, key: str, names: tuple[str, ...], of: str) -> None:
        hyphenated = key.replace("-", "_")
        if hyphenated in names:  # it would be ignored although the meaning is plain (api.md 4)
            fix = self._key_fix(key, hyphenated)
            self.error(key, "hyphenated_key", f"'{key}' is written '{hyphenated}'.", fix=fix, point_at_key=True)
            return
        guess = near(key, names)
        hint = f"did you mean '{guess}'?" if guess else "it is ignored; keys of your own begin with 'x-'."
        fix = self._key_fix(key, guess) if guess else None
        self.warning(key, "unknown_key", f"'{key}' is no key of {of}; {hint}", fix=fix, point_at_key=True)

    def _not_a_number(self, key: str, value: Any, wanted: str, pattern: re.Pattern[str]) -> None:
        fix = None
        if isinstance(value, str) and pattern.match(value):
            fix = self._fix(key, float(value) if "." in value else int(value))
        self.error(key, "wrong_type", f"'{key}' takes {wanted}, got {what_came(value)}.", fix=fix)

    def _in_range(
        self, key: str, value: float, above: float | None, least: float | None, most: float | None
    ) -> bool:
        if above is not None and value <= above:
            limit = f"above {above:g}"
        elif least is not None and value < least:
            limit = f"at least {least:g}" if most is None else f"between {least:g} and {most:g}"
        elif most is not None and value > most:
            limit = f"at most {most:g}" if least is None else f"between {least:g} and {most:g}"
        else:
            return True
        self.error(key, "out_of_range", f"'{key}' must be {limit}, got {value:g}.")
        return False

    def _key_fix(self, key: str, meant: str) -> dict[str, Any] | None:
        if self.edit_path is None or meant in self.values:
            return None
        return rename_key_fix((*self.edit_path, key), meant)

    def _fix(self, key: str, value: Any) -> dict[str, Any] | None:
        if self.edit_path is None:
            return None
        return set_field_fix(f"Write {key}: {_yaml_word(value)}", (*self.edit_path, key), value)


def _yaml_word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
