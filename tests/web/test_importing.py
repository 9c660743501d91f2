"""The import page: paste or upload, look at the notes and the drawing, create the workflow. No JavaScript."""

from __future__ import annotations

import html
import io
import re

SOURCE = """\
version: 1.0
tasks:
  greet:
    action: core.echo message="<script>alert(1)</script>"
    next: [{do: wave}]
  wave: {action: core.noop, delay: <% random() %>}
"""


def _made(page: str) -> str:
    found = re.search(r'<textarea id="made"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1].removeprefix("\n"))


def test_the_list_leads_to_the_form(alice):
    assert 'href="/workflows/import"' in alice.get("/workflows").text
    assert alice.get("/workflows/import").status_code == 200


def test_a_pasted_workflow_is_shown_with_its_drawing_and_notes_beside_their_lines(alice):
    page = alice.post("/workflows/import", {"pack_ref": "examples", "name": "greet", "text": SOURCE}).text

    assert "ref: examples.greet" in _made(page)
    assert re.search(r"<svg.*wave.*</svg>", page, re.DOTALL)
    assert 'href="#line-6"' in page
    assert 'id="line-6" class="import-line error"' in page
    assert "<script>alert(1)" not in page


def test_an_uploaded_file_wins_over_the_box(alice):
    sent = {
        "pack_ref": "examples",
        "text": "tasks: {no: {}}",
        "file": (io.BytesIO(SOURCE.encode()), "x.yaml"),
    }

    assert "name: greet" in _made(
        alice.post("/workflows/import", sent, content_type="multipart/form-data").text
    )


def test_create_saves_it(alice):
    page = alice.post("/workflows/import", {"pack_ref": "examples", "name": "greeting", "text": SOURCE}).text
    answer = alice.post(
        "/workflows/import/create",
        {"pack_ref": "examples", "ref": "examples.greeting", "made": _made(page), "text": SOURCE},
    )

    assert (answer.status_code, answer.location) == (303, "/workflows/examples.greeting")
    assert alice.get("/workflows/examples.greeting").status_code == 200


def test_what_can_not_be_saved_is_said_and_the_text_is_kept(alice):
    sent = {
        "pack_ref": "examples",
        "name": "broken",
        "ref": "examples.broken",
        "made": "version: 1\ntasks: [{name: a, on_success: b}]",
        "text": SOURCE,
    }
    answer = alice.post("/workflows/import/create", sent)

    assert answer.status_code == 422
    assert _made(answer.text) == sent["made"]
    assert "can&#39;t be saved" in answer.text or "can’t be saved" in answer.text


def test_an_empty_form_says_what_is_missing(alice):
    answer = alice.post("/workflows/import", {"pack_ref": "examples", "text": " "})

    assert answer.status_code == 422
    assert "Paste the workflow file" in answer.text


def test_who_may_not_create_workflows_is_told_so(browser_of):
    carol = browser_of("carol")
    answer = carol.post(
        "/workflows/import/create",
        {"pack_ref": "examples", "ref": "examples.x", "made": "version: 1", "text": SOURCE},
    )

    assert answer.status_code == 422
    assert carol.get("/workflows").status_code == 200


def test_a_visitor_is_led_to_sign_in(visitor):
    assert visitor.get("/workflows/import").status_code == 303
