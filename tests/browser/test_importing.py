"""A person brings a workflow from StackStorm: pastes it, looks at what comes of it, and creates it."""

from __future__ import annotations

import re

import pytest

from tests.browser.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """\
version: 1.0
tasks:
  greet:
    action: core.echo message="Hello"
    next: [{when: <% succeeded() %>, publish: lucky=<% random() %>, do: wave}]
  wave: {action: core.noop}
"""


@pytest.mark.parametrize(("width", "theme", "name"), [(1440, "light", "desk"), (390, "dark", "phone")])
def test_a_pasted_workflow_is_looked_at_and_created(page_of, width, theme, name):
    page = page_of(width=width, theme=theme)
    page.goto("/workflows")
    page.get_by_role("link", name="Import…").click()
    page.get_by_label("Pack").select_option("examples")
    page.get_by_label("Name").fill(f"from_{name}")
    page.get_by_label("Workflow file").fill(SOURCE)
    assert violations(page) == {}

    page.get_by_role("button", name="Show what comes of it").click()

    page.get_by_text("1 thing that you must do").wait_for()
    assert violations(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="line 5").click()
    assert page.evaluate("location.hash") == "#line-5"
    text = page.get_by_label("Text of the workflow")
    text.fill(re.sub(r"{{ 'TODO.*' }}", "7", text.input_value()))
    page.get_by_role("button", name="Create workflow").click()

    page.get_by_role("heading", name=f"From {name}").wait_for()
