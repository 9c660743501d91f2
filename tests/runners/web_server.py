"""A loopback web server that behaves and misbehaves on request."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    released: threading.Event

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        getattr(self, "answer_" + path.strip("/").replace("/", "_"), self.answer_missing)()

    do_POST = do_PUT = do_DELETE = do_GET

    def answer_show(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        shown = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        self._send(200, json.dumps(shown).encode(), "application/json")

    def answer_missing(self) -> None:
        self._send(404, b"no such page", "text/plain")

    def answer_redirect(self) -> None:
        self._send(302, b"", "text/plain", Location="/show?from=redirect")

    def answer_loop(self) -> None:
        self._send(302, b"", "text/plain", Location="/loop")

    def answer_away(self) -> None:
        self._send(302, b"", "text/plain", Location=f"http://localhost:{self.server.server_address[1]}/show")

    def answer_file(self) -> None:
        self._send(302, b"", "text/plain", Location="file:///etc/passwd")

    def answer_big(self) -> None:
        self._send(200, b"x" * 200_000, "text/plain")

    def answer_damaged(self) -> None:
        self._send(200, b"a\xff\0b", "text/plain; charset=no-such-charset")

    def answer_latin(self) -> None:
        self._send(200, "ü".encode("latin-1"), "text/plain; charset=iso-8859-1")

    def answer_slow(self) -> None:
        self.released.wait(20)
        self._send(200, b"late", "text/plain")

    def answer_drip(self) -> None:
        """A byte now and then: no single read is slow, the whole never ends."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        with contextlib.suppress(OSError):
            while not self.released.wait(0.05):
                self.wfile.write(b"x")
        self.close_connection = True

    def _send(self, status: int, body: bytes, content_type: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextlib.contextmanager
def web_server(certificate: Path | None = None) -> Iterator[str]:
    """The server's address, http or, with a certificate file, https."""
    released = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"released": released}))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
