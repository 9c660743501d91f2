"""The doctor looks at what is below the rows: programs, secrets, database, broker, workers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.services import ports
from app.services.doctor import machine
from app.settings import Settings
from tests import servers
from tests.mail_server import mail_server


@pytest.fixture
def settings(sqlite: object, tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return ports.settings()


def part(settings: Settings, name: str) -> machine.Part:
    return next(part for part in machine.parts(settings) if part.name == name)


def test_a_mail_server_is_greeted_where_mail_is_wanted(settings: Settings) -> None:
    assert not [found for found in machine.parts(settings) if found.name == "mail"]
    with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        assert part(replace(settings, smtp_url=url, public_url="https://a.example"), "mail").state == "ok"
        assert "ATTUNE_PUBLIC_URL" in (part(replace(settings, smtp_url=url), "mail").hint or "")
    gone = part(replace(settings, smtp_url=f"smtp://:secret@127.0.0.1:{server.port}"), "mail")
    assert gone.state == "wrong" and "secret" not in gone.message


def test_programs_say_their_version(settings: Settings) -> None:
    assert part(settings, "bash").state == "ok"
    assert "bash" in part(settings, "bash").message


def test_a_program_that_is_missing_is_named_with_what_needs_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    found = part(settings, "python3")

    assert (found.state, found.hint) == ("wrong", "Install python3.")
    assert "Python actions" in found.message


def test_a_secret_that_others_can_read_is_wrong(settings: Settings) -> None:
    key = settings.home_path / "encryption-key"
    key.write_text("k")
    key.chmod(0o644)

    found = part(settings, "secrets")

    assert (found.state, found.hint) == ("wrong", f"chmod 600 {key}")


def test_a_database_that_was_not_made_by_migrations_is_wrong(settings: Settings) -> None:
    assert part(settings, "database").state == "wrong"


@pytest.mark.redis
def test_a_broker_that_answers_is_well(settings: Settings, redis_url: str) -> None:
    assert part(replace(settings, redis_url=redis_url), "broker").state == "ok"


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_wrong_and_its_password_stays_hidden(settings: Settings, scheme: str) -> None:
    url = f"{scheme}://user:s3cret@127.0.0.1:{servers.free_port()}/0"

    found = part(replace(settings, broker_url=url), "broker")

    assert found.state == "wrong"
    assert "s3cret" not in found.message


def test_armed_fault_points_are_warned_of(settings: Settings) -> None:
    assert not [found for found in machine.parts(settings) if found.name == "faults"]
    found = part(replace(settings, faults="send=kill"), "faults")
    assert (found.state, "send=kill" in found.message) == ("warning", True)
