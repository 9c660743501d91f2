"""A workflow with a branch, a failure handler, items and a question, made without a mouse; valid, and it runs."""

from __future__ import annotations

import json

import pytest

from tests.browser.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTS = {"include": [["#palette"], ["#outline"], ["#inspector"], ["#problems"], ["#shortcuts"]]}
MOST_TABS = 90


class Hands:
    """Ten fingers on the editor's page: nothing here uses the mouse."""

    def __init__(self, page):
        self.page = page

    @property
    def text(self):
        return self.page.evaluate("() => main.store.text")

    def open(self, address):
        self.page.goto(address)
        self.page.wait_for_function("() => window.main?.store && main.store.analysed === main.store.text")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    def changes(self, *keys):
        """Press keys that change the document, and wait until it has changed and what is known of it is new."""
        before = self.text
        self.press(*keys)
        self.page.wait_for_function("(before) => main.store.text !== before && main.store.analysed === main.store.text", arg=before)
        self.page.wait_for_function("() => document.querySelector('#inspector').getAttribute('aria-busy') === 'false'")

    def focus_is_in(self, selector):
        return self.page.evaluate("(s) => Boolean(document.activeElement.closest(s))", selector)

    def to_pane(self, selector):
        for _ in range(8):
            if self.focus_is_in(selector):
                return
            self.press("F6")
        raise AssertionError(f"F6 does not lead to {selector}")

    def tab_to(self, selector):
        for _ in range(MOST_TABS):
            if self.page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    def add(self, words, *, key="Enter"):
        self.to_pane("#palette")
        self.press("Control+a")
        self.type(words)
        self.changes(key)

    def go(self, task):
        """To a task of the outline, by its arrows."""
        self.to_pane("#outline")
        self.press("Home")
        for _ in range(12):
            if self.page.evaluate("() => document.activeElement.dataset.task") == task:
                return
            self.press("ArrowDown")
        raise AssertionError(f"the outline has no {task}")

    def rename(self, before, after):
        self.go(before)
        self.press("F2", "Control+a")
        self.type(after)
        self.changes("Enter")

    def inspect(self, task):
        self.go(task)
        self.press("Enter")
        self.page.wait_for_function("() => document.activeElement.id === 'in-name'")
        self.page.wait_for_function("(name) => document.querySelector('#inspector [data-task]').dataset.task === name", arg=task)

    def fill(self, selector, text, *, key="Enter"):
        self.tab_to(selector)
        self.press("Control+a")
        self.type(text)
        self.press("Escape") if self.page.locator("#inspector-names:not([hidden])").count() else None
        self.changes(key)

    def choose(self, words):
        """In a list of choices, by its first letters."""
        self.type(words)


def _built(hands):
    hands.open("/workflows/new?pack=examples&name=by_keyboard")
    hands.add("core.set")
    hands.rename("set", "prepare")
    hands.inspect("prepare")
    hands.fill("#in-input-values", '{"n": 3}', key="Control+Enter")

    hands.add("core.echo")
    hands.rename("echo", "each")
    hands.inspect("each")
    hands.tab_to("[data-focus=in-with_items]")
    hands.changes("Enter")
    hands.page.wait_for_function("() => document.activeElement.id === 'in-with_items'")
    hands.fill("#in-with_items", "[1, 2]", key="Control+Enter")
    hands.fill("#in-input-message", "number {{ item }}")

    hands.add("core.echo", key="Shift+Enter")
    hands.rename("echo", "rescue")
    hands.go("prepare")
    hands.press("c")
    hands.choose("after a f")
    hands.press("Tab")
    hands.choose("rescue")
    hands.changes("Enter")

    hands.inspect("prepare")
    hands.tab_to(".way summary")
    hands.press("Enter")
    hands.tab_to("[data-way-kind]")
    hands.choose("own")
    hands.page.wait_for_selector("#in-next-0-when")
    hands.fill("#in-next-0-when", "succeeded() and result().n > 2")

    hands.go("each")
    hands.add("ask a person")
    hands.go("ask")
    hands.press("i")
    hands.type("core.noop")
    hands.changes("Enter")
    hands.page.wait_for_selector("#outline [data-task=task_noop]")


def test_a_workflow_is_built_by_keyboard_alone_and_runs(page_of, site):
    hands = Hands(page_of())

    _built(hands)

    hands.page.get_by_text("No problems", exact=True).wait_for()
    assert _shape(hands.text) == {
        "prepare": ["each", "rescue"], "each": ["ask"], "rescue": [], "ask": ["task_noop"], "task_noop": [],
    }  # fmt: skip
    with hands.page.expect_response(lambda answer: answer.url.endswith(("/workflow-files", "/api/v1/workflows")) and answer.status == 201):
        hands.press("Control+s")
    assert comes_to(site, "examples.by_keyboard") == "completed"


def _shape(text):
    from app.engine.graph.inspect import successors
    from app.engine.spec.document import load
    from app.engine.spec.parse import parse_workflow

    found = successors(parse_workflow(load(text)).spec)
    return {name: sorted(targets) for name, targets in found.items()}


def comes_to(site, ref):
    """How a run of the workflow ends, when its question is answered."""
    from app.queries import executions, inquiries
    from app.services import auth
    from app.services import inquiries as answering
    from tests.browser.conftest import PASSWORD
    from tests.web.conftest import eventually

    by = auth.check_password("admin", PASSWORD)
    run = site.start(ref)
    asked = eventually(lambda: [q for q in inquiries.list_inquiries(by=by, status="pending")[0] if q["prompt"] == "Shall we go on?"])
    answering.respond(inquiry_id=asked[0]["id"], response={"approved": True}, by=by)
    return eventually(lambda: _ended(executions.get_execution(execution_id=run, by=by)["status"]))


def _ended(status):
    return status if status in ("completed", "failed") else None


def test_undo_takes_back_every_step_of_the_keyboard(page_of):
    hands = Hands(page_of())
    hands.open("/workflows/examples.tour/edit")
    before = json.dumps(hands.text)

    first = hands.page.locator("#outline [role=treeitem]").first.get_attribute("data-task")
    hands.rename(first, "renamed_first")
    hands.changes("Control+d")
    assert json.dumps(hands.text) != before
    hands.to_pane("#text")
    hands.press("Control+z", "Control+z")
    hands.page.wait_for_selector(f'#outline [data-task="{first}"]')
    hands.page.wait_for_function("() => !document.querySelector('#outline [data-task=renamed_first]')")

    hands.page.wait_for_timeout(300)
    assert json.dumps(hands.text) == before


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "dark")])
def test_axe_finds_nothing_in_the_parts_of_the_editor(page_of, width, theme):
    page = page_of(width=width, theme=theme)
    hands = Hands(page)
    hands.open("/workflows/release.ship/edit")

    found = {"page": violations(page, within=PARTS)}
    if width > 640:
        hands.go("approve")
        page.wait_for_selector("#inspector [data-task=approve]")
        page.evaluate("() => document.querySelectorAll('#inspector details').forEach((d) => { d.open = true; })")
        found["inspector"] = violations(page, within=PARTS)
        hands.press("Shift+F10")
        found["menu"] = violations(page, within=PARTS)
        hands.press("Escape", "c")
        found["connect"] = violations(page, within=PARTS)
        hands.press("Escape", "?")
        found["keys"] = violations(page, within=PARTS)

    assert {place: what for place, what in found.items() if what} == {}
