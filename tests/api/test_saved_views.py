"""Saved views over REST: each person's own, checked when they are written."""

from __future__ import annotations

import pytest

URL = "/api/v1/saved-views"


def test_a_view_is_made_listed_changed_and_deleted(alice):
    made = alice.post(URL, json={"name": "Failed", "filters": {"status": "failed", "q": ""}}).json["data"]
    changed = alice.put(f"{URL}/{made['id']}", json={"name": "Failed lately", "filters": {"status": "failed", "since": "7d"}})

    assert made["filters"] == {"status": "failed"}
    assert changed.json["data"]["name"] == "Failed lately"
    assert [view["name"] for view in alice.get(URL).json["items"]] == ["Failed lately"]
    assert alice.delete(f"{URL}/{made['id']}").json["success"]
    assert alice.get(f"{URL}/{made['id']}").status_code == 404


def test_nobody_sees_or_changes_the_views_of_others(alice, bob):
    made = alice.post(URL, json={"name": "Mine", "filters": {}}).json["data"]

    assert bob.get(URL).json["items"] == []
    answers = [bob.get(f"{URL}/{made['id']}"), bob.put(f"{URL}/{made['id']}", json={"name": "x"}), bob.delete(f"{URL}/{made['id']}")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "", "filters": {}}, 422),
        ({"name": "x" * 61, "filters": {}}, 422),
        ({"name": "odd", "filters": {"colour": "red"}}, 422),
        ({"name": "taken", "filters": {}}, 409),
    ],
)
def test_what_can_not_be_kept_is_refused(alice, body, status):
    alice.post(URL, json={"name": "taken", "filters": {}})

    assert alice.post(URL, json=body).status_code == status
