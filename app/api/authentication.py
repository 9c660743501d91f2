"""Who is asking: the bearer token of a request, turned into a Caller.

Only a bearer token counts. The browser's session cookie never authenticates the API, so that no foreign page can
make a signed-in browser write here.
"""

from __future__ import annotations

from flask import Request

from app.engine.access import Caller
from app.engine.errors import Unauthenticated
from app.services import auth


def caller_of(request: Request, *, token_in_query: bool = False) -> Caller:
    """The caller, with grants as they are now.

    Args:
        token_in_query: also take `?token=`, for event streams, which browsers open without headers.

    Raises:
        Unauthenticated: no token, or not one of ours, or expired, or its identity is gone or frozen.
    """
    token = _bearer(request)
    if token is None and token_in_query:
        token = request.args.get("token")
    if not token:
        raise Unauthenticated("This call needs a token: send `Authorization: Bearer <access token>`.")
    return auth.caller_of_token(token)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
