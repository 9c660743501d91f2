"""A run's page while the run goes on: what changes, and what must survive a change."""

from __future__ import annotations

import pytest

from app.services import auth, workflows
from tests.browser.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKING = """\
ref: examples.asks_at_once
version: 1.0.0
tasks:
  - {name: approve, action: core.ask, input: {prompt: "Go?"}, next: [{do: after}]}
  - {name: after, action: core.noop}
"""


@pytest.fixture(scope="module")
def asks_at_once(site):
    by = auth.check_password("admin", PASSWORD)
    return workflows.create(body={"ref": "examples.asks_at_once", "pack_ref": "examples", "text": ASKING}, by=by).ref


def test_the_page_follows_the_run_to_its_end_without_a_reload(page_of, site):
    page = page_of()
    page.goto(f"/runs/{site.start('examples.retry')}")
    page.evaluate("window.marked = true")

    page.locator(".runhead .st-ok").first.wait_for()

    assert page.evaluate("window.marked") is True
    assert page.locator("[data-ended]").count() == 1


def test_focus_selection_scroll_and_an_open_menu_survive_an_update(page_of, site):
    page = page_of(width=1024)
    page.set_viewport_size({"width": 1024, "height": 460})  # the drawing is taller than its pane
    page.goto(f"/runs/{site.start('examples.tour')}")
    page.locator("summary", has_text="Cancel…").click()
    page.locator(".scroller").evaluate("e => { e.scrollTop = 40; getSelection().selectAllChildren(document.querySelector('.runhead h1')); }")
    page.locator(".runhead summary.btn-no").focus()

    page.locator("#node-checkout.x-ok").wait_for()

    assert page.locator(".runhead details[open]").count() == 1
    assert page.evaluate("document.activeElement.matches('.runhead summary.btn-no')")
    assert page.locator(".scroller").evaluate("e => e.scrollTop") == 40
    assert page.evaluate("getSelection().toString()") == "Build and publish"


def test_dragging_the_slider_draws_the_run_as_it_was(page_of, site, asks_at_once):
    page = page_of()
    page.goto(f"/runs/{site.start(asks_at_once)}")
    page.locator("#node-approve.x-ask").wait_for()

    page.get_by_role("slider", name="Event").focus()
    page.keyboard.press("Home")

    page.get_by_text("As it was").wait_for()
    page.locator("#node-approve.x-todo").wait_for()
    page.get_by_role("link", name="Back to now").click()
    page.locator("#node-approve.x-ask").wait_for()


def test_a_lost_connection_is_shown_and_mends_itself(page_of, site):
    page = page_of(watched=False)  # a browser logs each request that finds no network
    page.goto(f"/runs/{site.start('examples.inquiry')}")
    page.locator(".why li").first.wait_for()

    page.context.set_offline(True)
    page.locator("[data-lost]").wait_for(state="visible")
    page.context.set_offline(False)

    page.locator("[data-lost]").wait_for(state="hidden", timeout=20_000)


def test_the_theme_switches_in_place_and_is_remembered(page_of):
    page = page_of(theme="light")
    page.goto("/runs")

    page.get_by_label("Switch between light and dark").click()
    page.reload()

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_a_question_is_answered_on_a_phone_without_javascript(page_of, site):
    page = page_of(width=390, javascript=False)
    execution_id = site.start("examples.tour")
    page.goto(f"/runs/{execution_id}")
    while not page.get_by_role("link", name="Answer").count():
        page.reload()

    page.get_by_role("link", name="Answer").first.click()
    page.locator(".sticky").get_by_role("button", name="Publish").click()

    assert "You answered at" in page.locator("main").inner_text()


COUNTED = ("Nodes", "JSEventListeners")


def test_a_page_left_open_does_not_grow(page_of, site, asks_at_once):
    page = page_of()
    page.goto(f"/runs/{site.start(asks_at_once)}")
    page.get_by_role("link", name="Answer", exact=True).wait_for()
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")
    _update(page, 5)  # what the first updates attach once
    before = _held(metrics)

    _update(page, 50)

    # What is left behind by an update is left behind fifty times; a node more or less is what the page says just now.
    grown = {name: after - before[name] for name, after in _held(metrics).items()}
    assert {name: count for name, count in grown.items() if count >= 5} == {}


def _update(page, times):
    """So many updates that bring the whole part, each after the one before."""
    page.evaluate(
        """async (times) => {
            const region = document.querySelector(".run-live");
            for (let n = 0; n < times; n++) {
                region.setAttribute("hx-get", region.getAttribute("hx-get").replace(/version=[^&]*/, "version=old"));
                const swapped = new Promise((done) => document.addEventListener("htmx:after:swap", done, { once: true }));
                htmx.trigger(region, "refresh");
                await swapped;
            }
        }""",
        times,
    )


def _held(metrics):
    """What the browser holds of the page after it has cleared up."""
    metrics.send("HeapProfiler.collectGarbage")
    found = {metric["name"]: metric["value"] for metric in metrics.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in COUNTED}
