"""The first minute: from the tour to a saved, rehearsed and running workflow of one's own, with the mouse alone."""

from __future__ import annotations

import pytest

from tests.browser.test_editor import drop, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_newcomer_makes_the_tour_their_own_and_runs_it(page_of, site):
    page = page_of()
    page.goto("/workflows/examples.tour")
    page.click("main >> text=Make it your own…")
    page.click("text=Copy and open the editor")
    page.wait_for_url("**/workflows/my_admin.tour/edit?guide=1")
    until(page, "Boolean(window.main?.store?.analysed && document.querySelector('.n'))")
    page.wait_for_selector("#guide li.now >> text=Rename it")

    page.click("#canvas [data-stage]", position={"x": 12, "y": 12})
    page.fill("""#inspector [data-path='["label"]'] [data-value]""", "My own release")
    page.keyboard.press("Tab")
    page.wait_for_selector("#guide li.done >> text=Rename it")

    drop(page, "core.echo", '.edge[data-from="checkout"][data-to="lint"] .hit')
    page.wait_for_selector("#guide li.done >> text=Add a task")
    page.click("[data-reh=step]")
    page.wait_for_selector("#guide li.done >> text=Rehearse")
    page.click("[data-save]")
    page.wait_for_selector("#guide li.done >> text=Save")

    page.click("[data-run]")
    page.wait_for_selector("dialog.run-sheet form")
    with page.context.expect_page() as opening:
        page.click("dialog.run-sheet form button:not(.vh)")
    opening.value.wait_for_url("**/runs/*")
    assert "My own release" in opening.value.text_content("h1")
    page.bring_to_front()
    page.wait_for_selector("#guide >> text=All done")
