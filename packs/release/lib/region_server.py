"""One region: a real HTTP server on a loopback port with two slots, one of them live.

GET /live/<path> and /standby/<path> answer with the package unpacked in that slot; GET /slots says what lies where.
A fresh slot warms up: its first health answers are 503. It ends by itself after its life time.

usage: region_server.py FOLDER LIFE_SECONDS
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(sys.argv[1])
WARMUP_ANSWERS = 2
_lock = threading.Lock()


def slot_of(role: str) -> str:
    live = (ROOT / "live").read_text().strip()
    return live if role == "live" else {"a": "b", "b": "a"}[live]


def respond(slot: str, path: str, query: dict[str, str]) -> tuple[int, dict]:
    """Answer with the code in a slot; modules are loaded anew, so that slots never mix."""
    home = ROOT / slot
    manifest = home / "slot.json"
    if not manifest.exists():
        return 503, {"error": f"slot {slot} is empty"}
    about = json.loads(manifest.read_text())
    if path == "/version":
        return 200, {"version": about["version"], "slot": slot}
    if path == "/health" and about.get("answers", 0) < WARMUP_ANSWERS:
        manifest.write_text(json.dumps({**about, "answers": about.get("answers", 0) + 1}))
        return 503, {"error": "warming cache"}
    if about.get("broken"):
        return 500, {"error": "the new version can't reach its data in this region"}
    if about["module"] is None:
        return (200, {"status": "ok"}) if path == "/health" else (404, {"error": "no web module"})
    return _call(home, about["module"], path, query)


def _call(home: Path, module: str, path: str, query: dict[str, str]) -> tuple[int, dict]:
    with _lock:
        sys.path.insert(0, str(home / "package"))
        importlib.invalidate_caches()
        try:
            for name in [n for n in sys.modules if n.split(".")[0] == module.split(".")[0]]:
                del sys.modules[name]
            return importlib.import_module(module).respond(path, query)
        finally:
            sys.path.pop(0)


class Region(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        role, _, rest = url.path.lstrip("/").partition("/")
        try:
            status, body = self._answer(role, "/" + rest, dict(parse_qsl(url.query)))
        except Exception as error:
            status, body = 500, {"error": f"{type(error).__name__}: {error}"}
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, role: str, path: str, query: dict[str, str]) -> tuple[int, dict]:
        if role == "slots":
            return 200, {"live": slot_of("live")}
        if role not in ("live", "standby"):
            return 404, {"error": "ask for /live/..., /standby/... or /slots"}
        return respond(slot_of(role), path, query)

    def log_message(self, *_: object) -> None:
        return


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Region)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Timer(float(sys.argv[2]), lambda: os._exit(0)).start()
    (ROOT / "server.json").write_text(json.dumps({"pid": os.getpid(), "port": server.server_address[1]}))
    server.serve_forever()


if __name__ == "__main__":
    main()
