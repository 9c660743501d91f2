"""What delivering raises."""

from __future__ import annotations

from app.engine.errors import ServiceError


class NotDelivered(ServiceError):
    """A notice did not arrive. `for_good`: trying again would not help."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good
