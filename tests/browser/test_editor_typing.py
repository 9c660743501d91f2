"""Typing in the editor: what is asked of the server, what is said about a place, how one leaves with unsaved work."""

from __future__ import annotations

import pytest

from app.services import auth, workflows
from tests.browser.conftest import PASSWORD
from tests.browser.test_editor import opened, put_text, text_of, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXT = """\
ref: examples.{name}
label: Typed
version: 1.0.0

tasks:
  - name: one
    action: core.echo
    input: {{message: "one"}}
    next:
      - when: succeeded()
        do: second

  - name: second
    action: core.echo
    input: {{message: "second"}}
"""


PARALLEL = """
  - name: group
    type: parallel
    tasks:
      - name: inner
        action: core.noop
      - name: other
        action: core.noop
"""
# Counts what is asked about a text, by its kind, and how many questions are under way at a time.
COUNTED = """() => {
    const send = window.fetch;
    let open = 0;
    window.asked = { analyse: 0, edit: 0, most: 0 };
    window.fetch = async (address, options) => {
        const kind = String(address).split("/").at(-1);
        if (!(kind in asked)) return send(address, options);
        asked[kind] += 1;
        open += 1;
        asked.most = Math.max(asked.most, open);
        return send(address, options).finally(() => { open -= 1; });
    };
}"""
NEW_PARTS = "[...document.querySelectorAll('svg.g > [id]')].filter((part) => !part.was).map(({ id }) => id)"


@pytest.fixture
def typed(site):
    """Makes a workflow of two tasks; answers its ref."""
    by = auth.check_password("admin", PASSWORD)

    def make(name):
        workflows.create(body={"ref": f"examples.{name}", "pack_ref": "examples", "text": TEXT.format(name=name)}, by=by)
        return f"examples.{name}"

    return make


def test_a_burst_of_keys_is_one_question_about_the_newest_text(page_of, typed):
    page = opened(page_of(), typed("burst"))
    page.evaluate(COUNTED)

    page.evaluate("""() => {
        for (let n = 0; n < 40; n += 1) main.store.setText(main.store.text.replace(/second.*"}/, `second ${n}"}`), { origin: "test" });
    }""")
    until(page, "main.store.analysed === main.store.text")

    assert 'message: "second 39"' in text_of(page)
    assert page.evaluate("asked") == {"analyse": 1, "edit": 0, "most": 1}


def test_while_one_types_on_there_is_one_question_at_a_time(page_of, typed):
    page = opened(page_of(), typed("typed_on"))
    page.evaluate(COUNTED)
    page.click('.cm-line:has-text("label: Typed")')
    page.keyboard.press("End")

    page.keyboard.type(" on and on and on")
    until(page, "main.store.analysed === main.store.text")

    assert "label: Typed on and on and on" in text_of(page)
    assert page.evaluate("asked.most") == 1


def test_a_gesture_is_one_question_and_a_drawing_that_stays_keeps_its_elements(page_of, typed):
    page = opened(page_of(), typed("gesture"))
    page.evaluate(COUNTED)
    page.evaluate("for (const part of document.querySelectorAll('svg.g > [id]')) part.was = true")

    page.evaluate("main.store.operate({ op: 'set_field', path: ['tasks', 'second', 'timeout'], value: 17 })")
    assert "timeout: 17" in text_of(page) and page.evaluate("main.store.analysed === main.store.text")
    assert page.evaluate(NEW_PARTS) == []

    page.evaluate("main.store.operate({ op: 'set_field', path: ['tasks', 'second', 'action'], value: 'core.noop' })")
    assert page.evaluate(NEW_PARTS) == ["node-second"]
    assert page.locator("#node-second .sub").text_content() == "core.noop"
    assert page.evaluate("asked") == {"analyse": 0, "edit": 2, "most": 1}


def test_the_next_problem_is_a_key_away_and_so_is_its_way_out(page_of, typed):
    page = opened(page_of(), typed("wrong"))
    put_text(page, text_of(page).replace("do: second", "do: secnod").replace('input: {message: "second"}', "inptu: {}"))
    until(page, "main.store.analysis.problems.length >= 2")
    page.click('.cm-line:has-text("label: Typed")')

    page.keyboard.press("F8")
    assert page.locator(".cm-activeLine").inner_text().strip() == "do: secnod"
    page.locator(".cm-content .fix").get_by_text("secnod", exact=False).first.wait_for()
    page.keyboard.press("F8")
    assert page.locator(".cm-activeLine").inner_text().strip() == "inptu: {}"
    page.keyboard.press("F8")
    assert page.locator(".cm-activeLine").inner_text().strip() == "do: secnod"

    page.keyboard.press("Alt+Enter")
    until(page, "main.store.text.includes('do: second')")
    until(page, "main.store.analysed === main.store.text && !main.store.analysis.problems.some(({ line }) => line === 11)")
    page.keyboard.press("Control+z")
    assert "do: secnod" in text_of(page)


def test_parallel_tasks_are_closed_by_mouse_and_keyboard_and_the_text_stays(page_of, typed):
    page = opened(page_of(), typed("closed"))
    put_text(page, text_of(page) + PARALLEL)
    before = text_of(page)

    page.click('.n[data-task="group"] [data-fold]')
    until(page, "!document.querySelector('.n[data-task=inner]')")
    assert page.get_attribute('#outline [data-task="group"]', "aria-expanded") == "false"
    page.fill("[data-find]", "inner")
    page.keyboard.press("Enter")
    until(page, "main.store.selection.task === 'inner'")
    assert page.get_attribute(".n.sel", "data-task") == "group"

    page.focus('.n[data-task="group"]')
    page.keyboard.press("o")
    page.wait_for_selector('.n[data-task="inner"]')
    page.keyboard.press("Shift+O")
    until(page, "!document.querySelector('.n[data-task=inner]')")
    page.focus('#outline [data-task="group"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('.n[data-task="inner"]')
    assert text_of(page) == before and page.evaluate("main.store.depth().undo") == 1


def test_words_about_a_key_come_under_the_pointer(page_of, typed):
    page = opened(page_of(), typed("words"))
    key = page.locator('.cm-line:has-text("action: core.echo")').first.bounding_box()

    page.mouse.move(key["x"] + 50, key["y"] + key["height"] / 2)
    page.mouse.move(key["x"] + 56, key["y"] + key["height"] / 2, steps=3)

    page.wait_for_selector(".cm-tooltip .cm-docs")
    assert page.locator(".cm-tooltip .cm-docs b").inner_text() == "action"


def test_a_task_goes_to_another_workflow_through_the_clipboard(page_of, typed):
    page = page_of()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, typed("copied_from"))
    page.click('.n[data-task="one"]')
    page.keyboard.press("Control+c")

    opened(page, typed("copied_to"))
    before = text_of(page)
    page.click('.n[data-task="second"]')
    page.keyboard.press("Control+v")

    until(page, "document.querySelectorAll('.n').length === 3")
    assert text_of(page).startswith(before.rstrip("\n"))
    added = text_of(page).removeprefix(before.rstrip("\n"))
    assert 'message: "one"' in added and "name: one_2" in added
    page.keyboard.press("Control+z")
    until(page, "before => main.store.text === before", before)


def test_a_cut_task_can_be_put_back_with_its_very_bytes(page_of, typed):
    page = page_of()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, typed("cut"))
    page.click('.n[data-task="second"]')
    page.keyboard.press("Control+x")
    until(page, "document.querySelectorAll('.n').length === 1")

    page.click('.n[data-task="one"]')
    page.keyboard.press("Control+v")

    until(page, "document.querySelectorAll('.n').length === 2")
    assert '  - name: second\n    action: core.echo\n    input: {message: "second"}\n' in text_of(page)


def test_who_leaves_with_unsaved_work_is_asked(page_of, typed):
    page = opened(page_of(), typed("left"))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.click('.cm-line:has-text("label: Typed")')
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.close(run_before_unload=True)
    until_asked(page, asked)

    assert asked == ["beforeunload"]
    assert "label: Typed!" in text_of(page)  # it is still there


def test_who_leaves_with_everything_saved_is_not_asked(page_of, typed):
    page = opened(page_of(), typed("left_saved"))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.click('.cm-line:has-text("label: Typed")')
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-save]:disabled")

    page.goto("/workflows")

    assert asked == []


def until_asked(page, asked):
    for _ in range(100):
        if asked:
            return
        page.wait_for_timeout(50)
