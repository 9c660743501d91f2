"""What the files of a pack have in common: a mapping, refs that may leave the pack out, schemas under two names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.engine import schemas
from app.engine.spec.document import load
from app.engine.spec.fields import Fields
from app.engine.spec.findings import Findings, what_came
from app.engine.spec.limits import DEFAULT_LIMITS, SpecLimits
from app.engine.spec.problems import Problem, errors_of

_COMPONENT_REF = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)+\Z")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file being read. `pack_ref` and `name` (the file's, without ending) stand in for what it leaves out."""

    fields: Fields
    pack_ref: str
    name: str

    @property
    def problems(self) -> list[Problem]:
        return self.fields.findings.problems

    @property
    def usable(self) -> bool:
        return not errors_of(self.problems)

    def ref(self, key: str = "ref") -> str:
        """The component's ref with its pack in front; the file's name when it says none."""
        found = self.fields.text(key, max_length=255)
        ref = with_pack(found, self.pack_ref) if found else f"{self.pack_ref}.{self.name}"
        if not _COMPONENT_REF.match(ref):
            self.fields.error(key, "bad_ref", f"'{ref}' is no ref; a ref is 'pack.name', in lower case.")
        elif not ref.startswith(f"{self.pack_ref}."):
            self.fields.error(key, "foreign_ref", f"'{ref}' belongs to another pack; this one is '{self.pack_ref}'.")
        return ref

    def label(self) -> str:
        """The label, or a title made from the name."""
        return self.fields.text("label", max_length=255) or self.name.replace("_", " ").replace("-", " ").title()

    def first(self, *keys: str) -> str:
        """The first of these keys that the file has, else the first of them."""
        return next((key for key in keys if self.fields.has(key)), keys[0])

    def schema(self, *keys: str) -> dict[str, Any] | None:
        """A schema as written, checked; `parameters` or `param_schema`, `output` or `output_schema`."""
        key = self.first(*keys)
        value = self.fields.mapping(key)
        for problem in schemas.problems(value) if value is not None else ():
            self.fields.findings.error((*self.fields.at(key), *problem["at"]), "bad_schema", problem["message"])
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        return self.fields.mapping(key) or {}

    def texts(self, key: str) -> list[str]:
        """A list of texts; a single text counts as a list of one."""
        value = self.fields.get(key)
        if value is None:
            return []
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(v, str) for v in values):
            return values
        self.fields.error(key, "wrong_type", f"'{key}' takes a list of texts, got {what_came(value)}.")
        return []

    def entries(self, key: str) -> list[Any]:
        """A list of anything."""
        value = self.fields.get(key)
        if value is None or isinstance(value, list):
            return value or []
        self.fields.error(key, "wrong_type", f"'{key}' takes a list, got {what_came(value)}.")
        return []

    def required_text(self, key: str, *, max_length: int) -> str:
        value = self.fields.text(key, max_length=max_length)
        if value is None and not self.fields.has(key):
            self.fields.error(key, "missing", f"'{key}' is missing.")
        elif value == "":
            self.fields.error(key, "missing", f"'{key}' is empty.")
        return value or ""

    def version(self, default: str | None) -> str:
        """`version`, also when YAML reads it as a number: 1.10 stays 1.10."""
        value = self.fields.get("version")
        if isinstance(value, int | float) and not isinstance(value, bool):
            document = self.fields.findings.document
            return (document.raw(("version",)) if document else None) or str(value)
        if value is None and default is not None:
            return default
        return self.required_text("version", max_length=50)


def read_manifest(
    text: str | bytes, *, pack_ref: str, name: str, limits: SpecLimits = DEFAULT_LIMITS
) -> tuple[Manifest | None, list[Problem]]:
    """The file as a mapping; None when it can't be read at all."""
    document = load(text, limits=limits)
    findings = Findings(document)
    findings.problems.extend(document.problems)
    if isinstance(document.value, dict):
        return Manifest(Fields(document.value, (), findings), pack_ref, name), findings.problems
    if not errors_of(document.problems):
        findings.error((), "wrong_type", f"The file must hold a mapping, got {what_came(document.value)}.")
    return None, findings.problems


def with_pack(ref: str, pack_ref: str) -> str:
    """A ref without a dot belongs to the pack of the file it stands in."""
    return ref if "." in ref else f"{pack_ref}.{ref}"


