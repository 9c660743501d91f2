"""How much a live update costs on the wire."""

from __future__ import annotations

import gzip

from tests.web.conftest import eventually, words


def test_a_live_update_of_a_dozen_tasks_takes_less_than_5_kb(alice, run):
    execution_id = run("examples.tour")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))

    headers = {"HX-Request": "true", "Accept-Encoding": "gzip"}
    answer = alice.get(f"/runs/{execution_id}/live?version=old", headers=headers)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 5_000
    assert b"node-checkout" in gzip.decompress(answer.data)


def test_a_browser_that_does_not_take_gzip_gets_plain_text(alice):
    answer = alice.get("/workflows")

    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_style_sheets_are_compressed_too(alice):
    answer = alice.get("/static/vendor/tabler-core-1.6.1/tabler.trimmed.css", headers={"Accept-Encoding": "gzip"})

    assert len(answer.data) < 40_000
