"""What processes log."""

from __future__ import annotations

import json
import logging

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


def test_json_logs_say_which_execution_task_and_worker_a_line_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet_logs(log_format="json", level="info")
    try:
        with structlog.contextvars.bound_contextvars(execution_id=7, task="build", worker="w"):
            structlog.get_logger("test").info("execution_ended", outcome="failed")
            _fail("a-secret-value")
            logging.getLogger("library").warning("of a library")
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)

    ended, failed, library = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert {"event": "execution_ended", "level": "info", "execution_id": 7, "task": "build", "worker": "w", "outcome": "failed"}.items() <= ended.items()
    assert failed["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert "a-secret-value" not in json.dumps(failed)
    assert {"event": "of a library", "level": "warning", "execution_id": 7}.items() <= library.items()


@pytest.mark.parametrize(("values", "named"), [({"log_format": "xml"}, "ATTUNE_LOG_FORMAT"), ({"level": "loud"}, "ATTUNE_LOG_LEVEL")])
def test_an_unknown_format_or_level_is_named(values: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        quiet_logs(**values)
