"""The actors: each takes ids, makes one call, and may run twice."""

from __future__ import annotations

from collections.abc import Callable

import dramatiq

from app import faults
from app.services import executions, orchestration, work, workflow_executions
from workers.broker import ACTIONS, ENGINE, Brokers


def define_actors(brokers: Brokers, *, owner: str) -> dict[str, dramatiq.Actor]:
    """Hint kind -> actor, on these brokers, for a worker of this name."""

    def actor(name: str, queue: str, work_on: Callable[[int, int], None]) -> dramatiq.Actor:
        def receive(execution_id: int, outbox_id: int) -> None:
            faults.point("received")
            work_on(execution_id, outbox_id)

        broker = brokers.actions if queue == ACTIONS else brokers.engine
        return dramatiq.actor(receive, actor_name=name, queue_name=queue, broker=broker)

    return {
        "run": actor("run", ACTIONS, lambda e, o: work.run_execution(execution_id=e, owner=owner)),
        "advance": actor("advance", ENGINE, lambda e, o: orchestration.begin(execution_id=e)),
        "child_done": actor("child_done", ENGINE, lambda e, o: orchestration.child_done(outbox_id=o)),
        "cancel_child": actor("cancel_child", ENGINE, lambda e, o: executions.told_to_cancel(outbox_id=o)),
        "pause_child": actor("pause_child", ENGINE, lambda e, o: workflow_executions.told_to_pause(outbox_id=o)),
        "resume_child": actor("resume_child", ENGINE, lambda e, o: workflow_executions.told_to_resume(outbox_id=o)),
        "inquiry_closed": actor("inquiry_closed", ENGINE, lambda e, o: orchestration.told_inquiry_closed(outbox_id=o)),
    }
