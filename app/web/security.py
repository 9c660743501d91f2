"""What every page is guarded by: headers, the session cookie's flags, tokens against forged forms.

The API is bearer-only and has its own rules; the token check runs for page blueprints alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from app.web.session_cookie import SessionCookie

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SESSION_DAYS = 14


def protect(app: Flask, pages: Collection[str]) -> None:
    """Set cookie flags and headers, and check the form token of every post to a page."""
    app.config.update(
        SESSION_COOKIE_NAME="attune_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=_behind_https(app),
        PERMANENT_SESSION_LIFETIME=timedelta(days=SESSION_DAYS),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # a page left open for a day still works; the token ends with the session
    )
    app.session_interface = SessionCookie()
    csrf = CSRFProtect(app)

    @app.before_request
    def check_form_token() -> None:
        if request.blueprint in pages and request.method == "POST":
            csrf.protect()

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in _headers().items():
            response.headers.setdefault(name, value)
        if request.blueprint in pages:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def style_nonce() -> str:
    """Let this answer's scripts add style sheets that carry the returned word; new each time (CodeMirror needs it)."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    return str(g.style_nonce)


def _headers() -> dict[str, str]:
    if "style_nonce" not in g:
        return HEADERS
    policy = CONTENT_POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{g.style_nonce}'")
    return {**HEADERS, "Content-Security-Policy": policy}


def _behind_https(app: Flask) -> bool:
    settings = app.config.get("ATTUNE")
    return bool(settings and settings.production and settings.public_url.startswith("https:"))
