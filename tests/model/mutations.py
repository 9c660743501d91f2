"""Take one guard of the protocol away at a time, and see that a test notices. On demand: `python -m tests.model.mutations [name...]`.

Each guard is removed in a copy of the tree, and there its tests run; a guard whose removal nobody notices is either not
needed or not tested, and ends the command with exit code 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ("tests/model", "-k", "sqlite")
RACES = ("tests/faults/test_races.py",)
ROWS = "app/persistence/repositories/executions.py"
RUNS = "app/persistence/repositories/workflow_executions.py"
WORDS = "app/persistence/repositories/transport.py"
LIMIT_S = 900


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard: `old` stands once in `file`, and `new` is the same without it."""

    name: str
    file: str
    old: str
    new: str
    noticed_by: tuple[str, ...] = MODEL


MUTATIONS = (
    Mutation("claim-status", ROWS, 'T.c.status == ExecutionStatus.SCHEDULED.value, ~_PAUSED)\n    .values(\n        status=ExecutionStatus.RUNNING',
             'T.c.status.in_(["scheduled", "running"]), ~_PAUSED)\n    .values(\n        status=ExecutionStatus.RUNNING'),
    Mutation("claim-while-paused", ROWS, "ExecutionStatus.SCHEDULED.value, ~_PAUSED)", "ExecutionStatus.SCHEDULED.value)", RACES),
    Mutation("lease-token", ROWS, 'T.c.lease_token == bindparam("token"), T.c.status', 'T.c.lease_token.is_not(None) | (T.c.lease_token == bindparam("token")), T.c.status'),
    Mutation("end-of-what-ended", ROWS, "_CHANGE = update(T).where(T.c.id == _ID, T.c.status.in_(", '_CHANGE = update(T).where(T.c.id == _ID, T.c.status.is_not(None) | T.c.status.in_('),
    Mutation("give-back-token", ROWS, "T.c.lease_token == token, T.c.status == ExecutionStatus.RUNNING)", "T.c.status == ExecutionStatus.RUNNING)", RACES),
    Mutation("give-back-while-paused", ROWS, "ExecutionStatus.REQUESTED if held else ExecutionStatus.SCHEDULED", "ExecutionStatus.SCHEDULED"),
    Mutation("run-lock", RUNS, ".with_for_update(key_share=True, of=T)", "", RACES),
    Mutation("ended-run", "app/services/orchestration/run.py", 'header is None or header["status"] in TERMINAL', "header is None"),
    Mutation("word-taken-once", WORDS, "delete(_O).where(_O.c.id == bindparam(\"which\"), _O.c.kind == bindparam(\"of_kind\")).returning(_O)",
             'select(_O).where(_O.c.id == bindparam("which"), _O.c.kind == bindparam("of_kind"))'),
    Mutation("alarm-taken-once", WORDS, "tx.execute(delete(_T).where(*mine).returning(_T))", "tx.execute(select(_T).where(*mine))"),
    Mutation("cancel-above", WORDS, "    if tx.execute(_CANCELS.limit(1)).first() is None:  # nearly always", "    if True:"),
    Mutation("same-key-twice", WORDS, "    if not tx.sqlite:\n        tx.execute(select(func.pg_advisory", "    if False:\n        tx.execute(select(func.pg_advisory", RACES),
    Mutation("repeated-start", "app/services/executions.py", "            if known is not None:\n", "            if False:\n"),
    Mutation("one-answer", "app/services/inquiries/answering.py", 'if row["status"] != InquiryStatus.PENDING:', "if False:"),
    Mutation("late-answer", "app/services/inquiries/answering.py", "    if is_over(row, now):\n", "    if False:\n"),
    Mutation("outbox-of-children", "app/services/recovery.py", "for i, kind, execution_id in transport.old_outbox(tx, before=before, limit=BATCH)]", "for i, kind, execution_id in ()]"),
    Mutation("reclaim", "app/services/recovery.py", '    _each("leases", lost, _take_back)\n', ""),
    Mutation("resend-of-queued", "app/services/recovery.py", "in executions.unclaimed(tx, before=before, limit=BATCH):", "in ():"),
)


def main(names: list[str]) -> int:
    chosen = [m for m in MUTATIONS if not names or m.name in names]
    unnoticed = [mutation.name for mutation in chosen if not _noticed(mutation)]
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} noticed" + (f"; not noticed: {', '.join(unnoticed)}" if unnoticed else ""))
    return 1 if unnoticed else 0


def _noticed(mutation: Mutation) -> bool:
    with tempfile.TemporaryDirectory(prefix="attune-mutation-") as place:
        tree = Path(place) / "attune"
        _copy(tree)
        file = tree / mutation.file
        text = file.read_text()
        assert text.count(mutation.old) == 1, f"{mutation.name}: the guard does not stand once in {mutation.file}"
        file.write_text(text.replace(mutation.old, mutation.new))
        print(f"{mutation.name} ... ", end="", flush=True)
        failed = _tests_fail(tree, mutation.noticed_by)
    print("noticed" if failed else "NOT NOTICED", flush=True)
    return failed


def _copy(tree: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _tests_fail(tree: Path, tests: tuple[str, ...]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "HYPOTHESIS_PROFILE": "search"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"the tests did not run:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.returncode == 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
