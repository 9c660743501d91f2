"""One task of an edited workflow is run for real, and what it gave becomes data of the rehearsal."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_task_is_run_alone_and_its_result_goes_into_the_rehearsal(page_of, site):
    from app.queries import executions
    from app.services import auth
    from tests.browser.conftest import PASSWORD
    from tests.web.conftest import eventually

    by = auth.check_password("admin", PASSWORD)
    ran = site.start("examples.items")
    eventually(lambda: executions.get_execution(execution_id=ran, by=by)["status"] == "completed")
    page = page_of()
    page.goto("/workflows/examples.items/edit")
    page.locator("#outline [data-task=greet]").click()
    page.get_by_text("3 items, Ada").wait_for()

    page.get_by_role("button", name="Run greet alone…").click()
    page.get_by_text(f"Expressions have the values of run {ran}.").wait_for()
    page.get_by_role("button", name="Run it for real").click()
    page.locator("dialog .pill.st-ok").wait_for()
    assert page.get_by_label("Result", exact=True).get_by_text("line: 1. Hello Ada").count() == 1
    with page.expect_request(lambda request: request.url.endswith("/workflows/rehearse")) as asked:
        page.get_by_role("button", name="Use as rehearsal data").click()

    assert asked.value.post_data_json["script"] == [{"task": "greet", "result": {"line": "1. Hello Ada"}}]
    assert page.locator("dialog[open]").count() == 0
