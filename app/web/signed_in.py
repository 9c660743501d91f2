"""Who looks at a page: the caller behind the browser's session, read once per request."""

from __future__ import annotations

from flask import g, request, session, url_for
from werkzeug.wrappers import Response

from app.engine.access import Caller
from app.engine.errors import Unauthenticated
from app.services import auth
from app.web.fragments import lead_to, shown_path


def caller() -> Caller:
    """The caller of this request. Raises Unauthenticated when nobody is signed in."""
    found = caller_or_none()
    if found is None:
        raise Unauthenticated("Sign in to see this page.")
    return found


def caller_or_none() -> Caller | None:
    if "caller" not in g:
        g.caller = _from_session()
    found: Caller | None = g.caller
    return found


def identity_of_session() -> int | None:
    """Whose session the browser sent, without a look whether it still holds."""
    found = session.get("identity")
    return found if isinstance(found, int) else None


def remember(by: Caller) -> None:
    """Make the browser's session the caller's. What the session held before is forgotten."""
    session.clear()
    session.permanent = True
    session["identity"] = by.identity_id
    session["mark"] = auth.session_mark(by.identity_id)
    g.caller = by


def forget() -> None:
    session.clear()
    g.caller = None


def to_sign_in() -> Response:
    """The way to the sign-in page and back again."""
    asked = request.full_path.rstrip("?") if request.method == "GET" else None
    back = own_path(shown_path() or asked)
    return lead_to(url_for("signing_in.form", next=back if back != "/" else None))


def own_path(text: str | None) -> str | None:
    """The text when it is a path of this site; never another site's address."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or "\\" in text or "\n" in text:
        return None
    return text


def _from_session() -> Caller | None:
    if "identity" not in session:
        return None
    try:
        return auth.caller_of_session(identity_id=session["identity"], mark=session.get("mark", -1))
    except Unauthenticated:
        session.clear()
        return None
