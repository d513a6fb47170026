"""A daemon that is paused past its lease (a closed laptop, a debugger) writes nothing on waking."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from crash.daemons import exactly_once, finish, lab, let_leases_run_out, run, start

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


def until(condition: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


@pytest.mark.parametrize("route", [r"/tickets/\{id\}$", r"/assets/\{assetId\}$", r"/feed$"])
def test_the_sleeper_writes_nothing(desk: Desk, database: Database, route: str) -> None:
    """It is stopped while TDX is slow to answer, outlives its lease, and wakes after another."""
    tickets = lab(desk, 1)
    rule = desk.simulator.faults.add("delay_before", route=route, nth=1, seconds=1.0)
    sleeper = start(desk, DAEMON_LEASE_SECONDS="2")
    until(lambda: rule.fired)
    sleeper.send_signal(signal.SIGSTOP)
    time.sleep(2.2)  # the lease is measured by the machine's own clock too
    let_leases_run_out(database)

    other = run(desk, DAEMON_SETTLE_SECONDS="1")
    writes = desk.writes()
    sleeper.send_signal(signal.SIGCONT)
    code, _ = finish(sleeper)

    assert other == 0
    assert code in {0, 1}
    assert desk.writes() == writes
    exactly_once(desk, database, tickets)
