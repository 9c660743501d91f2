"""What all files of a pack have in common: a mapping with ref, label, description, schemas under several names."""

from __future__ import annotations

import re
from typing import Any

from app.engine import schemas
from app.engine.spec.document import load
from app.engine.spec.fields import Fields
from app.engine.spec.findings import Findings, what_came
from app.engine.spec.problems import Problem

PACK_REF = re.compile(r"[a-z][a-z0-9_-]*\Z")
_COMPONENT_REF = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)+\Z")
MAX_REF = MAX_LABEL = 255


def open_file(text: str | bytes, what: str) -> tuple[Fields | None, list[Problem]]:
    """The mapping of a file, and the list its problems go to."""
    document = load(text)
    findings = Findings(document)
    findings.problems = document.problems
    if not document.complete:
        return None, findings.problems
    if isinstance(document.value, dict):
        return Fields(document.value, (), findings), findings.problems
    if not document.problems:
        came = "the file is empty" if document.value is None else f"got {what_came(document.value)}"
        findings.error((), "wrong_type", f"{what} file holds a mapping; {came}.")
    return None, findings.problems


def read_ref(fields: Fields, pack_ref: str, name: str | None) -> str:
    """`ref`, with the pack's ref before it when it has no dot; `<pack>.<name>` when there is none."""
    given = fields.text("ref", max_length=MAX_REF)
    if not given and name is None:
        fields.error("ref", "missing_ref", "'ref' is missing.")
        return ""
    ref = full_ref(given or name or "", pack_ref)
    if not _COMPONENT_REF.match(ref):
        fields.error("ref", "bad_ref", f"'{ref[:80]}' is no ref; a ref is 'pack.name', in lower case.")
    elif not ref.startswith(f"{pack_ref}."):
        fields.error(
            "ref", "bad_ref", f"'{ref}' belongs to another pack; refs of this one begin with '{pack_ref}.'."
        )
    return ref


def full_ref(ref: str, pack_ref: str) -> str:
    """A ref without a dot belongs to the pack."""
    return ref if "." in ref else f"{pack_ref}.{ref}"


def read_label(fields: Fields, ref: str) -> str:
    """`label`, or a title made from the name: `send_mail` is "Send Mail"."""
    label = fields.text("label", max_length=MAX_LABEL)
    return label or title_of(ref)


def title_of(ref: str) -> str:
    name = ref.rsplit(".", 1)[-1]
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[_-]+", name) if word)


def first_of(fields: Fields, *keys: str) -> str:
    """The first of several names for one key that is there; the first name when none is."""
    return next((key for key in keys if fields.has(key)), keys[0])


def read_schema(fields: Fields, *keys: str) -> dict[str, Any] | None:
    """A schema as written, under the first of its names; what is wrong with it is noted."""
    key = first_of(fields, *keys)
    value = fields.mapping(key)
    for problem in schemas.problems(value):
        fields.findings.error((*fields.at(key), *problem["at"]), "bad_schema", problem["message"])
    return value


def read_texts(fields: Fields, *keys: str) -> tuple[str, ...]:
    """A list of texts; one text counts as a list of one."""
    key = first_of(fields, *keys)
    value = fields.get(key)
    if value is None:
        return ()
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, list) and all(isinstance(entry, str) for entry in listed):
        return tuple(listed)
    fields.error(key, "wrong_type", f"'{key}' takes a list of texts.")
    return ()


def read_version(fields: Fields) -> str:
    """`version` as text; an unquoted number is kept as written."""
    value = fields.get("version")
    if isinstance(value, int | float) and not isinstance(value, bool):
        document = fields.findings.document
        value = (document.raw(("version",)) if document else None) or str(value)
    if isinstance(value, str) and 1 <= len(value) <= 50:
        return value
    fields.error("version", "bad_version", f"'version' is text of 1..50 characters, got {what_came(value)}.")
    return ""
