"""TDX away: said once and not per ticket, no attempt is counted, the schedule is kept."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from crash.daemons import QUICK, exactly_once, finish, lab, start
from crash.test_sleeper import until

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


def test_an_outage_costs_no_attempt_and_one_line(desk: Desk, database: Database) -> None:
    tickets = lab(desk, 30)
    daemon = start(desk, "--config", QUICK, "--daemon", "--interval", "1")
    until(lambda: desk.writes() >= 5)
    away = desk.simulator.faults.add("status_before", route=".", status=503)
    polled = desk.simulator.requests.count("GET /reports/{id}")
    until(lambda: desk.simulator.requests.count("GET /reports/{id}") > polled, 60)
    assert away.fired > 4
    desk.simulator.faults.remove(away)

    until(lambda: desk.simulator.journal.count("feed_entry") >= len(tickets), 60)
    daemon.send_signal(signal.SIGTERM)
    code, logged = finish(daemon, 20)

    assert code == 0
    assert logged.count("error") <= 2
    assert logged.count("The trouble is over") == 1
    with database.connection() as connection:
        attempts = connection.execute(
            "SELECT max(attempts) AS n FROM meta.daemon_action_log"
        ).fetchall()
    assert attempts[0]["n"] == 0
    exactly_once(desk, database, tickets)
