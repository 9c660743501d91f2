"""The editor in a real browser: gestures are text edits, one history takes them all back, nothing is ever locked."""

from __future__ import annotations

import re
import time

import pytest

from app.queries import workflows as stored
from app.services import auth, drafts, identities, permissions, ports, workflows
from tests.browser.axe import violations
from tests.browser.conftest import PASSWORD
from tests.browser.test_editor_keyboard import comes_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RELEASE = "release.ship"
HALF_WAY = """selector => {
    const path = document.querySelector(selector), { x, y } = path.getPointAtLength(path.getTotalLength() / 2);
    const place = new DOMPoint(x, y).matrixTransform(path.getScreenCTM());
    return [place.x, place.y];
}"""
SMALL = """\
ref: examples.{name}
label: Small
version: 1.0.0

tasks:
  # the first of two
  - name: one
    action: core.echo
    input: {{message: "one"}}
    next:
      - when: succeeded()
        do: two

  - name: two
    action: core.echo
    input: {{message: "two"}}
"""


@pytest.fixture
def admin(site):
    return auth.check_password("admin", PASSWORD)


@pytest.fixture
def small(admin):
    """Makes a workflow of two tasks; answers its ref."""

    def make(name: str) -> str:
        ref = f"examples.{name}"
        workflows.create(body={"ref": ref, "pack_ref": "examples", "text": SMALL.format(name=name)}, by=admin)
        return ref

    return make


@pytest.fixture
def journey(admin):
    """A copy of the release in files of its own; answers its ref and its file."""
    text = stored.source_text(stored.get_workflow(ref=RELEASE, by=admin)["revision"]).replace(f"ref: {RELEASE}", "ref: release.journey")
    workflows.create_in_pack(pack_ref="release", body={"name": "journey", "text": text}, by=admin)
    yield "release.journey", ports.settings().home_path / "packs" / "release" / "workflows" / "journey.yaml"
    workflows.delete(ref="release.journey", by=admin)


def test_undoing_every_gesture_gives_identical_bytes(page_of, journey):
    ref, file = journey
    page = opened(page_of(), ref)
    before, bytes_before = text_of(page), file.read_bytes()
    assert before.encode() == bytes_before

    rename(page, "build", "wheel")
    drop(page, "core.echo", '.edge[data-from="checkout"][data-to="notes"] .hit')
    page.wait_for_selector('.edge[data-from="echo"][data-to="notes"]', state="attached")
    drag(page, '.pt[data-node="notes"][data-port="failed"]', '.n[data-task="withdraw"]')
    select(page, "smoke")
    page.keyboard.press("Delete")
    page.wait_for_selector('.n[data-task="smoke"]', state="detached")
    changed = text_of(page)
    assert "name: wheel" in changed and "task.build" not in changed and "name: smoke" not in changed
    assert "action: core.echo" in changed and "echo" in changed.partition("- name: checkout")[2].partition("- name:")[0]
    saves(page)
    assert file.read_bytes() == changed.encode()

    while page.is_enabled("[data-undo]"):
        page.click("[data-undo]")
    assert text_of(page) == before
    saves(page)

    assert file.read_bytes() == bytes_before
    page.wait_for_selector('.n[data-task="build"]')
    page.wait_for_selector('.n[data-task="smoke"]')


def test_a_broken_text_keeps_its_drawing_and_its_other_tasks(page_of):
    page = opened(page_of(), RELEASE)
    nodes = page.locator(".n").count()
    whole = text_of(page)

    put_text(page, whole.replace("action: release.build_wheel", "action: [release.build_wheel", 1))
    page.wait_for_selector("#canvas.is-stale")
    assert page.locator(".n").count() == nodes
    operate(page, {"op": "set_field", "path": ["tasks", "notes", "timeout"], "value": 17})
    assert "timeout: 17" in text_of(page)
    operate(page, {"op": "unset_field", "path": ["tasks", "notes", "timeout"]})

    put_text(page, text_of(page).replace("[release.build_wheel", "release.build_wheel", 1))
    page.wait_for_selector("#canvas:not(.is-stale)")
    assert text_of(page) == whole
    assert page.locator(".n").count() == nodes
    assert page.locator(".n.gone").count() == 0


def test_node_text_and_cursor_show_one_selection(page_of):
    page = opened(page_of(), RELEASE)

    select(page, "approve")
    line = int(re.search(r"Ln (\d+)", page.text_content("[data-place]"))[1])
    assert text_of(page).splitlines()[line - 1].strip() == "- name: approve"

    page.keyboard.press("ArrowDown")
    below = page.get_attribute(".n.sel", "data-task")
    assert below != "approve"
    assert page.locator(".cm-task.first").inner_text().strip() == f"- name: {below}"

    page.click(".cm-content")
    page.keyboard.press("Control+End")
    page.wait_for_selector(".n.sel", state="detached")
    page.click('.cm-line:has-text("output_map:")')
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    last = page.evaluate("main.store.analysis.outline.at(-1).name")
    page.wait_for_selector(f'.n.sel[data-task="{last}"]')


def test_an_edge_end_is_led_to_another_task(page_of, small):
    page = opened(page_of(), small("retarget"))
    operate(page, {"op": "add_task", "action": "core.noop", "name": "three"})
    page.click("[data-zoom=fit]")
    page.wait_for_timeout(400)

    end = page.evaluate("""() => {
        const { drawing, view, stage } = main.store.canvas, tip = drawing.tip(0), frame = stage.getBoundingClientRect();
        const { x, y } = view.inPane({ x: tip.x, y: tip.y - 6 });
        return [frame.left + x, frame.top + y];
    }""")
    drag_from(page, end, middle(page, '.n[data-task="three"]'))

    until(page, "main.store.text.includes('do: three')")
    assert "do: two" not in text_of(page)


def test_the_end_cap_of_do_fail_shows_its_transition_and_is_deleted(page_of, small):
    page = opened(page_of(), small("capped"))
    before = text_of(page)
    operate(page, {"op": "connect", "from": "two", "to": "fail", "kind": "failed"})

    page.click(".endcap text")
    page.wait_for_selector('#inspector [data-task="two"] ~ * .way[open] >> text=starts')
    assert page.get_attribute(".endcap", "class") == "endcap edge k-fail sel"
    page.keyboard.press("Delete")
    page.wait_for_selector(".endcap", state="detached")

    assert text_of(page) == before


def test_a_finger_finds_what_can_be_done_with_a_task(page_of, small):
    page = opened(page_of(width=390), small("by_finger"))

    page.click("[data-tab=add]")
    page.get_by_label("What to do with one").click()
    page.click("[role=menuitem] >> text=Duplicate")
    until(page, "main.store.analysis.outline.length === 3")
    page.click("[data-tab=graph]")
    page.click("[data-reh=step]")
    page.wait_for_selector("[data-reh=said] >> text=Step 1 of")

    assert page.is_visible("[data-reh=save]") and page.is_visible("[data-reh=to]") and page.is_visible("[data-reh=stop]")


def test_a_workflow_is_built_with_the_mouse_alone_and_runs(page_of, site, admin):
    """A branch, a question behind one way of it, items behind the question, and what handles a failure."""
    page = page_of()
    page.goto("/workflows")
    page.click("main >> text=New workflow")
    page.select_option("#pack", "examples")
    page.fill("#name", "by_mouse")
    page.click("text=Open the editor")
    until(page, "Boolean(window.main?.store?.analysed)")

    drop(page, "flow:decision", "[data-stage]")
    page.wait_for_selector('.n[data-task="when_no"]')
    drop(page, "flow:ask", '.n[data-task="when_yes"]')
    page.wait_for_selector('.n[data-task="ask"]')
    page.click('.n[data-task="ask"]')
    drop(page, "flow:each_item", '.pt[data-node="ask"][data-port="succeeded"]')
    page.wait_for_selector('.n[data-task="for_each"]')
    page.click('.n[data-task="decide"]')
    drop(page, "core.fail", '.pt[data-node="decide"][data-port="failed"]')
    page.wait_for_selector('.n[data-task="task_fail"]')
    drop(page, "core.noop", '.edge[data-from="when_yes"][data-to="ask"] .hit')
    page.wait_for_selector('.n[data-task="task_noop"]')
    edges = page.evaluate("main.store.analysis.graph.edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`)")
    assert set(edges) == {
        "decide custom when_yes", "decide custom when_no", "decide failed task_fail", "when_yes succeeded task_noop",
        "task_noop succeeded ask", "ask succeeded for_each",
    }  # fmt: skip
    page.click("[data-save]")
    page.wait_for_selector("text=/Saved \\d/")

    assert len(stored.get_workflow(ref="examples.by_mouse", by=admin)["definition"]["tasks"]) == 7
    assert comes_to(site, "examples.by_mouse") == "completed"


def test_several_tasks_are_copied_and_pasted(page_of, small):
    page = opened(page_of(), small("clipboard"))
    before = text_of(page)

    page.click('.n[data-task="one"]')
    page.click('.n[data-task="two"]', modifiers=["Shift"])
    assert page.locator(".n.sel").count() == 2
    page.keyboard.press("Control+d")
    until(page, "document.querySelectorAll('.n').length === 4")
    page.keyboard.press("Control+z")
    until(page, "document.querySelectorAll('.n').length === 2")

    assert text_of(page) == before


def test_a_draft_is_kept_and_taken_up_again(page_of, small):
    page = opened(page_of(), ref := small("draft"))
    put_text(page, text_of(page) + "# not finished [\n")
    page.wait_for_selector("text=/Draft saved \\d/", timeout=8000)
    page.reload()
    until(page, "Boolean(window.main?.store?.analysed)")

    assert text_of(page).endswith("# not finished [\n")
    page.click("text=Go back to what is saved")
    until(page, "!main.store.text.includes('not finished')")
    assert text_of(page) == SMALL.format(name="draft")
    assert ref in page.url


def test_saving_makes_a_revision_of_the_very_bytes(page_of, small, admin):
    page = opened(page_of(), ref := small("saved"))
    put_text(page, text_of(page).replace('"two"', "'zwei'"))
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=/Saved \\d/")

    found = stored.get_workflow(ref=ref, by=admin)
    assert stored.source_text(found["revision"]) == SMALL.format(name="saved").replace('"two"', "'zwei'")
    assert page.is_disabled("[data-save]")


def test_who_saves_second_sees_both_and_overwrites_nothing(page_of, small, admin):
    page = opened(page_of(watched=False), ref := small("second"))
    theirs = SMALL.format(name="second").replace('"one"', '"uno"')
    workflows.update(ref=ref, body={"text": theirs}, by=admin)
    put_text(page, text_of(page).replace('"two"', '"due"'))
    page.wait_for_selector("text=/Draft saved \\d/", timeout=8000)

    page.click("[data-save]")
    page.wait_for_selector("dialog.conflict")
    assert "uno" in page.text_content("dialog.conflict") and "due" in page.text_content("dialog.conflict")
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.url.endswith("/drafts/mine")):
        page.click("dialog.conflict >> text=Save this")
    page.wait_for_selector("text=/Saved \\d/")

    found = stored.get_workflow(ref=ref, by=admin)
    assert stored.source_text(found["revision"]) == theirs.replace('"two"', '"due"')
    opened(page, ref)
    assert page.is_disabled("[data-save]"), "the draft from before the merge is not taken up again"


def test_a_rehearsal_goes_step_by_step_and_answers_what_if(page_of, small):
    page = opened(page_of(), small("rehearsed"))

    page.click("[data-reh=step]")
    page.wait_for_selector("text=Step 1 of 2:")
    assert "one succeeded, two is next." in page.text_content("[data-reh=said]")
    assert page.locator(".edge.taken").count() > 0
    page.click("[data-reh=what]")
    page.wait_for_selector("text=Step 1 of 1:")
    assert "the run has failed" in page.text_content("[data-reh=said]")


def test_a_rehearsal_becomes_a_test_of_the_pack(page_of, small):
    page = opened(page_of(), small("tested"))
    clock = '{{ now() }} {{ pack.config.signature }}'
    put_text(page, text_of(page).replace('"two"', f'"{clock}"') + 'output_map:\n  told: "{{ task.two.stdout | trim }}"\n')

    page.click("[data-reh=step]")
    page.wait_for_selector("text=Step 1 of 2:")
    page.click("[data-reh=save]")
    page.fill("dialog input >> nth=0", "both_run")
    page.click("text=Save the test")
    page.wait_for_selector("text=Saved as tests/tested/both_run.yaml. It passes.")
    kept = (ports.settings().home_path / "packs" / "examples" / "tests" / "tested" / "both_run.yaml").read_text("utf-8")
    assert "now: '20" in kept and "signature: the examples pack" in kept

    page.wait_for_selector("[data-tests] >> text=1 of 1 test")
    select(page, "one")
    page.wait_for_selector("#inspector .way >> text=1 test")


def test_completion_offers_what_fits(page_of, small):
    page = opened(page_of(), small("completed"))

    page.click('.cm-line:has-text("action: core.echo") >> nth=0')
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("timeo", delay=40)
    page.wait_for_selector(".cm-tooltip-autocomplete >> text=timeout")
    page.wait_for_timeout(200)  # an answer that came this moment is not taken by a key meant for the text
    page.keyboard.press("Enter")

    until(page, "main.store.text.includes('    action: core.echo\\n    timeout: \\n')")


def test_a_run_starts_from_the_editor_with_what_is_in_it(page_of, small, admin):
    page = opened(page_of(), ref := small("run_here"))
    put_text(page, text_of(page).replace('"two"', '"changed"'))

    page.click("[data-run]")
    page.wait_for_selector("dialog.run-sheet form")
    with page.context.expect_page() as opening:
        page.click("dialog.run-sheet form button:not(.vh)")

    run = opening.value
    run.wait_for_url("**/runs/*")
    assert stored.source_text(stored.get_workflow(ref=ref, by=admin)["revision"]) == text_of(page)


def test_who_else_has_it_open_is_told(page_of, small, admin):
    ref = small("two_people")
    identities.create(login="mara", display_name="Mara Klein", password=PASSWORD, attributes={}, by=admin)
    permissions.assign(identity_id=None, identity_login="mara", permission_set_ref="core.admin", by=admin)
    drafts.note_presence(ref=ref, by=auth.check_password("mara", PASSWORD))
    page = opened(page_of(), ref)

    page.wait_for_selector("text=Mara Klein has it open too")


def test_without_scripts_the_text_is_saved_by_a_form(page_of, small, admin):
    page = page_of(javascript=False)
    ref = small("plain")
    page.goto(f"/workflows/{ref}/edit")
    page.fill("#plain-text", SMALL.format(name="plain").replace("label: Small", "label: Smaller"))
    page.click(".plain-editor button >> nth=0")

    assert stored.get_workflow(ref=ref, by=admin)["label"] == "Smaller"
    assert stored.source_text(stored.get_workflow(ref=ref, by=admin)["revision"]).count("\r") == 0


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "dark")])
def test_axe_finds_nothing_in_the_editor(page_of, width, theme):
    page = opened(page_of(width=width, theme=theme), RELEASE)
    found = {}
    for name, act in (("open", lambda: select(page, "approve")), ("rehearsing", lambda: page.click("[data-reh=step]"))):
        act()
        page.wait_for_timeout(500)
        found[name] = violations(page)

    assert found == {"open": {}, "rehearsing": {}}
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def opened(page, ref):
    page.goto(f"/workflows/{ref}/edit")
    until(page, "Boolean(window.main?.store?.analysed && document.querySelector('.n'))")
    return page


def until(page, expression, argument=None, seconds=10):
    """Wait until it holds; the page's policy forbids the polling that Playwright would do inside."""
    expected = time.monotonic() + seconds
    while not page.evaluate(expression, argument):
        assert time.monotonic() < expected, expression
        page.wait_for_timeout(50)


def text_of(page):
    return page.evaluate("main.store.text")


def put_text(page, text):
    """As if typed: one step of the text pane's history."""
    page.evaluate("text => main.store.setText(text, { origin: 'test' })", text)
    until(page, "main.store.analysed === main.store.text")


def operate(page, operation):
    page.evaluate("operation => main.store.operate(operation)", operation)


def select(page, task):
    page.evaluate("task => main.store.select({ task }, { origin: 'test' })", task)
    page.wait_for_timeout(300)  # it is led into sight
    page.evaluate("task => document.querySelector(`.n[data-task=\"${task}\"]`).focus()", task)


def rename(page, task, to):
    """As an author does: a click on the node, the new name in the inspector."""
    select(page, task)
    page.click(f'.n[data-task="{task}"]')
    page.wait_for_selector(f'#inspector [data-task="{task}"]')
    page.fill("#in-name", to)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.n[data-task="{to}"]')


def saves(page):
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/workflows/" in answer.url and "/drafts/" not in answer.url) as saving:
        page.click("[data-save]")
    assert saving.value.ok, saving.value.text()
    page.wait_for_selector("[data-save]:disabled")


def middle(page, selector):
    box = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drop(page, key, onto):
    page.hover(f'#palette [data-key="{key}"]')
    page.mouse.down()
    x, y = page.evaluate(HALF_WAY, onto) if onto.endswith(".hit") else middle(page, onto)
    page.mouse.move(x + 3, y + 3, steps=4)
    page.mouse.move(x, y)
    page.mouse.up()
    page.wait_for_timeout(300)


def drag(page, selector, onto):
    select(page, re.search('data-node="([^"]+)"', selector)[1])
    drag_from(page, middle(page, selector), middle(page, onto))


def drag_from(page, start, end):
    before = text_of(page)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    until(page, "before => main.store.text !== before", before)
