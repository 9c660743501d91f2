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


def test_readings_within_one_view_are_one_transaction_and_afterwards_each_is_its_own(database: object) -> None:
    with session.one_view():
        with session.reading() as first, session.reading() as second:
            assert first is second
        with session.one_view(), session.reading() as third:
            assert third is first

    with session.reading() as later:
        assert later is not first


def test_a_view_that_breaks_off_is_not_the_next_ones(database: object) -> None:
    with pytest.raises(RuntimeError), session.one_view():
        raise RuntimeError("boom")

    with session.transaction() as tx:
        tx.session.add(Pack(ref="core", label="Core", version="1"))
    with session.reading() as tx:
        assert tx.session.get(Pack, 1) is not None
