"""Drives runs: loads a run, asks the engine, carries out its commands, writes it back; one transaction each."""

from app.services.orchestration.faults import RunBroken, surviving
from app.services.orchestration.steps import (
    begin,
    child_done,
    inquiry_closed,
    key_of,
    report_of,
    take_step,
    timer_due,
    told_inquiry_closed,
    wake_waiting,
)

__all__ = [
    "RunBroken",
    "begin",
    "child_done",
    "inquiry_closed",
    "key_of",
    "report_of",
    "surviving",
    "take_step",
    "timer_due",
    "told_inquiry_closed",
    "wake_waiting",
]
