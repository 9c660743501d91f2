"""Take one guard of the protocol away at a time, and see that a test notices. On demand: `python -m tests.model.mutations [name...]`.

Each guard is removed in a copy of the tree, and there its tests run; a guard whose removal nobody notices is either not
needed or not tested, and ends the command with exit code 1. At the end the same tests must pass with every guard in its
place. The model (test_protocol.py) is no judge here: whether its few examples meet a guard is chance.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUARDS = ("tests/faults/test_guards.py", "-k", "sqlite")
DELIVERY = ("tests/workers/test_delivery.py", "-k", "sqlite")
STEERING = ("tests/faults/test_steering.py", "-k", "sqlite")
ANSWERS = ("tests/services/test_inquiries_answer.py", "tests/services/test_inquiries_life.py", "-k", "sqlite")
POINTS = ("tests/faults/test_points.py",)
ATTEMPTS = ("tests/engine/conductor", "tests/properties/test_conductor.py")
KEYS = ("tests/persistence/test_protocol_keys.py",)


def races(part: str) -> tuple[str, ...]:
    return ("tests/faults/test_races.py", "-k", part)


ROWS = "app/persistence/repositories/executions.py"
RUNS = "app/persistence/repositories/workflow_executions.py"
WORDS = "app/persistence/repositories/transport.py"
MODELS = "app/persistence/models/"
LIMIT_S = 900


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard: `old` stands once in `file`, and `new` is the same without it."""

    name: str
    file: str
    old: str
    new: str
    noticed_by: tuple[str, ...] = GUARDS


MUTATIONS = (
    Mutation("claim-status", ROWS, 'T.c.status == ExecutionStatus.SCHEDULED.value, ~_PAUSED)\n    .values(\n        status=ExecutionStatus.RUNNING',
             'T.c.status.in_(["scheduled", "running"]), ~_PAUSED)\n    .values(\n        status=ExecutionStatus.RUNNING'),
    Mutation("claim-while-paused", ROWS, "ExecutionStatus.SCHEDULED.value, ~_PAUSED)", "ExecutionStatus.SCHEDULED.value)"),
    Mutation("lease-token", ROWS, 'T.c.lease_token == bindparam("token"), T.c.status', 'T.c.lease_token.is_not(None) | (T.c.lease_token == bindparam("token")), T.c.status'),
    Mutation("end-of-what-ended", ROWS, "_CHANGE = update(T).where(T.c.id == _ID, T.c.status.in_(", '_CHANGE = update(T).where(T.c.id == _ID, T.c.status.is_not(None) | T.c.status.in_('),
    Mutation("give-back-token", ROWS, "T.c.lease_token == token, T.c.status == ExecutionStatus.RUNNING)", "T.c.status == ExecutionStatus.RUNNING)"),
    Mutation("give-back-while-paused", ROWS, "ExecutionStatus.REQUESTED if held else ExecutionStatus.SCHEDULED", "ExecutionStatus.SCHEDULED"),
    Mutation("run-lock", RUNS, ".with_for_update(key_share=True, of=T)", "", ("tests/faults/test_guards.py", "-k", "locked_by_one")),
    Mutation("ended-run", "app/services/orchestration/run.py", 'header is None or header["status"] in TERMINAL', "header is None"),
    Mutation("word-taken-once", WORDS, "delete(_O).where(_O.c.id == bindparam(\"which\"), _O.c.kind == bindparam(\"of_kind\")).returning(_O)",
             'select(_O).where(_O.c.id == bindparam("which"), _O.c.kind == bindparam("of_kind"))'),
    Mutation("alarm-taken-once", WORDS, "tx.execute(delete(_T).where(*mine).returning(_T))", "tx.execute(select(_T).where(*mine))"),
    Mutation("cancel-above", WORDS, "    if tx.execute(_CANCELS.limit(1)).first() is None:  # nearly always", "    if True:", STEERING),
    Mutation("same-key-twice", WORDS, "    if not tx.sqlite:\n        tx.execute(select(func.pg_advisory", "    if False:\n        tx.execute(select(func.pg_advisory", races("same_start_twice")),
    Mutation("repeated-start", "app/services/executions.py", "            if known is not None:\n", "            if False:\n", DELIVERY),
    Mutation("one-answer", "app/services/inquiries/answering.py", 'if row["status"] != InquiryStatus.PENDING:', "if False:", ANSWERS),
    Mutation("late-answer", "app/services/inquiries/answering.py", "    if is_over(row, now):\n", "    if False:\n", ANSWERS),
    Mutation("outbox-of-children", "app/services/recovery.py", "for i, kind, execution_id in transport.old_outbox(tx, before=before, limit=BATCH)]", "for i, kind, execution_id in ()]", POINTS),
    Mutation("reclaim", "app/services/recovery.py", '    _each("leases", lost, _take_back)\n', "", DELIVERY),
    Mutation("resend-of-queued", "app/services/recovery.py", "in executions.unclaimed(tx, before=before, limit=BATCH):", "in ():", DELIVERY),
    Mutation("heartbeat-token", ROWS, "T.c.lease_token.in_(list(leases.values())), T.c.status", "T.c.status"),
    Mutation("heartbeat-skips-locked", ROWS, """T.c.status.in_(_ACTIVE))
        .with_for_update(skip_locked=True, key_share=True)""", """T.c.status.in_(_ACTIVE))
        .with_for_update(key_share=True)""", ("tests/faults/test_guards.py", "-k", "waits_for_nobody")),
    Mutation("pure-end-status", ROWS, "_END_PURE = update(T).where(T.c.id == _ID, T.c.status == ExecutionStatus.SCHEDULED.value)", "_END_PURE = update(T).where(T.c.id == _ID)"),
    Mutation("pending-in-where", "app/persistence/repositories/inquiries.py", """update(T)
        .where(T.c.id == inquiry_id, T.c.status == "pending")""", """update(T)
        .where(T.c.id == inquiry_id)"""),
    Mutation("expiry-of-pending", "app/services/inquiries/closing.py", 'row["status"] == InquiryStatus.PENDING and is_over(row, now)', "is_over(row, now)", races("answer_and_the_expiry")),
    Mutation("alarm-due", WORDS, "_T.c.workflow_execution == workflow_execution_id, _T.c.due_at <= now)", "_T.c.workflow_execution == workflow_execution_id)"),
    Mutation("alarm-of-run", WORDS, "_T.c.id == timer_id, _T.c.workflow_execution == workflow_execution_id, ", "_T.c.id == timer_id, "),
    Mutation("word-of-kind", WORDS, '_TAKE_OUTBOX = delete(_O).where(_O.c.id == bindparam("which"), _O.c.kind == bindparam("of_kind"))', '_TAKE_OUTBOX = delete(_O).where(_O.c.id == bindparam("which"))'),
    Mutation("end-status", ROWS, '_END_LEASED = update(T).where(T.c.id == _ID, T.c.lease_token == bindparam("token"), T.c.status.in_(_ACTIVE))', '_END_LEASED = update(T).where(T.c.id == _ID, T.c.lease_token == bindparam("token"))'),
    Mutation("attempt", "app/engine/conductor/attempts.py", "return visit if visit.live and visit.attempt == key.attempt else None", "return visit if visit.live else None", ATTEMPTS),
    Mutation("attempt-of-item", "app/engine/conductor/attempts.py", "items.live.get(key.item) != key.attempt:", "key.item not in items.live:", ATTEMPTS),
    Mutation("key-of-starts", MODELS + "transport.py", '__table_args__ = (UniqueConstraint("identity_id", "key"),)', "__table_args__ = ()", KEYS),
    Mutation("key-of-alarms", MODELS + "transport.py", 'UniqueConstraint("workflow_execution", "kind", "task_name", "visit", "item", "attempt"),', "", KEYS),
    Mutation("key-of-attempts", MODELS + "executions.py", 'UniqueConstraint("workflow_run", "task_name", "visit", "task_index", "attempt", name="uq_execution_run_key"),', "", KEYS),
    Mutation("key-of-enforced", MODELS + "executions.py", "mapped_column(index=True, unique=True)  # starts one", "mapped_column(index=True)  # starts one", KEYS),
    Mutation("key-of-runs", MODELS + "workflow_executions.py", 'ForeignKey("execution.id", ondelete="CASCADE"), unique=True)', 'ForeignKey("execution.id", ondelete="CASCADE"))', KEYS),
    Mutation("key-of-visits", MODELS + "workflow_executions.py", '__table_args__ = (UniqueConstraint("workflow_execution", "task_name", "visit"),)', "__table_args__ = ()", KEYS),
    Mutation("key-of-events", MODELS + "events.py", '__table_args__ = (UniqueConstraint("execution", "seq"),)', "__table_args__ = ()", KEYS),
    Mutation("key-of-records", MODELS + "inquiries.py", "mapped_column(String(80), unique=True)  # unique: the chain", "mapped_column(String(80))  # unique: the chain", KEYS),
    Mutation("key-of-enforcements", MODELS + "enforcements.py", '__table_args__ = (UniqueConstraint("rule", "event"),)', "__table_args__ = ()", KEYS),
)


def main(names: list[str]) -> int:
    chosen = [m for m in MUTATIONS if not names or m.name in names]
    with tempfile.TemporaryDirectory(prefix="attune-mutation-") as place:
        tree = Path(place) / "attune"
        _copy(tree)
        unnoticed = [mutation.name for mutation in chosen if not _noticed(mutation, tree)]
        for tests in dict.fromkeys(mutation.noticed_by for mutation in chosen):
            if failed := _first_failure(tree, tests):
                raise SystemExit(f"nothing is shown: {failed} fails with every guard in its place, too")
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} noticed" + (f"; not noticed: {', '.join(unnoticed)}" if unnoticed else ""))
    return 1 if unnoticed else 0


def _noticed(mutation: Mutation, tree: Path) -> bool:
    """Whether its tests fail; prints a line of the table."""
    file, began = tree / mutation.file, time.monotonic()
    text = file.read_text()
    assert text.count(mutation.old) == 1, f"{mutation.name}: the guard does not stand once in {mutation.file}"
    _write(file, text.replace(mutation.old, mutation.new))
    try:
        by = _first_failure(tree, mutation.noticed_by)
    finally:
        _write(file, text)
    print(f"| {mutation.name} | {by or 'NOT NOTICED'} | {time.monotonic() - began:.0f} s |", flush=True)
    return by is not None


def _write(file: Path, text: str) -> None:
    """A change within a second, of the same length, would not be seen by what was compiled before."""
    file.write_text(text)
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()


def _copy(tree: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _first_failure(tree: Path, tests: tuple[str, ...]) -> str | None:
    """The name of the test that failed; None when none did."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) (?:\S*/)?(\S+?::.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    if done.returncode != 1 or failed is None:
        raise SystemExit(f"the tests did not run:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return failed[1]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
