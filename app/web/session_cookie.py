"""The browser's session: a signed cookie, whose time begins anew with what a page brings and not with each idle poll."""

from __future__ import annotations

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.web.fragments import UNCHANGED


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, but for polls that bring nothing: signing costs more than the answer.

    An answer that was under way while somebody signed out would also sign them in again.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if response.status_code == UNCHANGED and not session.modified:
            return
        super().save_session(app, session, response)
