"""Notices by mail and webhook, against real servers on the loopback: who is told what, once written, at least once sent."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.engine.access import SYSTEM, Caller
from app.engine.errors import Conflict, NotFound
from app.engine.inquiries.notices import DELAYS_S
from app.persistence import session
from app.persistence.models import Identity, Notice
from app.persistence.repositories import inquiries as rows
from app.persistence.repositories import notices as notice_rows
from app.queries import inquiries as reads
from app.services import doctor, inquiries, ports
from app.services.notices import delivering, webhook, writing
from tests.mail_server import MailServer, mail_server
from tests.runners.web_server import self_signed
from tests.servers import free_port
from tests.services.builders import T0, later, make_caller, make_execution, set_time

Ask = Callable[..., int]
YES = {"approved": True}


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(database: object, post: MailServer) -> Callable[..., None]:
    """Change settings; mail goes to `post` from the beginning."""

    def change(**values: Any) -> None:
        ports.current().settings = replace(ports.settings(), **values)

    set_time(T0)
    change(smtp_url=f"smtp://127.0.0.1:{post.port}", public_url="https://attune.example.org/")
    return change


@pytest.fixture
def people(settings: object) -> dict[str, Caller]:
    """alice (administrator), bob and carol in ops, dora in leads; mallory has no address."""
    cast = {"alice": (), "bob": ("ops",), "carol": ("ops",), "dora": ("leads",), "mallory": ("ops",)}
    found = {login: make_caller(login, *roles, admin=login == "alice") for login, roles in cast.items()}
    with session.transaction() as tx:
        for login, caller in found.items():
            if login != "mallory":
                tx.session.get(Identity, caller.identity_id).email = f"{login}@example.org"
    return found


@pytest.fixture
def ask(people: object) -> Ask:
    def asking(*, timeout_s: float | None = None, executor: int | None = None, **input: Any) -> int:
        execution_id = make_execution(kind="inquiry", executor=executor)
        with session.transaction() as tx:
            return inquiries.open_inquiry(
                tx, execution_id=execution_id, workflow_execution_id=None, task_name="approve",
                input={"prompt": "Deploy **2.8**?", **input}, timeout_s=timeout_s, now=ports.now(),
            )  # fmt: skip

    return asking


def untold(tx: Any, row: Any, /) -> None:
    """No run asked."""


def notices(**where: Any) -> list[Notice]:
    with session.reading() as tx:
        return tx.session.query(Notice).filter_by(**where).order_by(Notice.id).all()


def told(post: MailServer) -> list[tuple[str, str]]:
    """(to, subject) of every letter, and the box is empty again."""
    letters = [(str(letter["To"]).partition("@")[0], str(letter["Subject"])) for letter in post.letters]
    post.letters.clear()
    return letters


def link_in(letter: Any) -> str:
    text = letter.get_body(("plain",)).get_content()
    return re.search(r"https://attune\.example\.org/answer/(\S+)", text)[1]


# who is told what


def test_who_is_asked_gets_a_letter_with_a_link_that_answers_once_as_them(ask: Ask, post: MailServer, people: Any) -> None:
    inquiry_id = ask(assigned_to="bob", prompt="Deploy **2.8**?\n\nSee [the plan](https://a.example/p).", timeout_s=3600)

    assert delivering.deliver_due() == 1

    [letter] = post.letters
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert (letter["To"], letter["Subject"]) == ("bob@example.org", "Deploy 2.8?")
    assert "See the plan (https://a.example/p)." in text and "Open until 2026-01-27 11:00 UTC." in text
    assert f"https://attune.example.org/inbox/{inquiry_id}" in text and link_in(letter) in html
    inquiries.respond_by_link(token=link_in(letter), response=YES, tell=untold)
    with pytest.raises(Conflict):
        inquiries.respond_by_link(token=link_in(letter), response=YES, tell=untold)
    assert reads.get_record(inquiry_id=inquiry_id, by=SYSTEM)["answers"][0]["login"] == "bob"


def test_everybody_in_a_role_is_told_but_who_may_not_answer_or_has_no_address(ask: Ask, post: MailServer, people: Any) -> None:
    ask(assigned_to={"roles": ["ops", "leads"]}, exclude=["requester"], executor=people["carol"].identity_id)

    delivering.deliver_due()

    assert sorted(to for to, _ in told(post)) == ["bob", "dora"]


def test_a_question_for_anybody_sends_nobody_mail(ask: Ask, post: MailServer) -> None:
    ask()

    assert delivering.deliver_due() == 0
    assert notices() == []


def test_a_reminder_goes_to_who_has_not_answered_yet(ask: Ask, post: MailServer, people: Any) -> None:
    inquiry_id = ask(assigned_to=["bob", "carol"], quorum=2, remind=[60])
    delivering.deliver_due()
    told(post)
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=untold)

    set_time(later(60))
    inquiries.ring_due(later(60))
    delivering.deliver_due()

    assert told(post) == [("carol", "Reminder: Deploy 2.8?")]


def test_escalation_is_told_to_those_who_are_added(ask: Ask, post: MailServer) -> None:
    ask(assigned_to="bob", escalate={"after": 60, "to": {"roles": ["leads"]}})
    delivering.deliver_due()
    told(post)

    set_time(later(60))
    inquiries.ring_due(later(60))
    delivering.deliver_due()

    assert told(post) == [("dora", "Still open: Deploy 2.8?")]


def test_handing_over_tells_the_new_person_and_ends_the_old_link(ask: Ask, post: MailServer, people: Any) -> None:
    inquiry_id = ask(assigned_to="bob")
    delivering.deliver_due()
    old = link_in(post.letters[0])
    told(post)

    inquiries.update(
        inquiry_id=inquiry_id, changes={"assigned_to": people["dora"].identity_id}, by=people["bob"], tell=untold
    )
    delivering.deliver_due()

    assert "bob has handed this question over to you." in post.letters[0].get_body(("plain",)).get_content()
    assert told(post) == [("dora", "Handed over to you: Deploy 2.8?")]
    with pytest.raises(NotFound):
        inquiries.open_link(token=old)


@pytest.mark.parametrize("ending", ["decided", "expired", "cancelled"])
def test_an_ending_is_told_to_the_others_who_were_asked(ask: Ask, post: MailServer, people: Any, ending: str) -> None:
    inquiry_id = ask(assigned_to={"roles": ["ops"]}, timeout_s=30)
    delivering.deliver_due()
    told(post)

    if ending == "decided":
        inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=untold)
    elif ending == "cancelled":
        inquiries.cancel(inquiry_id=inquiry_id, by=people["alice"], tell=untold)
    else:
        set_time(later(30))
        inquiries.expire_due(later(30), tell=untold)
    delivering.deliver_due()

    assert "/answer/" not in post.letters[0].get_body(("plain",)).get_content()
    expected = {"decided": ["carol"], "expired": ["bob", "carol"], "cancelled": ["bob", "carol"]}
    assert sorted(to for to, _ in told(post)) == expected[ending]


def test_a_call_that_is_late_is_dropped_when_the_question_is_closed(ask: Ask, post: MailServer, people: Any) -> None:
    inquiry_id = ask(assigned_to="bob")
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=untold)

    delivering.deliver_due()

    assert post.letters == []
    assert [n.status for n in notices()] == ["dropped"]


# written once


def test_what_is_undone_tells_nobody(ask: Ask, people: Any) -> None:
    inquiry_id = ask()
    with pytest.raises(RuntimeError), session.transaction() as tx:
        writing.tell(tx, {**rows.find(tx, inquiry_id), "assignees": {"identities": [], "roles": ["ops"]}}, "asked", now=T0)
        raise RuntimeError

    assert notices() == []


def test_the_same_happening_written_again_makes_no_second_notice(ask: Ask, post: MailServer) -> None:
    inquiry_id = ask(assigned_to="bob")
    delivering.deliver_due()

    with session.transaction() as tx:
        writing.tell(tx, rows.find(tx, inquiry_id), "asked", now=later(5))
    delivering.deliver_due()

    assert len(notices()) == len(post.letters) == 1


# sent at least once


def test_a_server_that_is_down_is_tried_again_later_and_the_letter_arrives(
    ask: Ask, post: MailServer, settings: Any, people: Any
) -> None:
    working = ports.settings().smtp_url
    settings(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    inquiry_id = ask(assigned_to="bob")

    assert delivering.deliver_due() == 0
    [failing] = reads.get_inquiry(inquiry_id=inquiry_id, by=people["alice"])["undelivered"]
    settings(smtp_url=working)
    too_early = delivering.deliver_due()
    set_time(later(DELAYS_S[0]))

    assert (failing["login"], failing["status"]) == ("bob", "waiting") and "can't be used" in failing["error"]
    assert (too_early, delivering.deliver_due(), len(post.letters)) == (0, 1, 1)
    assert reads.get_inquiry(inquiry_id=inquiry_id, by=people["alice"])["undelivered"] == []


def test_an_address_that_is_refused_is_given_up_at_once_and_shown(ask: Ask, post: MailServer, people: Any) -> None:
    post.refuse["bob@example.org"] = "550 no such user"
    inquiry_id = ask(assigned_to={"roles": ["ops"]})

    assert delivering.deliver_due() == 1

    [failed] = reads.get_inquiry(inquiry_id=inquiry_id, by=people["alice"])["undelivered"]
    assert (failed["login"], failed["status"]) == ("bob", "failed") and "550 no such user" in failed["error"]
    [seen] = reads.get_inquiry(inquiry_id=inquiry_id, by=people["carol"])["undelivered"]
    assert (seen["login"], seen["error"]) == ("bob", None)  # what the server said is for who may mend it
    assert told(post) == [("carol", "Deploy 2.8?")]


def test_delivery_is_given_up_in_the_end(ask: Ask, post: MailServer) -> None:
    post.broken = True
    ask(assigned_to="bob")
    seconds = 0.0

    for pause_s in (0.0, *DELAYS_S):
        seconds += pause_s
        set_time(later(seconds))
        delivering.deliver_due()

    [notice] = notices()
    assert (notice.status, notice.attempts) == ("failed", len(DELAYS_S) + 1)
    assert "451 try later" in notice.error


def test_the_doctor_names_what_was_given_up_and_has_it_tried_again(ask: Ask, post: MailServer) -> None:
    post.refuse["bob@example.org"] = "550 no such user"
    inquiry_id = ask(assigned_to="bob")
    delivering.deliver_due()
    check = next(check for check in doctor.CHECKS if check.code == "untold")

    [finding] = doctor.examine(check)
    post.refuse.clear()

    assert f"the mail to bob about question {inquiry_id} was given up" in finding.message
    assert doctor.mend(check, [finding]) == []
    assert delivering.deliver_due() == 1


def test_an_attempt_that_was_lost_with_its_process_is_made_again(ask: Ask, post: MailServer) -> None:
    inquiry_id = ask(assigned_to="bob")
    [notice] = notices()
    delivering._take(notice.id, inquiry_id)  # and then the process was killed

    assert delivering.deliver_due() == 0
    set_time(later(delivering.LEASE_S))

    assert delivering.deliver_due() == 1
    assert post.letters[0]["Message-ID"] == f"<notice-{notice.id}@attune.example.org>"


def test_several_workers_send_a_letter_once(ask: Ask, post: MailServer) -> None:
    ask(assigned_to="bob")
    gate = threading.Barrier(4)

    def worker() -> None:
        gate.wait()
        delivering.deliver_due()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(post.letters) == 1


def test_a_late_attempt_does_not_settle_what_another_has_taken_over(ask: Ask) -> None:
    inquiry_id = ask(assigned_to="bob")
    first = delivering._take(notices()[0].id, inquiry_id)
    set_time(later(delivering.LEASE_S))
    delivering._take(notices()[0].id, inquiry_id)

    with session.transaction() as tx:
        settled = notice_rows.settle(tx, first.notice["id"], attempt=first.notice["attempts"], values={"status": "sent"})

    assert not settled and notices()[0].status == "waiting"


# mail


def test_a_hostile_prompt_adds_no_header_and_no_markup(ask: Ask, post: MailServer) -> None:
    ask(assigned_to="bob", prompt="Go?\r\rBcc: mallory@example.org\n\n<script>alert(1)</script><b>x</b>")

    delivering.deliver_due()

    [letter] = post.letters
    assert post.recipients == ["bob@example.org"] and letter["Bcc"] is None
    assert "<script>" not in letter.get_body(("html",)).get_content()


def test_mail_is_encrypted_and_signed_in_where_the_url_says_so(
    ask: Ask, post: MailServer, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = str(self_signed(tmp_path / "server.pem"))
    post.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    post.tls.load_cert_chain(certificate)
    post.passwords["attune"] = "p@ss"
    settings(smtp_url=f"smtp+starttls://attune:p%40ss@127.0.0.1:{post.port}")
    ask(assigned_to="bob")
    distrusted = delivering.deliver_due()

    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    set_time(later(DELAYS_S[0]))

    assert (distrusted, delivering.deliver_due(), post.encrypted) == (0, 1, [True])


@pytest.mark.parametrize("url", ["smtp://u:p@mail.example.org", "http://mail.example.org", "smtp://"])
def test_a_url_that_makes_no_sense_is_named_and_nothing_is_sent(ask: Ask, settings: Any, url: str) -> None:
    settings(smtp_url=url)
    ask(assigned_to="bob")

    assert delivering.deliver_due() == 0
    assert "ATTUNE_SMTP_URL" in notices()[0].error and "u:p" not in notices()[0].error


# webhook


@dataclass
class Bridge:
    """A web server that keeps what is posted to it. `answers`: status codes to give, then 204."""

    url: str = ""
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.posts]


@pytest.fixture
def bridge(settings: Callable[..., None]) -> Iterator[Bridge]:
    kept = Bridge()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.posts.append((dict(self.headers), body))
            self.send_response(kept.answers.pop(0) if kept.answers else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        kept.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        settings(smtp_url="", notify_url=kept.url, notify_secret="shared")
        yield kept
        server.shutdown()
        thread.join(5)


def test_everything_that_happens_is_posted_and_signed(ask: Ask, bridge: Bridge, people: Any) -> None:
    inquiry_id = ask(assigned_to=["bob", "carol"], quorum=2, remind=[60])
    set_time(later(60))
    inquiries.ring_due(later(60))
    inquiries.respond(inquiry_id=inquiry_id, response=YES, by=people["bob"], tell=untold)
    inquiries.respond(inquiry_id=inquiry_id, response={**YES, "pin": "hidden-pin"}, by=people["carol"], tell=untold)

    assert delivering.deliver_due() == 4

    events = [d["event"] for d in bridge.documents]
    assert events == ["inquiry.asked", "inquiry.reminded", "inquiry.answered", "inquiry.decided"]
    headers, body = bridge.posts[-1]
    assert headers[webhook.SIGNATURE] == webhook.signature(body, "shared")
    last = bridge.documents[-1]
    assert (last["by"], last["inquiry"]["approved"], last["asked"]["people"]) == ("carol", True, ["bob", "carol"])
    assert last["inquiry"]["url"] == f"https://attune.example.org/inbox/{inquiry_id}"
    assert b"hidden-pin" not in body and b"/answer/" not in body


def test_a_question_for_anybody_is_posted_as_well(ask: Ask, bridge: Bridge) -> None:
    ask()

    assert delivering.deliver_due() == 1
    assert bridge.documents[0]["asked"] == {"people": [], "roles": []}


@pytest.mark.parametrize("answer", [500, 302, 404])
def test_another_answer_than_success_is_tried_again_with_the_same_delivery(ask: Ask, bridge: Bridge, answer: int) -> None:
    bridge.answers.append(answer)
    ask()

    assert delivering.deliver_due() == 0
    set_time(later(DELAYS_S[0]))
    assert delivering.deliver_due() == 1

    assert len({headers[webhook.DELIVERY] for headers, _ in bridge.posts}) == 1
    assert len(bridge.posts) == 2


def test_internal_addresses_are_refused_where_the_setting_says_so(ask: Ask, bridge: Bridge, settings: Any) -> None:
    settings(allow_private_addresses=False)
    ask()

    assert delivering.deliver_due() == 0
    assert bridge.posts == []
    assert "not a public address" in notices()[0].error
