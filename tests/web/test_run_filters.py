"""The list of runs: its filters, and the views people keep of them."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import links, words


@pytest.fixture
def shown(alice):
    """The ids of the runs that an address of the list shows."""
    return lambda address: {int(link.split("/")[2]) for link in links(alice.get(address)) if re.fullmatch(r"/runs/\d+", link)}


@pytest.fixture
def two(run, finished):
    """A failed action and a workflow that succeeded."""
    return finished(run("core.fail", message="the disk is full")), finished(run("examples.hello"))


@pytest.mark.parametrize("text", ["disk is", "DISK", "the*full", "core.fa", "Fail"])
def test_text_is_looked_for_in_the_error_the_ref_and_the_label(two, shown, text):
    failed, fine = two

    found = shown(f"/runs?q={text}")

    assert failed in found and fine not in found


@pytest.mark.parametrize("text", ["100%", "_____", "nowhere"])
def test_only_a_star_stands_for_anything(two, shown, text):
    assert shown(f"/runs?q={text}") == set()


def test_the_list_is_narrowed_to_a_workflow_a_person_and_a_time(two, shown):
    failed, fine = two

    assert failed not in (of_workflow := shown("/runs?workflow=examples.hello")) and fine in of_workflow
    assert {failed, fine} <= shown("/runs?who=me&since=1h") == shown("/runs?who=alice&since=1h")
    assert shown("/runs?who=bob") == set() == shown("/runs?who=nobody-at-all")


def test_text_combines_with_the_other_filters_and_pages(two, shown):
    failed, _ = two

    assert failed in shown("/runs?q=disk&status=failed&who=me")
    assert failed not in shown("/runs?q=disk&status=completed")
    assert failed not in shown(f"/runs?q=disk&before={failed}")


def test_the_form_offers_what_there_is_and_keeps_what_was_chosen(alice, two):
    page = alice.get("/runs?workflow=gone.away&status=failed").text

    assert '<option value="gone.away" selected>' in page and '<option value="failed" selected>' in page
    assert '<option value="examples.hello">Hello' in page and '<option value="me">Me' in page


def test_a_view_is_kept_named_used_renamed_and_deleted_by_plain_forms(alice, two):
    saved = alice.post("/runs/views", {"name": "  Full   disks ", "q": "disk", "status": "failed", "odd": "x"})
    page = alice.get(saved.location)
    view_id = re.search(r'action="/runs/views/(\d+)/rename"', page.text)[1]

    assert saved.location == "/runs?q=disk&status=failed"
    assert re.search(r'<a href="/runs\?q=disk&amp;status=failed" aria-current="true">Full disks</a>', page.text)

    assert "Disks" in words(alice.post(f"/runs/views/{view_id}/rename", {"name": "Disks"}, follow_redirects=True))
    alice.post(f"/runs/views/{view_id}/delete", follow_redirects=True)
    assert "Disks" not in words(alice.get("/runs"))


def test_a_view_that_can_not_be_kept_says_why(alice):
    alice.post("/runs/views", {"name": "Once", "status": "failed"})

    assert "already" in words(alice.post("/runs/views", {"name": "Once", "q": "x"}, follow_redirects=True))
    assert "needs a name" in words(alice.post("/runs/views", {"name": " ", "q": "x"}, follow_redirects=True))


def test_views_are_each_person_s_own(alice, browser_of):
    alice.post("/runs/views", {"name": "Only mine", "status": "timeout"})
    view_id = re.search(r"/runs/views/(\d+)/rename", alice.get("/runs?status=timeout").text)[1]
    carol = browser_of("carol")

    assert "Only mine" not in words(carol.get("/runs"))
    assert carol.post(f"/runs/views/{view_id}/delete").status_code == 404
    assert "Only mine" in words(alice.get("/runs"))
