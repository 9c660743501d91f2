"""Identities as the API and pages show them. Shapes: api.md 2 (profile), 14 (identities, tokens)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import func, or_, select

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.persistence import session
from app.persistence.models import Identity, IdentityRole, IntegrationToken
from app.persistence.repositories import identities
from app.persistence.session import Transaction
from app.queries.permissions import assignments_of
from app.services import ports
