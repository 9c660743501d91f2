"""Notices as mail: text and HTML, with a signed link for the person, by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from urllib.parse import SplitResult, unquote, urlsplit

from app.engine.inquiries.prompts import plain_text, split_prompt
from app.services import ports
from app.services.inquiries.linking import Link
from app.services.inquiries.rows import Row
from app.services.notices.failures import NotDelivered
from app.settings import Settings

WAIT_S = 15.0
LONGEST_TEXT = 4000
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Letter = EmailMessage

_SUBJECTS = {
    "asked": "{title}",
    "reminded": "Reminder: {title}",
    "escalated": "Still open: {title}",
    "handed_over": "Handed over to you: {title}",
    "decided": "Decided: {title}",
    "expired": "Expired: {title}",
    "cancelled": "Withdrawn: {title}",
}
_LEADS = {
    "asked": "You are asked to answer.",
    "reminded": "This question still waits for an answer.",
    "escalated": "Nobody has answered yet, so you are asked as well.",
    "handed_over": "{by} has handed this question over to you.",
    "decided": "{by} answered. There is nothing left to do for you.",
    "expired": "Nobody answered in time. There is nothing left to do for you.",
    "cancelled": "The question was withdrawn. There is nothing left to do for you.",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says, before it is text or HTML. `links`: (words, address)."""

    lead: str
    title: str
    rest: str
    facts: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def letter_of(row: Row, notice: Row, *, to: str, link: Link | None, settings: Settings) -> Letter:
    """The mail about a question. A call carries the link with which its reader, and nobody else, answers once."""
    base = (settings.public_url or settings.api_base).rstrip("/")
    title, rest = split_prompt(row["prompt"])
    words = Words(
        lead=_LEADS[notice["happening"]].format(by=notice["detail"].get("by") or "Somebody"),
        title=title,
        rest=_shortened(plain_text(rest)),
        facts=_facts(row, link),
        links=_links(row, link, base),
    )
    return _letter(words, row, notice, to=to, settings=settings)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _facts(row: Row, link: Link | None) -> tuple[str, ...]:
    asked_by = f"task {row['task_name']}" if row["task_name"] else f"execution {row['execution']}"
    facts = [f"Asked by {asked_by}, question {row['id']}."]
    if link is not None and row["timeout_at"] is not None:
        facts.append(f"Open until {row['timeout_at']:%Y-%m-%d %H:%M} UTC.")
    return tuple(facts)


def _links(row: Row, link: Link | None, base: str) -> tuple[tuple[str, str], ...]:
    inbox = ("Sign in to see it", f"{base}/inbox/{row['id']}")
    if link is None:
        return (inbox,)
    return (("Read and answer (for you alone; it answers once)", base + link.path), inbox)


def _letter(words: Words, row: Row, notice: Row, *, to: str, settings: Settings) -> Letter:
    host = urlsplit(settings.public_url).hostname or "localhost"
    letter = EmailMessage()
    letter["Subject"] = _one_line(_SUBJECTS[notice["happening"]].format(title=words.title))
    letter["From"] = settings.mail_from or f"Attune <attune@{host}>"
    letter["To"] = to
    letter["Date"] = format_datetime(ports.now())
    # the same at each attempt: a mail program shows what arrived twice once
    letter["Message-ID"] = f"<notice-{notice['id']}@{host}>"
    letter["References"] = f"<inquiry-{row['id']}@{host}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_text(words))
    letter.add_alternative(_html(words), subtype="html")
    return letter


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _text(words: Words) -> str:
    links = [f"{name}:\n{address}" for name, address in words.links]
    return "\n\n".join(part for part in (words.lead, words.title, words.rest, "\n".join(words.facts), *links) if part) + "\n"


def _html(words: Words) -> str:
    rest = f'<p style="white-space:pre-wrap">{escape(words.rest)}</p>' if words.rest else ""
    facts = "<br>".join(escape(fact) for fact in words.facts)
    links = "".join(f'<p><a href="{escape(address)}">{escape(name)}</a></p>' for name, address in words.links)
    return (
        f'<!doctype html><html><body style="font-family:sans-serif;max-width:40em"><p>{escape(words.lead)}</p>'
        f'<h1 style="font-size:20px">{escape(words.title)}</h1>{rest}<p style="color:#666">{facts}</p>{links}</body></html>\n'
    )


def send(letter: Letter, settings: Settings) -> None:
    """Hand a letter to the server of ATTUNE_SMTP_URL. NotDelivered."""
    place = urlsplit(settings.smtp_url)
    try:
        with connected(place) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        [(code, reason)] = error.recipients.values()
        text = f"The mail server refuses the address: {code} {_readable(reason)}"
        raise NotDelivered(text, for_good=500 <= code < 600) from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"The mail server answered {error.smtp_code} {_readable(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(f"The mail server {place.hostname}:{_port(place)} can't be used: {error}") from error


def connected(place: SplitResult) -> smtplib.SMTP:
    """A connection, encrypted and signed in where the URL says so; a password never goes over a bare network.

    Raises:
        OSError, smtplib.SMTPException; ValueError: the URL makes no sense.
    """
    if problem := url_problem(place):
        raise ValueError(problem)
    host, port = place.hostname or "", _port(place)
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=WAIT_S, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=WAIT_S)
    try:
        if place.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def url_problem(place: SplitResult) -> str | None:
    """Why ATTUNE_SMTP_URL can't be used, or None."""
    if place.scheme not in PORTS or not place.hostname:
        return f"ATTUNE_SMTP_URL begins with {', '.join(f'{s}://' for s in PORTS)} and names a host"
    if place.scheme == "smtp" and place.username and place.hostname not in LOOPBACK:
        return "ATTUNE_SMTP_URL would send a password without encryption; use smtp+starttls:// or smtps://"
    return None


def _port(place: SplitResult) -> int:
    return place.port or PORTS.get(place.scheme, 25)


def _readable(reason: bytes | str) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return _one_line(text)[:300]
