"""`python -m tests.benchmarks [--only W1,W2] [--systems sqlite,postgres,redis] [--quick]`: exit code 1 when growth is not linear."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tests import servers
from tests.benchmarks import dbos_peer, floors, gate
from tests.benchmarks.figures import Report, calibration
from tests.benchmarks.items import ITEMS
from tests.benchmarks.systems import System, embedded_postgres, embedded_sqlite, separate_workers

SYSTEMS = ("sqlite", "postgres", "redis")


def main(argv: list[str] | None = None) -> int:
    told = _arguments(argv)
    items, report = set(told.only.split(",")), Report()
    repeats = 3 if told.quick else 5
    report.line(calibration())
    with contextlib.ExitStack() as stack:
        wanted = told.systems.split(",")
        postgres_url = _server(stack, servers.postgres(durable=True)) if wanted != ["sqlite"] else None
        redis_url = _server(stack, servers.redis()) if "redis" in wanted else None
        if not told.no_floor:
            floors.measure(report, items, postgres_url=postgres_url, redis_url=redis_url, repeats=repeats)
            dbos_peer.measure(report, items, postgres_url=postgres_url, repeats=repeats)
        linear = True
        for system in _systems(wanted, postgres_url, redis_url):
            for name in sorted(items & set(ITEMS)):
                ITEMS[name](system, report, repeats=repeats, quick=told.quick)
            if "gate" in items:
                linear &= gate.linear(system, report, quick=told.quick)
    report.line(calibration())
    report.line("\n" + report.table())
    return 0 if linear else 1


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join([*ITEMS, "gate"]), help="work items, and `gate`; default: all")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help=f"of {', '.join(SYSTEMS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer repeats, no large fan-outs")
    parser.add_argument("--no-floor", action="store_true", help="neither the floor nor peers")
    return parser.parse_args(argv)


def _server(stack: contextlib.ExitStack, server: AbstractContextManager[str]) -> str | None:
    """The server's URL, or None where its program is not installed."""
    try:
        return stack.enter_context(server)
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        sys.stderr.write(f"{missing}\n")
        return None


def _systems(wanted: list[str], postgres_url: str | None, redis_url: str | None) -> Iterator[System]:
    """Each system in turn; the next begins when the one before has ended."""
    if "sqlite" in wanted:
        with embedded_sqlite() as system:
            yield system
    if "postgres" in wanted and postgres_url is not None:
        with embedded_postgres(postgres_url) as system:
            yield system
    if "redis" in wanted and postgres_url is not None and redis_url is not None:
        with separate_workers(postgres_url, redis_url) as system:
            yield system


if __name__ == "__main__":
    sys.exit(main())
