"""The response to an inquiry from what was typed: flags, fields, JSON, or one question after another."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from app.cli import parameters, questions
from app.cli.errors import CommandFailed
from app.cli.output import Column
from app.cli.words import harmless, one_line
from app.engine import schemas
from app.engine.inquiries.prompts import plain_text

FIELDS = [
    Column("FIELD", "name"),
    Column("TYPE", "type"),
    Column("NEEDED", lambda row: "yes" if row["required"] else ""),
    Column("DEFAULT", "default"),
    Column("WHAT", "description", wide=True),
]


def response_of(
    inquiry: dict[str, Any], values: Iterable[str], *, verdict: str | None, button: str | None, whole: str | None
) -> Any:
    """What to send. Exactly one way of answering is taken; with none, the fields are asked for."""
    values = tuple(values)
    if sum((bool(values), verdict is not None, button is not None, whole is not None)) > 1:
        raise CommandFailed("Answer in one way: FIELD=VALUE, --approve or --reject, --button, or --json.")
    if whole is not None:
        return _json(whole)
    if verdict is not None:
        return _verdict(inquiry, verdict == "yes")
    if button is not None:
        return _button(inquiry, button)
    return _form(inquiry, values)


def field_rows(inquiry: dict[str, Any], fields: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """{name, type, required, default, description} of each field."""
    required = schemas.normalise(inquiry["response_schema"]).get("required", ())
    return [
        {
            "name": name,
            "type": _kind(field),
            "required": name in required,
            "default": field.get("default"),
            "description": field.get("description"),
        }
        for name, field in fields.items()
    ]


def _kind(field: dict[str, Any]) -> str:
    choices = field.get("enum")
    return " | ".join(one_line(c) for c in choices) if choices else one_line(field.get("type") or "any")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandFailed(f"--json is no JSON: {error}.", hint="Text needs its own quotes: --json '\"yes\"'") from error


def _verdict(inquiry: dict[str, Any], yes: bool) -> Any:
    style = "positive" if yes else "negative"
    found = [b["response"] for b in inquiry["buttons"] if b.get("style") == style]
    if len(found) == 1:
        return found[0]
    name = questions.yes_or_no(inquiry)
    if name is not None:
        return {name: yes}
    raise CommandFailed(f"Question {inquiry['id']} is no yes-or-no question.", hint=" or ".join(questions.commands(inquiry)))


def _button(inquiry: dict[str, Any], label: str) -> Any:
    for button in inquiry["buttons"]:
        if str(button["label"]).casefold() == label.casefold():
            return button["response"]
    known = ", ".join(str(b["label"]) for b in inquiry["buttons"]) or "none"
    raise CommandFailed(f"Question {inquiry['id']} has no button '{label}'. Its buttons: {known}.")


def _form(inquiry: dict[str, Any], values: tuple[str, ...]) -> Any:
    given = parameters.gather(values, None, inquiry["response_schema"])
    fields = questions.schema_fields(inquiry)
    if not values:
        if not fields or not sys.stdin.isatty():
            ways = "; ".join(questions.commands(inquiry))
            raise CommandFailed(f"Question {inquiry['id']} needs an answer.", hint=f"For example: {ways}")
        given = _ask(inquiry, fields)
    if not fields:
        return given
    normal = schemas.normalise(inquiry["response_schema"])
    response = schemas.coerce(schemas.fill_defaults(given, normal), normal)
    wrong = schemas.check(response, normal, noun="Field", extra_allowed=True)
    if wrong:
        listed = "; ".join(problem["message"].rstrip(".") for problem in wrong)
        raise CommandFailed(f"{listed}.", hint=f"It takes: {parameters.wanted(inquiry['response_schema'])}")
    return response


def _ask(inquiry: dict[str, Any], fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Each field at the prompt, as the page's form would."""
    click.echo(harmless(plain_text(inquiry["prompt"])), err=True)
    rows = field_rows(inquiry, fields)
    typed = [(row["name"], _prompt(row, fields[row["name"]])) for row in rows]
    return parameters.gather([f"{name}={text}" for name, text in typed if text != ""], None, inquiry["response_schema"])


def _prompt(row: dict[str, Any], field: dict[str, Any]) -> str:
    label = harmless(f"{row['description'] or row['name']} ({row['type']})")
    default = field.get("default")
    shown = default if isinstance(default, str) else json.dumps(default) if default is not None else None
    choices = [str(c) for c in field["enum"]] if field.get("enum") else None
    missing = None if row["required"] else ""
    kind = click.Choice(choices) if choices and row["required"] else str
    return str(click.prompt(label, default=shown if shown is not None else missing, show_default=bool(shown), type=kind, err=True, show_choices=False))
