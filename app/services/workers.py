"""Take a worker out of service and back; what it runs goes on."""

from __future__ import annotations

from app.engine.errors import NotFound
from app.persistence import session
from app.persistence.models import WorkerRow
from app.persistence.repositories import workers


def set_cordoned(*, worker_id: int, cordoned: bool) -> WorkerRow:
    """A cordoned worker claims nothing new. NotFound."""
    with session.transaction() as tx:
        row = workers.get(tx, worker_id)
        if row is None:
            raise NotFound(f"There is no worker {worker_id}.")
        row.cordoned = cordoned
    return row
