"""From somebody's workflow to an own one: the copy, and the guide that ticks what has happened."""

from __future__ import annotations

import re
from pathlib import Path

from app.services import drafts, own_copies, ports
from app.services.auth import check_password
from app.web.guide_page import Outline, guide_steps, outline
from tests.web.conftest import PASSWORD, links, words


def _done(page) -> list[str]:
    return re.findall(r'<li class="done">.*?</span>([A-Z][a-z ]+)</li>', page.text)


def test_a_copy_goes_into_the_own_pack_and_opens_in_the_editor_with_the_guide(alice):
    assert "/workflows/examples.hello/copy" in links(alice.get("/workflows/examples.hello"))

    answer = alice.post("/workflows/examples.hello/copy", {"name": "greeting"})
    page = alice.get(answer.location)

    assert answer.location == "/workflows/my_alice.greeting/edit?guide=1"
    assert 'id="guide"' in page.text and "my_alice.greeting" in page.text
    files = list(Path(ports.settings().home_path).rglob("greeting*.yaml"))
    assert files and "ref: my_alice.greeting\n" in "".join(file.read_text() for file in files)


def test_a_second_copy_is_offered_another_name_and_a_taken_or_odd_one_is_refused(alice):
    alice.post("/workflows/examples.parallel/copy", {"name": "parallel"})

    assert 'value="parallel_2"' in alice.get("/workflows/examples.parallel/copy").text
    assert alice.post("/workflows/examples.parallel/copy", {"name": "parallel"}).status_code == 422
    assert alice.post("/workflows/examples.parallel/copy", {"name": "../etc"}).status_code == 422


def test_everything_but_the_ref_is_copied_byte_for_byte(alice):
    by = check_password("alice", PASSWORD)
    text = "# mine\nref: examples.hello   # the ref\nlabel: Kept\nversion: 1.0.0\ntasks:\n  - name: a\n    action: core.noop\n"

    made = own_copies.make(name="bytes", text=text, by=by)

    assert _stored(made) == text.replace("examples.hello", made)


def _stored(ref: str) -> str:
    from app.queries import workflows

    found = workflows.get_workflow(ref=ref, by=check_password("alice", PASSWORD))
    return workflows.source_text(found["revision"]) or ""


def test_the_guide_ticks_each_step_when_it_happened(alice, run, finished):
    ref = "my_alice.guided"
    alice.post("/workflows/examples.hello/copy", {"name": "guided"})
    guide = f"/workflows/{ref}/guide"
    assert _done(alice.poll(guide)) == []

    changed = re.sub(r"label: .*", "label: Good morning", _stored(ref))
    drafts.keep(ref=ref, text=changed, by=check_password("alice", PASSWORD))
    assert _done(alice.poll(guide)) == ["Rename it"]

    alice.poll(f"{guide}?rehearsed=1")
    assert _done(alice.poll(guide)) == ["Rename it", "Rehearse"]

    changed = changed.replace("tasks:\n", "tasks:\n  - name: more\n    action: core.noop\n", 1)
    drafts.keep(ref=ref, text=changed, by=check_password("alice", PASSWORD))
    assert alice.post(f"/workflows/{ref}/edit", {"text": changed}).status_code == 303
    finished(run(ref))
    assert "All done" in words(alice.poll(guide))


def test_steps_are_told_in_their_order_with_one_present_one():
    steps = guide_steps(first=Outline("A", 1), present=Outline("A", 2), rehearsed=False, saved=True, ran=False)

    assert [step.done for step in steps] == [False, True, False, True, False]
    assert [step.now for step in steps] == [True, False, False, False, False]
    assert outline("tasks: [").label == ""


def test_who_may_not_is_told_so_and_makes_nothing(browser_of, alice):
    carol = browser_of("carol")

    assert "/workflows/examples.hello/copy" not in links(carol.get("/workflows/examples.hello"))
    assert "You may not make workflows of your own" in words(carol.get("/workflows/examples.hello/copy"))
    assert carol.post("/workflows/examples.hello/copy", {"name": "x"}).status_code == 422
