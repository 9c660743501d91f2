"""`attune inquiries`: questions that wait for people, and answers to them."""

from __future__ import annotations

from typing import Any

import click

from app.cli import answers, questions
from app.cli.client import Api
from app.cli.options import limited, rest
from app.cli.output import Column, Output, Status
from app.cli.words import ago, local_time, one_line
from app.engine.inquiries.prompts import plain_text

LIST = [
    Column("ID", "id", right=True),
    Column("QUESTION", lambda row: one_line(plain_text(row["prompt"])), wide=True),
    Status("STATUS", "status"),
    Column("TASK", "task_name"),
    Column("ASKED", lambda row: ago(row["created"])),
    Column("DUE", lambda row: ago(row["timeout_at"]) if row["status"] == "pending" else ""),
]
FACTS = [
    Column("Question", "id"),
    Status("Status", "status"),
    Column("Asked by", lambda row: f"task {row['task_name']}" if row["task_name"] else f"execution {row['execution']}"),
    Column("Asked", lambda row: local_time(row["created"])),
    Column("Due", lambda row: local_time(row["timeout_at"])),
    Column("Asked are", lambda row: _asked(row)),
    Column("Needed", "needed"),
    Column("Answered", lambda row: local_time(row["responded_at"])),
    Column("Answer", lambda row: one_line(row["response"]) if row["status"] == "responded" else ""),
]


def _asked(inquiry: dict[str, Any]) -> str:
    asked = inquiry["assignees"]
    people = [f"identity {i}" for i in asked["identities"]] + [f"role {r}" for r in asked["roles"]]
    return ", ".join(people) or "anybody who is signed in"


@click.group()
def inquiries() -> None:
    """Questions that wait for people: list, show, answer."""


@inquiries.command("list")
@click.option("--status", type=click.Choice(["pending", "responded", "timeout", "cancelled", "any"]), default="pending", show_default=True)
@click.option("--mine", is_flag=True, help="Only those assigned to me.")
@limited
@rest
def list_inquiries(api: Api, out: Output, status: str, mine: bool, limit: int) -> None:
    """List questions, newest first."""
    wanted = None if status == "any" else status
    rows = api.page("/inquiries", status=wanted, assigned_to="me" if mine else None, page_size=limit)
    out.rows(rows, LIST, empty="No question waits." if status == "pending" else "No questions.")


@inquiries.command()
@click.argument("id", type=int)
@rest
def show(api: Api, out: Output, id: int) -> None:
    """Show a question with what was given to decide it, and how to answer."""
    inquiry = api.get(f"/inquiries/{id}")
    if out.for_people:
        out.line(plain_text(inquiry["prompt"]))
        out.line("")
    out.facts(inquiry, FACTS, more=lambda: _show_more(out, inquiry))


def _show_more(out: Output, inquiry: dict[str, Any]) -> None:
    for piece in inquiry["evidence"]:
        out.heading(one_line(piece["title"]))
        for line in _evidence(piece):
            out.line(f"  {line}")
    for given in inquiry["answers"]:
        comment = f", “{one_line(given['comment'])}”" if given["comment"] else ""
        out.line(f"  {given['login']}: {one_line(given['response'])}{comment}, {ago(given['at'])}")
    if inquiry["status"] != "pending":
        return
    if fields := questions.schema_fields(inquiry):
        out.heading("Fields")
        out.rows(answers.field_rows(inquiry, fields), answers.FIELDS, empty="")
    out.heading("Answer with")
    for command in questions.commands(inquiry):
        out.line(f"  {command}")


def _evidence(piece: dict[str, Any]) -> list[str]:
    """One piece in lines: text as it is, a difference as before and after, other values as JSON."""
    content: Any = piece.get(piece["kind"])
    if piece["kind"] == "diff":
        return [*(f"- {line}" for line in _text(content["before"])), *(f"+ {line}" for line in _text(content["after"]))]
    if piece["kind"] == "log_of":
        return [f"the output of task {content}"]
    return _text(content)


def _text(value: Any) -> list[str]:
    return value.splitlines() if isinstance(value, str) else [one_line(value)]


@inquiries.command()
@click.argument("id", type=int)
@click.argument("values", metavar="[FIELD=VALUE]...", nargs=-1)
@click.option("--approve", "verdict", flag_value="yes", help="Say yes to a yes-or-no question.")
@click.option("--reject", "verdict", flag_value="no", help="Say no to it.")
@click.option("--button", metavar="LABEL", help="Answer as this button of the page does.")
@click.option("--json", "whole", metavar="JSON", help="The whole answer as JSON.")
@click.option("--comment", metavar="TEXT", help="A comment beside the answer.")
@rest
def answer(
    api: Api, out: Output, id: int, values: tuple[str, ...], verdict: str | None, button: str | None,
    whole: str | None, comment: str | None,
) -> None:  # fmt: skip
    """Answer a question. Without values each field is asked for.

    \b
      attune inquiries answer 7 --approve --comment "looked at the diff"
      attune inquiries answer 8 room=attic seats=12
      attune inquiries answer 9 --json '{"room": "attic"}'
    """
    inquiry = api.get(f"/inquiries/{id}")
    response = answers.response_of(inquiry, values, verdict=verdict, button=button, whole=whole)
    body = {"response": response} | ({"comment": comment} if comment else {})
    changed = api.post(f"/inquiries/{id}/respond", body)
    if not out.for_people:
        out.document(changed)
        return
    out.line(f"Question {id} is answered: {one_line(response)}.")
    if changed["status"] == "pending":
        out.line(f"It still needs: {changed['needed'] or 'more answers'}.")


@inquiries.command()
@click.argument("id", type=int)
@rest
def cancel(api: Api, out: Output, id: int) -> None:
    """Withdraw a question; a task that asked it fails."""
    changed = api.post(f"/inquiries/{id}/cancel")
    if out.for_people:
        out.line(f"Question {id} is withdrawn.")
    else:
        out.document(changed)


@inquiries.command()
@click.argument("id", type=int)
@rest
def claim(api: Api, out: Output, id: int) -> None:
    """Take a question that several people could answer."""
    changed = api.post(f"/inquiries/{id}/claim")
    if out.for_people:
        out.line(f"Question {id} is yours.")
    else:
        out.document(changed)
