"""Every setting of the server, read from the environment once, in one place.

Docs: docs/reference/settings.md is written from the descriptions here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


def _setting(default: Any, env: str, doc: str, *, aliases: tuple[str, ...] = (), secret: bool = False) -> Any:
    return field(default=default, metadata={"env": (env, *aliases), "doc": doc, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one process. Times in seconds, sizes in bytes unless the name says otherwise."""

    profile: str = _setting("local", "ATTUNE_PROFILE", "`local` (password generated at the first start), `development` (published test administrator) or `production` (starts only with explicit secrets)")
    host: str = _setting("127.0.0.1", "HOST", "address the web server listens on")
    port: int = _setting(8000, "PORT", "port the web server listens on")
    database_url: str = _setting("", "DATABASE_URL", "SQLAlchemy URL; empty: a SQLite file in ATTUNE_HOME")
    redis_url: str = _setting("", "REDIS_URL", "broker for several machines; empty: in-process")
    broker_url: str = _setting("", "BROKER_URL", "another broker, e.g. amqp://…; wins over REDIS_URL")
    home: str = _setting("var", "ATTUNE_HOME", "data directory: database, packs, environments, logs, secrets")
    packs_dirs: str = _setting("", "ATTUNE_PACKS_DIRS", "directories of packs loaded at start, separated by `:`; empty: the packs that ship")
    admin_login: str = _setting("admin", "ATTUNE_ADMIN_LOGIN", "login of the first administrator")
    admin_password: str = _setting("", "ATTUNE_ADMIN_PASSWORD", "its password; empty: generated at the first start", secret=True)
    jwt_secret: str = _setting("", "JWT_SECRET", "signs tokens and sessions; empty: generated and kept in ATTUNE_HOME", aliases=("ATTUNE__SECURITY__JWT_SECRET",), secret=True)
    encryption_key: str = _setting("", "ATTUNE_ENCRYPTION_KEY", "encrypts keys and sealed values at rest; empty: generated and kept in ATTUNE_HOME", secret=True)
    api_url: str = _setting("", "ATTUNE_API_URL", "address of the API as actions see it; empty: from HOST and PORT")
    public_url: str = _setting("", "ATTUNE_PUBLIC_URL", "address people use, for links in mails; empty: ATTUNE_API_URL, or HOST and PORT")
    self_registration: bool = _setting(True, "ATTUNE_SELF_REGISTRATION", "whether /auth/register is open")
    demo: bool = _setting(True, "ATTUNE_DEMO", "start an example run at the first start of `attune up`")
    web_threads: int = _setting(16, "ATTUNE_WEB_THREADS", "threads that answer requests")
    max_streams: int = _setting(6, "ATTUNE_MAX_STREAMS", "server-sent event streams at once; more get 429 and poll")
    worker_threads: int = _setting(8, "ATTUNE_WORKER_THREADS", "actions one worker process runs at once")
    stop_grace_s: float = _setting(10.0, "ATTUNE_STOP_GRACE", "seconds that a worker which is told to stop lets its actions go on; those still running are then stopped and given to other workers")
    smtp_url: str = _setting("", "ATTUNE_SMTP_URL", "mail server for notices about questions: `smtp://`, `smtp+starttls://` or `smtps://[user:password@]host[:port]`; empty: no mail", secret=True)
    mail_from: str = _setting("", "ATTUNE_MAIL_FROM", "sender of mails; empty: `Attune <attune@…>` with the host of ATTUNE_PUBLIC_URL")
    notify_url: str = _setting("", "ATTUNE_NOTIFY_URL", "address that gets every notice about questions as an HTTP POST of JSON; empty: none", secret=True)
    notify_secret: str = _setting("", "ATTUNE_NOTIFY_SECRET", "signs these posts (HMAC-SHA256 in X-Webhook-Signature); empty: they are not signed", secret=True)
    allow_private_addresses: bool = _setting(True, "ATTUNE_ALLOW_PRIVATE_ADDRESSES", "whether core.http_request and ATTUNE_NOTIFY_URL may call private and loopback addresses")
    allowed_pack_roots: str = _setting("", "ATTUNE_ALLOWED_PACK_ROOTS", "directories POST /packs/register may read, separated by `:`; empty: the pack directories")
    trusted_proxies: str = _setting("", "ATTUNE_TRUSTED_PROXIES", "CIDR list of proxies whose X-Forwarded-For counts")
    log_format: str = _setting("text", "ATTUNE_LOG_FORMAT", "`text`, or `json`: one object per line, with the execution, task, worker and request it is about")
    log_level: str = _setting("warning", "ATTUNE_LOG_LEVEL", "`debug`, `info`, `warning` or `error`; `info` tells of every execution")
    trace_endpoint: str = _setting("", "OTEL_EXPORTER_OTLP_ENDPOINT", "collector of OpenTelemetry traces (OTLP over HTTP); empty: none are kept. Its other standard variables `OTEL_…` count as well", aliases=("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",))
    keep_runs_days: int = _setting(0, "ATTUNE_KEEP_RUNS_DAYS", "days that executions are kept after their end, with all that belongs to them; 0: for ever")
    keep_logs_days: int = _setting(0, "ATTUNE_KEEP_LOGS_DAYS", "days that captured output is kept after the end of its execution; 0: as long as the execution")
    keep_events_days: int = _setting(0, "ATTUNE_KEEP_EVENTS_DAYS", "days that events of triggers, and what rules made of them, are kept; 0: for ever")
    keep_sessions_days: int = _setting(0, "ATTUNE_KEEP_SESSIONS_DAYS", "days that sessions are kept after they expired; 0: until somebody signs in")
    keep_records: bool = _setting(True, "ATTUNE_KEEP_RECORDS", "whether the record of a closed question outlives its execution")
    # limits
    max_body: int = _setting(16 * 1024 * 1024, "ATTUNE_MAX_BODY", "largest JSON body")
    max_pack_archive: int = _setting(100 * 1024 * 1024, "ATTUNE_MAX_PACK_ARCHIVE", "largest pack upload")
    max_pack_files: int = _setting(10_000, "ATTUNE_MAX_PACK_FILES", "files in one pack")
    max_pack_unpacked: int = _setting(500 * 1024 * 1024, "ATTUNE_MAX_PACK_UNPACKED", "unpacked size of one pack")
    max_definition: int = _setting(1024 * 1024, "ATTUNE_MAX_DEFINITION", "largest workflow text")
    max_tasks: int = _setting(1000, "ATTUNE_MAX_TASKS", "tasks in one workflow")
    max_nesting: int = _setting(10, "ATTUNE_MAX_NESTING", "depth of nested workflows and containers")
    max_items: int = _setting(10_000, "ATTUNE_MAX_ITEMS", "items of one task; at most 100,000")
    items_window: int = _setting(64, "ATTUNE_ITEMS_WINDOW", "items of one task handed out at once without `concurrency`")
    max_result: int = _setting(10 * 1024 * 1024, "ATTUNE_MAX_RESULT", "largest stored result of one execution")
    max_parameters: int = _setting(4 * 1024 * 1024, "ATTUNE_MAX_PARAMETERS", "largest rendered input of one execution")
    max_output: int = _setting(10 * 1024 * 1024, "ATTUNE_MAX_OUTPUT", "captured bytes per stream of one execution")
    max_expression_source: int = _setting(64 * 1024, "ATTUNE_MAX_EXPRESSION_SOURCE", "source of one template")
    max_expression_output: int = _setting(1024 * 1024, "ATTUNE_MAX_EXPRESSION_OUTPUT", "output of one template")
    max_expression_seconds: float = _setting(2.0, "ATTUNE_MAX_EXPRESSION_SECONDS", "time one template may take")
    rehearsal_steps: int = _setting(20_000, "ATTUNE_REHEARSAL_STEPS", "steps of the engine in one rehearsal")
    rehearsal_seconds: float = _setting(5.0, "ATTUNE_REHEARSAL_SECONDS", "computing time of one rehearsal")
    rehearsal_size: int = _setting(16 * 1024 * 1024, "ATTUNE_REHEARSAL_SIZE", "characters of all inputs and results of one rehearsal")
    pack_test_seconds: float = _setting(60.0, "ATTUNE_PACK_TEST_SECONDS", "computing time of all tests of one pack, in a row")
    default_timeout_s: float = _setting(300.0, "ATTUNE_DEFAULT_TIMEOUT", "time limit of an action that names none")
    lease_s: float = _setting(30.0, "ATTUNE_LEASE", "how long a claim is good without a heartbeat, and how long PostgreSQL keeps a transaction of a process that stands still")
    heartbeat_s: float = _setting(10.0, "ATTUNE_HEARTBEAT", "seconds between heartbeats of a worker")
    reclaim_after_s: float = _setting(40.0, "ATTUNE_RECLAIM_AFTER", "age of the last heartbeat at which a task is taken back")
    resend_after_s: float = _setting(10.0, "ATTUNE_RESEND_AFTER", "age of an unclaimed hint at which it is sent again")
    run_ahead: int = _setting(250, "ATTUNE_RUN_AHEAD", "core actions without side effects that one transaction completes by itself; 0: each goes through a worker")
    sweep_s: float = _setting(0.5, "ATTUNE_SWEEP", "seconds between the sweeps of timers, leases and hints")

    faults: str = _setting("", "ATTUNE_FAULTS", "lets processes die or fail at named points of the protocol; for tests only (docs/reference/fault-points.md)")

    @property
    def home_path(self) -> Path:
        return Path(self.home).expanduser().resolve()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home_path / 'attune.db'}"

    @property
    def api_base(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared, not bound
        return self.api_url or f"http://{host}:{self.port}"

    @property
    def production(self) -> bool:
        return self.profile == "production"

    @classmethod
    def from_env(cls, environ: dict[str, str] | None = None, **overrides: Any) -> Settings:
        """Settings from the environment; a value of the wrong type raises ValueError that names the variable."""
        env = dict(os.environ if environ is None else environ)
        values = {f.name: _read(f, env) for f in fields(cls)}
        return cls(**{**values, **overrides})


def _read(spec: Any, env: dict[str, str]) -> Any:
    for name in spec.metadata["env"]:
        if name in env and env[name] != "":
            return _convert(name, env[name], type(spec.default))
    return spec.default


def _convert(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise ValueError(f"{name} is '{text}'; it takes true or false")
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{name} is '{text}'; it takes a {kind.__name__}") from None
