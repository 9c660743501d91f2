"""W5: requests of a signed-in administrator to the application, without a network in between."""

from __future__ import annotations

from datetime import UTC, datetime

from app.persistence import session
from app.persistence.repositories import executions
from app.services import auth, first_administrator, ports
from tests.benchmarks.systems import System


class Reader:
    """An administrator with a token for the API and a session for the pages."""

    def __init__(self, system: System) -> None:
        settings = ports.settings()
        first_administrator.ensure_first_administrator(settings)
        caller = auth.check_password(settings.admin_login, settings.admin_password)
        token = auth.login(login=settings.admin_login, password=settings.admin_password)["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = system.app.test_client()
        with self._client.session_transaction() as kept:
            kept["identity"] = caller.identity_id
            kept["mark"] = auth.session_mark(caller.identity_id)

    def fill(self, count: int) -> None:
        """Ended executions, so that lists have something to choose from."""
        row = {"action_ref": "core.noop", "kind": "pure", "status": "completed", "result": {"succeeded": True}}
        with session.transaction() as tx:
            for _ in range(count // 1000):
                executions.insert_many(tx, [row] * 1000, now=datetime.now(UTC))

    def get(self, path: str) -> None:
        answer = self._client.get(path, headers=self._headers)
        assert answer.status_code == 200, f"{path}: {answer.status}"

    def look(self, execution_id: int) -> None:
        """The page of one run."""
        answer = self._client.get(f"/runs/{execution_id}")
        assert answer.status_code == 200, f"/runs/{execution_id}: {answer.status}"
