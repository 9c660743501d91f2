"""Where people get mail: set by themselves or by who has all their rights."""

from __future__ import annotations

import pytest

from app.persistence import session
from app.persistence.models import PermissionAssignment, PermissionSet


def test_people_set_their_own_address_and_take_it_back(bob):
    changed = bob.put("/auth/me", json={"email": "bob@example.org"})
    seen = bob.get("/auth/me")
    gone = bob.put("/auth/me", json={"email": None})

    assert [r.json["data"]["email"] for r in (changed, seen, gone)] == ["bob@example.org", "bob@example.org", None]


NO_ADDRESSES = (
    "", "bob", "bob@", "@example.org", "a b@example.org", "bob@example.org\nBcc: x@y.z", "bob@example..org",
    "böb@example.org", "bob@example.org, x@y.z",
)  # fmt: skip


@pytest.mark.parametrize("email", NO_ADDRESSES)
def test_what_is_no_address_is_refused(bob, email):
    answer = bob.put("/auth/me", json={"email": email})

    assert answer.status_code == 422
    assert bob.get("/auth/me").json["data"]["email"] is None


def test_an_administrator_sets_it_and_sees_it(alice):
    made = alice.post("/identities", json={"login": "zoe.mail", "email": "zoe@example.org"}).json["data"]

    changed = alice.put(f"/identities/{made['id']}", json={"email": "zoe@elsewhere.org"}).json["data"]

    assert (made["email"], changed["email"]) == ("zoe@example.org", "zoe@elsewhere.org")


def test_nobody_redirects_the_links_of_somebody_with_more_rights(alice, mallory):
    grants = [{"resource": "identities", "actions": ["read", "update"]}]
    with session.transaction() as tx:
        helpdesk = PermissionSet(ref="test.helpdesk", grants=grants)
        tx.session.add(helpdesk)
        tx.session.flush()
        tx.session.add(PermissionAssignment(identity_id=mallory.id, permission_set_id=helpdesk.id))

    answer = mallory.put(f"/identities/{alice.id}", json={"email": "mallory@example.org"})

    assert answer.status_code == 403
    assert alice.get("/auth/me").json["data"]["email"] is None
