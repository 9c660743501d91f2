"""The main journey: log in, run the release, watch it, approve it, see it end; and see a region fail."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ENDS_WITHIN_MS = 120_000


def _run_release(page, **fields):
    page.goto("/workflows/release.ship")
    page.get_by_role("link", name="Run…").first.click()
    for name, value in fields.items():
        page.fill(f"[name='f.{name}']", value)
    page.locator("main button.btn-primary").first.click()
    page.wait_for_url(re.compile(r"/runs/\d+"))


def _approve(page):
    run = page.url
    page.get_by_role("link", name="Answer", exact=True).first.click(timeout=60_000)
    page.get_by_role("heading", name="Put greeter 2.8.0 into production?").wait_for()
    assert page.get_by_text("7 passed, 0 failed.").count() == 1
    page.get_by_role("button", name="Put it live").click()
    page.get_by_text("Put it live").first.wait_for()
    page.goto(run)


def test_a_release_is_run_watched_approved_and_ends_in_three_regions(page_of):
    page = page_of()
    _run_release(page)
    page.locator("#node-checkout.x-ok").wait_for(timeout=60_000)
    page.locator("#node-approve.x-ask").wait_for(timeout=60_000)

    _approve(page)
    page.locator(".runhead .st-ok").wait_for(timeout=ENDS_WITHIN_MS)

    assert page.locator("#node-confirm.x-ok").count() == 1
    page.goto(page.url.split("?")[0] + "?tab=variables")
    assert page.get_by_text("released to 3 regions").count() >= 1


def test_a_region_that_fails_takes_the_whole_release_back(page_of):
    page = page_of()
    _run_release(page, break_region="us-east")

    _approve(page)
    page.locator(".runhead .st-bad").wait_for(timeout=ENDS_WITHIN_MS)

    assert page.locator("#node-others.x-bad").count() == 1
    assert page.locator("#node-rollback.x-ok").count() == 1
    assert page.locator("#node-stop_regions.x-ok").count() == 1
    assert page.get_by_text("everything is as before").count() + page.get_by_text("rollback").count() >= 1
