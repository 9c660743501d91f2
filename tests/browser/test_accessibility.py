"""axe finds nothing, on any page, in either theme, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest

from tests.browser.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pages(site):
    """Addresses of every kind of page, with a run that waits and one that failed."""
    from app.engine.statuses import TERMINAL
    from app.queries import executions, inquiries
    from app.services import auth, saved_views
    from app.services import inquiries as asking
    from tests.browser.conftest import PASSWORD
    from tests.web.conftest import eventually

    failed, waiting = site.start("examples.failure_handled"), site.start("examples.inquiry")
    broken, nested = site.start("examples.fail_on_purpose"), site.start("examples.nested")
    by = auth.check_password("admin", PASSWORD)
    question = eventually(lambda: inquiries.list_inquiries(by=by, status="pending")[0])[0]["id"]
    tabs = [f"/runs/{failed}?tab={tab}" for tab in ("timeline", "tasks", "items", "variables", "log", "events", "definition")]
    link = asking.make_link(inquiry_id=question, identity="admin", by=by).path
    other = site.start("examples.failure_handled")
    watching = [f"/runs/{failed}?at=4", f"/runs/compare?a={failed}&b={other}", f"/runs/compare?a={failed}"]
    eventually(lambda: all(executions.get_execution(execution_id=i, by=by)["status"] in TERMINAL for i in (broken, nested)))
    saved_views.create(name="What failed", filters={"status": "failed"}, by=by)
    acting = [f"/runs/{broken}/retry", f"/runs/bulk?do=cancel&run={waiting}&run={failed}", "/runs?status=failed", f"/runs/{nested}?open=first"]
    others = ["/workflows/examples.nested/statistics", "/workflows/examples.tour/copy", "/workflows/examples.tour/edit?guide=1", "/profile"]
    history = _two_revisions_and_a_conflict("examples.hello", by)
    return [
        *history, *watching, *acting, *others,
        "/", "/runs", link, f"/runs/{waiting}", f"/runs/{failed}", *tabs, "/workflows", "/workflows/examples.tour",
        "/run/examples.tour", "/run/core.http_request", "/packs", "/packs/examples", "/packs/examples/tests",
        "/packs/examples/tests?play=all", "/packs/release/tests/ship", "/inbox", f"/inbox/{question}", "/nothing-here",
    ]  # fmt: skip


def _two_revisions_and_a_conflict(ref, by):
    from app.queries import workflows as queries
    from app.services import drafts, workflows

    base = queries.get_workflow(ref=ref, by=by)["revision"]
    text = queries.source_text(base)
    workflows.save_changes(ref=ref, body={"text": text + "# theirs\n"}, by=by, note="A word at the end")
    drafts.keep(ref=ref, text=text + "# mine\n", base=base, by=by)
    at = f"/workflows/{ref}"
    return [f"{at}/revisions", f"{at}/revisions/1", f"{at}/revisions/1..2", f"{at}/revisions/1/restore", f"{at}/conflict"]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(page_of, pages, width, theme):
    page = page_of(width=width, theme=theme)

    found = {address: _faults(page, address, width) for address in pages}

    assert {address: faults for address, faults in found.items() if faults} == {}


def _faults(page, address, width):
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return violations(page) | ({"wider than the window": wide} if wide > width else {})


def test_the_sign_in_page_has_one_heading_and_labels(page_of):
    page = page_of(signed_in=False)
    page.goto("/login")

    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_label("Password").is_visible()
    assert re.match("Sign in", page.title())
