"""Headers, form tokens, and hostile text on every page."""

from __future__ import annotations

import re

import pytest

from app.web.markdown import rendered

PAGES = ("/", "/runs", "/workflows", "/workflows/examples.tour", "/workflows/examples.tour/edit", "/workflows/new", "/packs", "/packs/examples", "/inbox", "/run/examples.tour", "/no-such-page")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_a_strict_content_policy(alice, path):
    policy = alice.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_inline_script_or_style(alice, path):
    html = alice.get(path).text

    assert not re.search(r"<[^>]+\sstyle=", html)
    assert not re.search(r"<[^>]+\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html) and "<style" not in html


@pytest.mark.parametrize("path", PAGES)
def test_no_page_loads_anything_from_elsewhere(alice, path):
    sources = re.findall(r'(?:src|<link[^>]+href)="([^"]+)"', alice.get(path).text)

    assert sources and all(source.startswith("/static/") for source in sources)


@pytest.mark.parametrize("path", ["/runs/1/cancel", "/runs/1/pause", "/inbox/1/answer", "/run/core.echo", "/logout", "/theme"])
def test_a_post_without_the_form_token_is_refused(alice, path):
    answer = alice.client.post(path, data={})

    assert answer.status_code == 400
    assert "without its token" in answer.text


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![x](https://spy.example/p.png)", "<style>*{}</style>"],
)
def test_markdown_of_an_author_can_neither_run_nor_report(text):
    html = str(rendered(text))

    assert not re.search(r"<(script|img|style)", html)
    assert 'href="javascript' not in html


def test_markdown_keeps_what_authors_need():
    html = str(rendered("**bold**, `code`\n\n- one\n\n[page](https://a.example)\n\n| a | b |\n|---|---|\n| 1 | 2 |"))

    for part in ("<strong>bold</strong>", "<code>code</code>", "<li>one</li>", 'href="https://a.example"', "<td>1</td>"):
        assert part in html


def test_a_run_s_hostile_input_is_shown_as_text(alice, run, finished):
    execution_id = finished(run("core.echo", message="</pre><script>alert(1)</script>"))

    html = alice.get(f"/runs/{execution_id}?tab=variables").text

    assert "<script>alert" not in html and "&lt;script&gt;alert" in html
