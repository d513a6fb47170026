"""TERM and INT finish or give back the work in hand; a second signal stops at once."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from crash.daemons import exactly_once, finish, lab, let_leases_run_out, run, start
from crash.test_sleeper import until

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_or_gives_back_the_work_in_hand(
    desk: Desk, database: Database, which: signal.Signals
) -> None:
    tickets = lab(desk, 40)
    daemon = start(desk, "--daemon", "--interval", "60")
    until(lambda: desk.writes() >= 3)
    daemon.send_signal(which)

    code, _ = finish(daemon, 15)

    assert code == 0
    with database.connection() as connection:
        live = connection.execute(
            "SELECT count(*) AS n FROM meta.daemon_action_log "
            "WHERE status = 'started' AND lease_until > clock_timestamp()"
        ).fetchall()
    assert live[0]["n"] == 0
    assert run(desk) == 0
    exactly_once(desk, database, tickets)


def test_a_second_signal_stops_at_once_and_is_safe(desk: Desk, database: Database) -> None:
    tickets = lab(desk, 40)
    desk.simulator.faults.add("delay_before", route=r"/feed$", nth=2, seconds=2.0)
    daemon = start(desk, "--daemon", "--interval", "60")
    until(lambda: desk.writes() >= 3)
    daemon.send_signal(signal.SIGTERM)
    daemon.send_signal(signal.SIGINT)

    code, _ = finish(daemon, 15)

    assert code in {0, 130, 143}
    let_leases_run_out(database)
    assert run(desk, DAEMON_SETTLE_SECONDS="3") == 0
    exactly_once(desk, database, tickets)
