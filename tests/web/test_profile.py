"""One's own profile: name, mail address, theme, password and tokens; only one's own."""

from __future__ import annotations

import re

import pytest

from app.services import auth, identities
from tests.web.conftest import PASSWORD, words


@pytest.fixture
def nora(server, browser_of):
    """Somebody new without any rights, so that a changed password hurts nobody else."""
    admin = auth.check_password("alice", PASSWORD)
    found = identities.create(login="nora", display_name="Nora", password=PASSWORD, attributes={}, by=admin)
    yield browser_of("nora")
    identities.delete(identity_id=found, by=admin)


def test_the_menu_leads_to_the_profile_and_everybody_has_one(nora):
    assert 'href="/profile"' in nora.get("/packs").text
    assert "You sign in as nora" in words(nora.get("/profile")) and "no permission set" in words(nora.get("/profile"))


def test_name_and_mail_address_are_saved_and_what_is_no_address_is_kept_in_the_form(nora):
    saved = nora.post("/profile", {"display_name": "Nora N.", "email": "nora@example.org"}, follow_redirects=True)
    refused = nora.post("/profile", {"display_name": "Nora X", "email": "nowhere"})

    assert "Nora N." in words(saved) and 'value="nora@example.org"' in saved.text
    assert refused.status_code == 422 and 'value="nowhere"' in refused.text and "mail address is none" in words(refused)
    assert 'value="nora@example.org"' in nora.get("/profile").text


def test_the_password_is_changed_only_with_the_current_one_and_ends_other_sessions(nora, browser_of):
    other, new = browser_of("nora"), "another horse battery"

    wrong = nora.post("/profile/password", {"current": "guess", "new": new, "again": new})
    unlike = nora.post("/profile/password", {"current": PASSWORD, "new": new, "again": "x" * 9})
    short = nora.post("/profile/password", {"current": PASSWORD, "new": "short", "again": "short"})
    assert [page.status_code for page in (wrong, unlike, short)] == [422] * 3
    assert "not right" in words(wrong) and "not the same" in words(unlike) and "8 to 128" in words(short)

    assert nora.post("/profile/password", {"current": PASSWORD, "new": new, "again": new}).status_code == 303
    assert nora.get("/profile").status_code == 200 and other.get("/profile").location.startswith("/login")
    assert auth.check_password("nora", new).login == "nora"


def test_a_token_is_shown_once_signs_in_and_is_revoked(nora):
    made = nora.post("/profile/tokens", {"label": "nightly job", "days": "30"})
    token = re.search(r'id="new-token" readonly value="([^"]+)"', made.text)[1]

    listed = nora.get("/profile")
    assert "nightly job" in words(listed) and "until" in words(listed) and token not in listed.text
    assert auth.token_login(token=token)["user"]["login"] == "nora"

    revoke = re.search(r'action="(/profile/tokens/\d+/revoke)"', listed.text)[1]
    assert nora.post(revoke).status_code == 303 and "nightly job" not in words(nora.get("/profile"))
    with pytest.raises(Exception, match="revoked"):
        auth.token_login(token=token)


def test_nobody_revokes_the_token_of_somebody_else(nora, alice):
    made = nora.post("/profile/tokens", {"label": "mine", "days": ""})
    revoke = re.search(r'action="(/profile/tokens/\d+/revoke)"', made.text)[1]

    assert alice.post(revoke).status_code == 404 and "mine" in words(nora.get("/profile"))


def test_the_theme_is_chosen_and_left_to_the_system(nora):
    assert 'data-bs-theme="dark"' in nora.post("/theme", {"theme": "dark", "back": "/profile"}, follow_redirects=True).text
    assert "data-bs-theme" not in nora.post("/theme", {"theme": "", "back": "/profile"}, follow_redirects=True).text
