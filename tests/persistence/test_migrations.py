"""The migrations and the models must say the same, on each database."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, Boolean, DateTime, Integer, MetaData, Table, text

from app.engine.errors import Conflict
from app.persistence import migrations, session
from app.persistence.db import Base


def test_upgrade_makes_exactly_the_tables_of_the_models(database: session.Database) -> None:
    _empty(database)

    migrations.upgrade(database)

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


UPGRADE = """
import sys
from app.persistence import migrations, session
from app.persistence.db import make_engine
sys.stdin.read()
migrations.upgrade(session.Database(make_engine(sys.argv[1])))
"""


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_servers_that_start_together_upgrade_one_after_the_other(database: session.Database) -> None:
    _empty(database)
    url = database.engine.url.render_as_string(hide_password=False)
    servers = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, url], cwd=migrations.FOLDER.parent, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    for server in servers:
        server.stdin.close()  # now
        server.stdin = None
    said = [server.communicate(timeout=60)[1] for server in servers]

    assert [server.returncode for server in servers] == [0, 0], said
    current, wanted = migrations.revisions(database)
    assert current == wanted


def test_upgrading_twice_changes_nothing(sqlite: session.Database) -> None:
    _empty(sqlite)
    migrations.upgrade(sqlite)

    migrations.upgrade(sqlite)

    assert not migrations.is_empty(sqlite)


def test_a_history_from_before_is_kept_and_its_runs_still_refer_to_it(database: session.Database) -> None:
    _empty(database)
    command.upgrade(migrations.config_for(database), "0001")
    with database.transaction() as tx:
        _a_run_of_revision_two(tx)

    migrations.upgrade(database)

    with database.transaction() as tx:
        kept = tx.execute(text("SELECT r.id, r.number, r.note FROM workflow_revision r ORDER BY r.id")).all()
        pinned = tx.execute(text("SELECT revision FROM workflow_execution")).scalar()
        tx.execute(text(f"INSERT INTO workflow_revision {REVISION} VALUES (3, 1, 'p.w', 3, 'h1', '{{}}', '{NOW}')"))
    assert [tuple(row) for row in kept] == [(1, 1, None), (2, 2, None)]
    assert pinned == 2
    with pytest.raises(Conflict), database.transaction() as tx:
        tx.execute(text("DELETE FROM workflow_revision WHERE id = 2"))


NOW = "2026-01-01 00:00:00.000000"
REVISION = "(id, workflow_def, workflow_ref, number, content_hash, document, created)"


def _a_run_of_revision_two(tx: session.Transaction) -> None:
    pack = Table("pack", MetaData(), autoload_with=tx.connection)
    _insert(tx, pack, {"id": 1, "ref": "p"})
    _insert(tx, Table("workflow_definition", MetaData(), autoload_with=tx.connection), {"id": 1, "ref": "p.w", "pack": 1})
    for number in (1, 2):
        values = f"({number}, 1, 'p.w', {number}, 'h{number}', '{{}}', '{NOW}')"
        tx.execute(text(f"INSERT INTO workflow_revision {REVISION} VALUES {values}"))
    execution = {"id": 1, "parent": None}
    _insert(tx, Table("execution", MetaData(), autoload_with=tx.connection), execution)
    run = {"id": 1, "execution": 1, "revision": 2, "workflow_def": 1}
    _insert(tx, Table("workflow_execution", MetaData(), autoload_with=tx.connection), run)


def _insert(tx: session.Transaction, table: Table, values: dict[str, object]) -> None:
    """A row with something in every column that takes no NULL."""
    made = {column.name: _something(column.type) for column in table.columns if not column.nullable}
    tx.execute(table.insert().values(made | values))


def _something(kind: object) -> object:
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 1)
    if isinstance(kind, JSON):
        return {}
    return False if isinstance(kind, Boolean) else 0 if isinstance(kind, Integer) else "x"

def test_packs_that_ship_are_loaded_again_after_the_tables_of_their_triggers_came(sqlite: session.Database) -> None:
    _empty(sqlite)
    command.upgrade(migrations.config_for(sqlite), "0002")
    add = (
        "INSERT INTO pack (ref, label, version, conf_schema, config, meta, tags, runtime_deps, dependencies, is_standard,"
        " source_type, content_hash, created, updated) VALUES ('{0}', 'x', '1', '{{}}', '{{}}', '{{}}', '[]', '[]', '[]', 1,"
        " '{0}', 'hash', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')"
    )
    with sqlite.engine.begin() as connection:
        for kind in ("shipped", "upload"):
            connection.exec_driver_sql(add.format(kind))

    migrations.upgrade(sqlite)

    with sqlite.engine.connect() as connection:
        hashes = dict(connection.exec_driver_sql("SELECT ref, content_hash FROM pack").all())
    assert hashes == {"shipped": None, "upload": "hash"}


def test_open_questions_remind_and_escalate_after_the_upgrade_as_they_would_have(database: session.Database) -> None:
    _empty(database)
    command.upgrade(migrations.config_for(database), "0003")
    soon, long_ago = datetime.now(UTC) - timedelta(seconds=60), datetime(2026, 1, 1, tzinfo=UTC)
    with database.transaction() as tx:
        inquiry = Table("inquiry", MetaData(), autoload_with=tx.connection)
        _insert(tx, Table("execution", MetaData(), autoload_with=tx.connection), {"id": 1, "parent": None})
        policy = {"remind": [30, 3600], "escalate": {"after": 7200, "to": {}}}
        for number, (status, asked) in enumerate([("pending", soon), ("pending", long_ago), ("responded", soon)], 1):
            _insert(tx, inquiry, {"id": number, "execution": 1, "status": status, "created": asked, "policy": policy})

    migrations.upgrade(database)

    with database.transaction() as tx:
        alarms = tx.execute(text("SELECT inquiry, kind, number FROM inquiry_alarm ORDER BY id")).all()
    assert [tuple(row) for row in alarms] == [(1, "remind", 1), (1, "escalate", 0), (2, "escalate", 0)]


def _empty(database: session.Database) -> None:
    Base.metadata.drop_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
