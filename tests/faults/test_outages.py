"""Redis and PostgreSQL lose everything, go away and come back in the middle of a run: it ends right."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis as redis_client
from sqlalchemy import create_engine, text

from app.services import inquiries
from tests.faults import everything
from tests.faults.processes import Machine, machine
from tests.servers import free_port, postgres, wait_until

pytestmark = pytest.mark.slow


@dataclass
class Redis:
    """A Redis server that can go away and come back empty."""

    port: int
    home: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        binary = shutil.which("redis-server")
        if binary is None:
            pytest.skip("Redis is not installed; `make test` installs it")
        command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.home, "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self.answers, timeout_s=10, what="Redis answering")

    def answers(self) -> bool:
        with contextlib.suppress(redis_client.RedisError), redis_client.Redis(port=self.port) as client:
            return bool(client.ping())
        return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def flush(self) -> None:
        with redis_client.Redis(port=self.port) as client:
            client.flushall()


@pytest.fixture
def redis() -> Iterator[Redis]:
    made = Redis(free_port(), tempfile.mkdtemp(prefix="attune-redis-"))
    made.start()
    yield made
    made.stop()
    shutil.rmtree(made.home, ignore_errors=True)


@pytest.fixture(scope="module")
def own_postgres_url() -> Iterator[str]:
    """A server of our own: it is restarted under its clients."""
    with postgres() as url:
        yield url


@pytest.fixture
def cluster(tmp_path: Path, own_postgres_url: str, redis: Redis) -> Iterator[Machine]:
    name = "f_" + "".join(letter if letter.isalnum() else "_" for letter in tmp_path.name.lower())[:50]
    engine = create_engine(own_postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    url = own_postgres_url.rpartition("/")[0] + "/" + name
    with machine(tmp_path, DATABASE_URL=url, REDIS_URL=redis.url) as made:
        yield made


def _restart(url: str) -> None:
    """PostgreSQL as after a power cut: no goodbye to anybody."""
    engine = create_engine(url)
    with engine.connect() as connection:
        data = connection.execute(text("show data_directory")).scalar_one()
    engine.dispose()
    process_id, binaries = int(Path(data, "postmaster.pid").read_text().split()[0]), _binaries()
    as_user = ["runuser", "-u", "postgres", "--"] if Path(f"/proc/{process_id}").stat().st_uid != 0 and _is_root() else []
    command = [*as_user, f"{binaries}/pg_ctl", "-D", data, "-m", "immediate", "-w", "-l", f"{data}/../log", "restart"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def _is_root() -> bool:
    return Path("/proc/self").stat().st_uid == 0


def _binaries() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return str(found[-1]) if found else str(Path(shutil.which("pg_ctl") or "pg_ctl").parent)


def _answer(made: Machine, execution_id: int) -> None:
    inquiries.respond(inquiry_id=made.system.inquiry(execution_id).id, response="yes", by=made.system.alice)


def test_redis_forgets_everything_several_times(cluster: Machine, redis: Redis) -> None:
    everything.load(cluster)
    cluster.worker(), cluster.worker()
    execution_id = everything.begin(cluster)

    for number in (1, 3, 5):
        cluster.wait_for_notes(number)
        redis.flush()
    _answer(cluster, execution_id)
    redis.flush()

    assert cluster.end_of(execution_id) == "completed"
    cluster.check(execution_id)


def test_redis_goes_away_and_comes_back_empty(cluster: Machine, redis: Redis) -> None:
    everything.load(cluster)
    cluster.worker(), cluster.worker()
    execution_id = everything.begin(cluster)
    cluster.wait_for_notes(1)

    redis.stop()
    _answer_while_away(cluster, execution_id)
    redis.start()

    assert cluster.end_of(execution_id) == "completed"
    assert len(cluster.noted()) == len(everything.MARKS) + 1  # the retry: nothing else ran twice
    cluster.check(execution_id)


def _answer_while_away(made: Machine, execution_id: int) -> None:
    """The question is asked by the step that ends `start`, which needs no broker."""
    _answer(made, execution_id)
    wait_until(lambda: not made.running_actions(), timeout_s=20, what="the end of what ran")


def test_postgresql_is_cut_off_and_comes_back(cluster: Machine, own_postgres_url: str) -> None:
    everything.load(cluster)
    cluster.worker(), cluster.worker()
    execution_id = everything.begin(cluster)

    for number in (1, 4):
        cluster.wait_for_notes(number)
        _restart(own_postgres_url)
    _answer(cluster, execution_id)

    assert cluster.end_of(execution_id) == "completed"
    assert len(cluster.noted()) == len(everything.MARKS) + 1  # running actions lived through it
    cluster.check(execution_id)
