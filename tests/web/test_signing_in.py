"""Signing in and out, and what a stranger sees."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import PASSWORD, words


def _token(client, path="/login"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


def _sign_in(client, login="alice", password=PASSWORD, **more):
    return client.post("/login", data={"csrf_token": _token(client), "login": login, "password": password, **more})


@pytest.mark.parametrize("path", ["/", "/runs", "/runs/1", "/workflows", "/packs", "/inbox", "/run/core.echo"])
def test_a_stranger_is_led_to_the_sign_in_page(visitor, path):
    answer = visitor.get(path)

    assert answer.status_code == 303
    assert answer.location.startswith("/login")


def test_signing_in_leads_back_to_where_one_wanted_to_go(visitor):
    asked = visitor.get("/runs?status=failed")

    answer = _sign_in(visitor, next="/runs?status=failed")

    assert "next=" in asked.location
    assert answer.location == "/runs?status=failed"


def test_a_poll_of_an_ended_session_leads_the_whole_page_to_the_sign_in_and_back(visitor):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/runs/7?task=a"}

    answer = visitor.get("/runs/7/live?version=old", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/runs/7?task%3Da"
    assert answer.data == b""


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(visitor, elsewhere):
    answer = _sign_in(visitor, next=elsewhere)

    assert answer.location == "/"


def test_a_wrong_password_says_so_and_keeps_the_login(visitor):
    answer = _sign_in(visitor, password="wrong")

    assert answer.status_code == 401
    assert "login or the password is wrong" in words(answer)
    assert 'value="alice"' in answer.text and "wrong\"" not in answer.text


def test_an_unknown_login_gets_the_same_words_as_a_wrong_password(visitor):
    assert words(_sign_in(visitor, login="nobody")) == words(_sign_in(visitor, login="nobody", password="x"))


def test_a_sign_in_without_the_form_token_is_refused(visitor):
    answer = visitor.post("/login", data={"login": "alice", "password": PASSWORD})

    assert answer.status_code == 400


def test_signing_out_ends_the_session(visitor):
    _sign_in(visitor)

    visitor.post("/logout", data={"csrf_token": _token(visitor, "/packs")})

    assert visitor.get("/runs").status_code == 303


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(visitor):
    answer = _sign_in(visitor)

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
