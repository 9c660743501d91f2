"""A small real SMTP server on the loopback that keeps what it gets; for tests of mail."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class MailServer:
    """What it was sent, and how it should behave.

    Attributes:
        refuse: recipient -> answer, such as "550 no such user".
        broken: answers 451 to every message while true.
        passwords: user -> password; with any, it asks for a login.
        tls: offers STARTTLS with this certificate.
    """

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    passwords: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    encrypted: list[bool] = field(default_factory=list)

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    kept = MailServer()

    class Session(_Session):
        server_kept = kept

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join(5)


class _Session(socketserver.StreamRequestHandler):
    server_kept: MailServer

    def handle(self) -> None:
        self.kept, self.secure, self.known, self.to = self.server_kept, False, False, list[str]()
        self._say("220 test")
        while line := self.rfile.readline():
            word, _, rest = line.decode().strip().partition(" ")
            answer = getattr(self, f"on_{word.lower()}", self._unknown)(rest)
            if answer:
                self._say(answer)
            if word.upper() == "QUIT":
                return

    def on_ehlo(self, rest: str) -> str:
        more = ["250-STARTTLS"] if self.kept.tls and not self.secure else []
        return "\r\n".join(["250-test", *more, "250 AUTH PLAIN"])

    def on_starttls(self, rest: str) -> None:
        assert self.kept.tls is not None
        self._say("220 go on")
        self.connection = self.kept.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile, self.secure = self.connection.makefile("rb"), self.connection.makefile("wb"), True

    def on_auth(self, rest: str) -> str:
        _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
        self.known = self.kept.passwords.get(user) == password
        return "235 welcome" if self.known else "535 wrong password"

    def on_mail(self, rest: str) -> str:
        self.to = []
        return "250 ok" if self.known or not self.kept.passwords else "530 sign in first"

    def on_rcpt(self, rest: str) -> str:
        address = rest[rest.index("<") + 1 : rest.index(">")]
        if address in self.kept.refuse:
            return self.kept.refuse[address]
        self.to.append(address)
        return "250 ok"

    def on_data(self, rest: str) -> str:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.kept.broken:
            return "451 try later"
        self.kept.letters.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))  # type: ignore[arg-type]
        self.kept.recipients += self.to
        self.kept.encrypted.append(self.secure)
        return "250 kept"

    def on_rset(self, rest: str) -> str:
        return "250 ok"

    def on_quit(self, rest: str) -> str:
        return "221 bye"

    def _unknown(self, rest: str) -> str:
        return "502 what?"

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()
