"""How much a live update costs on the wire."""

from __future__ import annotations

import gzip
import re

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


def test_a_live_update_leaves_out_what_the_browser_has(alice, run):
    execution_id = run("examples.tour")
    eventually(lambda: "waits for an answer" in words(alice.get(f"/runs/{execution_id}")))
    address = _polled(alice.get(f"/runs/{execution_id}").text)

    same = alice.poll(address.replace("version=", "version=old")).text

    assert '<a id="node-checkout" data-same></a>' in same
    assert '<g id="edge-0" data-same></g>' in same


def test_a_live_update_of_16_tasks_takes_less_than_5_kb_with_a_panel_open(alice, run):
    execution_id = run("release.ship")
    address = _polled(alice.get(f"/runs/{execution_id}").text)
    eventually(lambda: "Put it live" in alice.get(f"/runs/{execution_id}").text or "Answer the question" in alice.get(f"/runs/{execution_id}").text)

    late = alice.get(address, headers={"HX-Request": "true", "Accept-Encoding": "gzip"})

    assert len(late.data) < 5_000


def _polled(page):
    return re.search(r'hx-get="(/runs/[^"]+/live[^"]*)"', page)[1].replace("&amp;", "&")
