"""Where people get mail: the check that every change of an address goes through."""

from __future__ import annotations

from typing import Any

from app.engine.errors import Invalid
from app.engine.inquiries.notices import is_mail_address


def require_mail_address(email: Any) -> None:
    """Raise Invalid unless it is None or an address that mail can be sent to."""
    if email is None or (isinstance(email, str) and is_mail_address(email)):
        return
    message = "takes an address such as carol@example.org, in plain ASCII"
    raise Invalid(f"The mail address is none: email {message}.", details=[{"path": "email", "message": message}])
