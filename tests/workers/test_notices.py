"""A worker delivers notices by itself, in a thread of its own: a mail server that hangs holds up no timer."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.persistence import session
from app.persistence.models import Identity
from app.services import inquiries, ports
from tests.mail_server import mail_server
from tests.workers.conftest import System
from workers.embedded import working

TEXT = """
version: 1.0.0
tasks:
  - {name: ask, action: core.ask, timeout: 0.3, input: {prompt: 'Well?', assigned_to: alice}}
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def given_mail(url: str) -> None:
    ports.current().settings = replace(ports.settings(), smtp_url=url, sweep_s=0.1)
    with session.transaction() as tx:
        tx.session.query(Identity).filter_by(login="alice").one().email = "alice@example.org"


def test_a_question_of_a_run_reaches_a_mailbox_and_is_answered_from_there(system: System) -> None:
    with mail_server() as post:
        given_mail(f"smtp://127.0.0.1:{post.port}")
        with working():
            execution_id = system.start(system.workflow("mails", TEXT.replace("0.3", "60")))
            system.wait(lambda: bool(post.letters), "the mail")
            text = post.letters[0].get_body(("plain",)).get_content()
            inquiries.respond_by_link(token=re.search(r"/answer/(\S+)", text)[1], response="yes")

            assert system.end_of(execution_id).status == "completed"


def test_a_mail_server_that_hangs_holds_up_nothing_else(system: System, silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.notices.mail.WAIT_S", 3.0)
    given_mail(f"smtp://127.0.0.1:{silent}")
    with working():
        execution_id = system.start(system.workflow("hangs", TEXT))
        system.end_of(execution_id)

    assert [child.status for child in system.children(execution_id)] == ["timeout"]
