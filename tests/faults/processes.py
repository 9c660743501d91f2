"""Real processes on a real database: what fault tests start, kill, stop and count."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from app.boot import connect
from app.engine.statuses import TERMINAL
from app.persistence import migrations, session
from app.persistence.models import EventLog, Identity, Pack
from app.services import doctor, packs
from app.settings import Settings
from tests.servers import free_port, wait_until
from tests.workers.conftest import System

ROOT = Path(__file__).resolve().parents[2]
QUICK = {
    "ATTUNE_LEASE": "4", "ATTUNE_HEARTBEAT": "0.5", "ATTUNE_RECLAIM_AFTER": "5", "ATTUNE_RESEND_AFTER": "1",
    "ATTUNE_SWEEP": "0.1", "ATTUNE_STOP_GRACE": "3", "ATTUNE_DEMO": "false", "ATTUNE_SELF_REGISTRATION": "false",
}  # fmt: skip


@dataclass
class Machine:
    """One database with its workers; the test itself is a client that speaks to the database alone."""

    system: System
    environ: dict[str, str]
    notes: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def up(self) -> subprocess.Popen[bytes]:
        """Everything in one process."""
        return self._spawn("workers.up", {"PORT": str(free_port())}, "Attune is ready")

    def worker(self, **environ: str) -> subprocess.Popen[bytes]:
        return self._spawn("workers", environ, "is ready")

    def _spawn(self, module: str, environ: dict[str, str], said: str) -> subprocess.Popen[bytes]:
        log = self.notes.with_name(f"{module}-{len(self.processes)}.log")
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", module], cwd=ROOT, env={**self.environ, **environ}, stdout=out, stderr=out
            )
        self.processes.append(process)
        wait_until(lambda: said in log.read_text() or process.poll() is not None, timeout_s=60, what=f"{module} ready")
        assert process.poll() is None, log.read_text()[-3000:]
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As the kernel does when memory runs out; its actions must die with it."""
        running = self.running_actions()
        process.kill()
        process.wait(10)
        wait_until(lambda: not any(_alive(pid) for pid in running), timeout_s=10, what="the death of its actions")

    def noted(self) -> list[tuple[str, int]]:
        """(mark, pid) of every action that began, in order."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [(mark, int(pid)) for mark, pid in (line.split() for line in lines)]

    def running_actions(self) -> list[int]:
        return [pid for _, pid in self.noted() if _alive(pid)]

    def wait_for_notes(self, number: int) -> None:
        wait_until(lambda: len(self.noted()) >= number, timeout_s=40, what=f"{number} beginnings")

    def end_of(self, execution_id: int) -> str:
        """The status in which a run ended, at the latest a minute after everything is back."""
        wait_until(lambda: self._status(execution_id) in TERMINAL, timeout_s=60, what=f"the end of {execution_id}")
        return self._status(execution_id)

    def _status(self, execution_id: int) -> str:
        return self.system.execution(execution_id).status

    def stop_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(10)

    def check(self, execution_id: int) -> None:
        """Each attempt has one accepted completion, nothing hangs, events fold to the state, no action is left."""
        with session.reading() as tx:
            ended = tx.session.query(EventLog).filter_by(execution=execution_id, type="attempt_ended").all()
        keys = Counter((e.task_name, e.visit, e.item, e.attempt) for e in ended)
        assert [key for key, times in keys.items() if times > 1] == []
        assert len(keys) == len([c for c in self.system.children(execution_id) if c.status != "cancelled"])
        assert [f for check in doctor.CHECKS for f in doctor.examine(check)] == []
        assert self.running_actions() == []


def _alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextlib.contextmanager
def machine(folder: Path, **environ: str) -> Iterator[Machine]:
    """A prepared database and its client; the processes started on it are killed at the end."""
    alone = folder / "packs"
    alone.mkdir(exist_ok=True)
    (alone / "core").symlink_to(ROOT / "packs" / "core")
    own = {
        "ATTUNE_HOME": str(folder / "home"), "ATTUNE_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "ATTUNE_PACKS_DIRS": str(alone), "JWT_SECRET": "s" * 48, "ATTUNE_ADMIN_PASSWORD": "a-long-password", **QUICK, **environ,
    }  # fmt: skip
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    database = connect(Settings.from_env(own))
    (folder / "home").mkdir(exist_ok=True)
    migrations.upgrade(database)
    packs.load_shipped()
    with session.transaction() as tx:
        tx.session.add(Pack(ref="t", label="Tests", version="1"))
        tx.session.add(Identity(login="alice"))
    made = Machine(System(), {**kept, **own, "PYTHONPATH": str(ROOT)}, folder / "notes")
    try:
        yield made
    finally:
        made.stop_all()
        database.engine.dispose()


@contextlib.contextmanager
def frozen(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A process that stands still while the block runs, and then goes on as if nothing had been."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)
