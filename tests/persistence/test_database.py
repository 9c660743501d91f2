"""What every database must do the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.persistence import session
from app.persistence.models import Pack

T0 = datetime(2026, 1, 27, 10, 0, 0, 123456, tzinfo=UTC)


def test_a_committed_row_comes_back_with_aware_utc_times(database: object) -> None:
    with session.transaction() as tx:
        tx.session.add(Pack(ref="core", label="Core", version="1", created=T0, updated=T0))

    with session.reading() as tx:
        pack = tx.session.get(Pack, 1)

    assert pack.created == T0
    assert pack.created.utcoffset().total_seconds() == 0


def test_an_error_rolls_back_and_runs_no_after_commit_work(database: object) -> None:
    done: list[str] = []

    with pytest.raises(RuntimeError), session.transaction() as tx:
        tx.session.add(Pack(ref="core", label="Core", version="1"))
        tx.after_commit(lambda: done.append("sent"))
        raise RuntimeError("boom")

    with session.reading() as tx:
        assert tx.session.get(Pack, 1) is None
    assert done == []
