"""Sensors and work queues, as their packs brought them (api.md 4, 16, 18)."""

from __future__ import annotations

from app.api.answers.components import Queue, Sensor
from app.api.envelopes import Reply, page
from app.api.paging import Paging
from app.api.routes import Page, Routes
from app.engine.access import Caller
from app.queries import packs, queues, sensors

routes = Routes("sensors")


@routes.get("/packs/{ref}/sensors", access="packs:read", answer=Page(Sensor))
def list_sensors_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Sensors of one pack."""
    packs.get_pack(ref=ref, by=caller)
    items, total = sensors.list_sensors(pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.get("/packs/{ref}/queues", access="packs:read", answer=Page(Queue))
def list_queues_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Work queues of one pack."""
    packs.get_pack(ref=ref, by=caller)
    items, total = queues.list_queues(pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)
