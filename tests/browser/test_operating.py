"""An operator's way through the pages: what failed, why, what a good run did otherwise, again from there, many at once."""

from __future__ import annotations

import pytest

from app.services import auth, workflows
from tests.browser.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPORT = """\
ref: examples.operated_report
label: Operated report
version: 1.0.0
parameters: {days: {type: integer, default: 0}}
tasks:
  - {name: collect, action: core.noop, on_success: average}
  - name: average
    action: core.echo
    input: {message: "{{ 10 / parameters.days }}"}
    on_success: send
  - {name: send, action: core.noop}
"""
ASKING = """\
ref: examples.operated_asking
label: Operated question
version: 1.0.0
tasks:
  - {name: approve, action: core.ask, input: {prompt: "Go?"}}
"""


@pytest.fixture(scope="module")
def runs(site):
    """Ids: a good run, one that failed, and two that ask."""
    by = auth.check_password("admin", PASSWORD)
    report, asking = (
        workflows.create(body={"ref": ref, "pack_ref": "examples", "text": text}, by=by).ref
        for ref, text in (("examples.operated_report", REPORT), ("examples.operated_asking", ASKING))
    )
    return {"good": site.start(report, days=5), "asking": [site.start(asking), site.start(asking)], "failed": site.start(report)}


def test_an_operator_finds_a_failure_its_reason_and_the_way_on(page_of, runs):
    page = page_of()
    page.goto(f"/runs/{runs['failed']}")  # so that it has ended when the home page is looked at
    page.locator("[data-ended]").wait_for()

    page.goto("/")
    page.locator(f"#broken-{runs['failed']}").get_by_role("link", name="See the run").click()
    panel = page.locator("#panel")
    panel.get_by_text("Division by zero").first.wait_for()
    assert "{{ 10 / parameters.days }}" in panel.get_by_role("link", name="Line 9").locator("xpath=..").inner_text()

    page.get_by_role("link", name="Compare…").click()
    page.get_by_role("link", name=f"Run {runs['good']}", exact=True).click()
    page.get_by_role("heading", name="They part at average").wait_for()

    page.get_by_role("link", name=f"run {runs['failed']}").first.click()
    page.locator("summary", has_text="Retry…").click()
    page.get_by_role("link", name="From the failed tasks…").click()
    plan = page.locator("dl.kv").inner_text().split()
    assert plan == ["Kept", "collect", "Runs", "again", "average", "May", "follow", "send"]
    page.get_by_role("button", name="Start the new run").click()
    page.locator(".run-live[data-ended]").wait_for()
    assert f"again after run {runs['failed']}" in page.locator("#about").inner_text()
    assert page.locator("#node-average.x-fail").count() == 1 and page.locator("#node-collect.x-ok").count() == 1

    page.goto("/runs?q=Operated&status=running")
    for asking in runs["asking"]:
        page.get_by_label(f"Choose run {asking}").check()
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_role("button", name="Cancel 2 runs").click()
    page.get_by_role("heading", name="2 runs cancelled").wait_for()

    page.goto("/runs")
    page.get_by_placeholder("Text in name or error").fill("Operated")
    page.get_by_role("button", name="Filter").click()
    page.locator("summary", has_text="Save this view").click()
    page.get_by_label("Name of the view").fill("Reports")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator(".views [aria-current]").inner_text() == "Reports"
