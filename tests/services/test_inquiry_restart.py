"""Links and questions live through a restart and an upgrade: their secrets are in the home, all else in the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command

from app import create_app
from app.engine.errors import NotFound
from app.persistence import migrations, session
from app.queries import inquiries as reads
from app.services import inquiries, ports
from tests.services.builders import make_caller, make_execution


def started(home: Path) -> None:
    """A process that starts on what an earlier one has left."""
    create_app(home=str(home), database_url=f"sqlite:///{home / 'attune.db'}")
    migrations.upgrade(session.current())


def stopped() -> None:
    session.current().engine.dispose()


@pytest.mark.parametrize("between", ["restart", "upgrade"])
def test_a_link_answers_after_a_restart_and_an_upgrade(tmp_path: Path, between: str) -> None:
    started(tmp_path)
    alice, bob = make_caller("alice", admin=True), make_caller("bob")
    asked = {"execution_id": make_execution(), "prompt": "Still?", "assigned_to": bob.identity_id}
    inquiry_id = inquiries.create(**asked, by=alice)
    link = inquiries.make_link(inquiry_id=inquiry_id, identity="bob", by=alice)
    if between == "upgrade":  # what the version before would have left
        command.downgrade(migrations.config_for(session.current()), "0003")
    stopped()

    started(tmp_path)

    assert inquiries.open_link(token=link.token).inquiry_id == inquiry_id
    inquiries.respond_by_link(token=link.token, response="yes")
    assert reads.get_record(inquiry_id=inquiry_id, by=alice)["answers"][0]["login"] == "bob"
    stopped()


def test_a_link_of_another_server_is_no_good(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    started(tmp_path / "one")
    alice, bob = make_caller("alice", admin=True), make_caller("bob")
    inquiry_id = inquiries.create(execution_id=make_execution(), prompt="?", by=alice)
    link = inquiries.make_link(inquiry_id=inquiry_id, identity=bob.identity_id, by=alice)
    secret = ports.settings().jwt_secret
    stopped()

    started(tmp_path / "two")

    assert ports.settings().jwt_secret != secret
    with pytest.raises(NotFound):
        inquiries.open_link(token=link.token)
    stopped()
