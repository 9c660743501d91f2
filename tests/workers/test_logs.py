"""What processes log."""

from __future__ import annotations

import pytest
import structlog

from workers.logs import quiet_logs


def test_tracebacks_in_the_log_show_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    quiet_logs()
    try:
        _fail("a-secret-value")
    finally:
        structlog.configure(**before)

    logged = capsys.readouterr().err
    assert "ZeroDivisionError" in logged
    assert "test_logs.py" in logged
    assert "a-secret-value" not in logged


def _fail(password: str) -> None:
    log = structlog.get_logger("test")
    try:
        assert password and 1 / 0
    except ZeroDivisionError:
        log.exception("it_failed")
