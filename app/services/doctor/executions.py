"""Checks of executions and questions: started once, held by a living worker, ended for good."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.access import SYSTEM
from app.engine.errors import Conflict
from app.persistence.repositories import broken_executions as broken
from app.persistence.repositories import executions as rows
from app.persistence.session import Transaction, transaction
from app.services import executions, inquiries, ports, recovery
from app.services.doctor.findings import LIMIT, Check, Finding, Moment


def _twice(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.started_twice(tx, limit=LIMIT):
        item = f", item {row['item']}" if row["item"] >= 0 else ""
        text = (
            f"task {row['task_name']} of run {row['workflow_run']}, visit {row['visit']}{item}, attempt {row['attempt']} "
            f"was started {row['number']} times"
        )
        yield Finding("started_twice", "execution", row["last"], text)


def _leased(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.ended_with_lease(tx, limit=LIMIT):
        text = f"{row['action_ref']} is {row['status']}, and worker {row['lease_owner']} still holds it"
        yield Finding("ended_with_lease", "execution", row["id"], text, "take the lease away")


def _take_lease(finding: Finding) -> None:
    with transaction() as tx:
        broken.clear_lease(tx, finding.id)


def _timeless(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.ended_without_time(tx, limit=LIMIT):
        yield Finding("ended_without_time", "execution", row["id"], f"{row['action_ref']} is {row['status']} and does not say since when", "take the time of its last change")


def _give_time(finding: Finding) -> None:
    with transaction() as tx:
        broken.set_end_time(tx, finding.id)


def _lost(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.lost_leases(tx, before=moment.before, limit=LIMIT):
        text = f"{row['action_ref']} is {row['status']} with worker {row['lease_owner']}, which is not heard of any more"
        yield Finding("lost_leases", "execution", row["id"], text, "take it back, so that another worker runs it")


def _take_back(finding: Finding) -> None:
    recovery.reclaim()  # all that is lost; the next finding finds its work done


def _nobodys(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.running_by_nobody(tx, before=moment.before, limit=LIMIT):
        text = f"{row['action_ref']} counts as {row['status']}, and no worker has it"
        mend = "queue it again" if row["status"] == "running" else None
        yield Finding("running_by_nobody", "execution", row["id"], text, mend)


def _queue_again(finding: Finding) -> None:
    with transaction() as tx:
        rows.change(tx, finding.id, expected=["running"], values={"status": "scheduled", "worker": None}, now=ports.now())


def _asking_nothing(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.asking_nothing(tx, before=moment.before, limit=LIMIT):
        yield Finding("asking_nothing", "execution", row["id"], "it waits for an answer, and no question is pending", "cancel it")


def _not_taken(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.not_taken(tx, before=moment.before, limit=LIMIT):
        yield Finding("not_taken", "execution", row["id"], f"{row['action_ref']} is queued, and no worker takes it: are there enough?")


def _outliving(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.outliving_their_run(tx, before=moment.before, limit=LIMIT):
        text = f"{row['action_ref']} is {row['status']} although its run {row['workflow_run']} has ended"
        yield Finding("outliving", "execution", row["id"], text, "cancel it")


def _cancel(finding: Finding) -> None:
    try:
        executions.cancel(execution_id=finding.id, by=SYSTEM, reason="Cancelled by attune doctor")
    except Conflict:
        return  # it has ended by itself meanwhile


def _questions(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for row in broken.questions_of_ended(tx, limit=LIMIT):
        text = f"it is pending although execution {row['execution']}, which asks it, is {row['status']}"
        yield Finding("questions_of_ended", "inquiry", row["id"], text, "withdraw it")


def _withdraw(finding: Finding) -> None:
    with transaction() as tx:
        found = [row for row in broken.questions_of_ended(tx, limit=LIMIT) if row["id"] == finding.id]
        for row in found:
            inquiries.cancel_of_execution(tx, execution_id=row["execution"], now=ports.now())


CHECKS = (
    Check("started_twice", "Every attempt was started once, every join fired once", _twice),
    Check("ended_with_lease", "No worker holds what has ended", _leased, _take_lease),
    Check("ended_without_time", "What has ended says when", _timeless, _give_time),
    Check("lost_leases", "What a lost worker had was taken back", _lost, _take_back),
    Check("running_by_nobody", "What runs has a worker", _nobodys, _queue_again),
    Check("asking_nothing", "Who waits for an answer has asked", _asking_nothing, _cancel),
    Check("not_taken", "What is queued is taken within a minute", _not_taken),
    Check("outliving", "Nothing outlives its run", _outliving, _cancel),
    Check("questions_of_ended", "Ended executions ask nothing", _questions, _withdraw),
)
