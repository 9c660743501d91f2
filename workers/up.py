"""`attune up`: everything in one process. Database, packs, administrator, web server and worker, on SQLite by default."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import waitress.server

from app import create_app
from app.boot import prepare_settings, settle
from app.persistence import migrations, session
from app.services import demo, first_administrator, packs, ports
from app.settings import Settings
from workers.embedded import connect_dispatcher, working
from workers.logs import quiet_logs
from workers.stopping import stop_signals

# Each browser keeps one to six open between its questions; an idle one costs a few kilobytes and no thread.
MOST_CONNECTIONS = 2000


def prepare(settings: Settings) -> Any:
    """The application with its schema, administrator and shipped packs in place."""
    app = create_app(settings)
    migrations.upgrade(session.current())
    packs.load_shipped()  # brings the permission sets that the administrator gets
    first_administrator.ensure_first_administrator(settings)
    return app


@contextmanager
def serving(settings: Settings, *, with_worker: bool = True) -> Iterator[Any]:
    """A running server; yields the waitress server object (its `effective_port` says the port)."""
    app = prepare(settings)
    server = waitress.server.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.web_threads,
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,  # select() ends at 1024 files
        channel_timeout=60,
        channel_request_lookahead=1,  # lets event streams see that their client has gone
        max_request_body_size=settings.max_pack_archive + 1024 * 1024,
        clear_untrusted_proxy_headers=False,  # whoever reads one asks which proxies are trusted (engine/webhooks.py)
        ident=None,
    )
    web = threading.Thread(target=server.run, name="web", daemon=True)
    if not with_worker:
        connect_dispatcher()
        web.start()
        yield server
        server.close()
        return
    with working():
        web.start()
        yield server
        server.close()


def main(*, with_worker: bool = True) -> int:
    """Serve until SIGTERM or SIGINT; 1 when the port is taken."""
    quiet_logs()
    settings = prepare_settings()
    quiet_logs(log_format=settings.log_format, level=settings.log_level, lasting=True)
    wait_for_stop = stop_signals()
    try:
        with serving(settings, with_worker=with_worker):
            settle()
            if settings.demo and with_worker:
                demo.begin()
            announce(settings)
            wait_for_stop()
    except OSError as error:
        sys.stderr.write(
            f"Attune can't listen on {settings.host}:{settings.port}: {error.strerror}. Try PORT=8001.\n"
        )
        return 1
    return 0


def announce(settings: Settings) -> None:
    """Print where it is and how to get in."""
    shown = ports.current().settings.admin_password
    note = "as set in ATTUNE_ADMIN_PASSWORD" if os.environ.get("ATTUNE_ADMIN_PASSWORD") else shown
    sys.stdout.write(
        f"\nAttune is ready.\n\n  address   {settings.api_base}\n  login     {settings.admin_login}\n  password  {note}\n\n"
        f"Data is kept in {settings.home_path}. Stop with Ctrl-C.\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
