"""The database away: nothing is sent, the daemon stays, and finishes when it is back."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import psycopg
import pytest

from crash.daemons import exactly_once, finish, lab, let_leases_run_out, start
from crash.test_sleeper import until

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


def shut(database_url: str, *, allow: bool) -> None:
    """Open or shut the database for everybody, from beside it."""
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    beside = psycopg.conninfo.make_conninfo(database_url, dbname="postgres")
    with psycopg.connect(beside, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(allow).lower()}")
        if not allow:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )


@pytest.mark.timeout(120)
def test_nothing_is_sent_while_it_is_away_and_all_is_finished_after(
    desk: Desk, database: Database
) -> None:
    tickets = lab(desk, 60)
    daemon = start(desk, "--daemon", "--interval", "1", DAEMON_LEASE_SECONDS="5")
    until(lambda: desk.writes() >= 5)

    shut(desk.database_url, allow=False)
    # What was under way when it went may still arrive; after that there is silence.
    for _ in range(2):
        asked = desk.simulator.requests.count("GET /reports/{id}")
        until(lambda asked=asked: desk.simulator.requests.count("GET /reports/{id}") > asked)
    writes = desk.writes()
    asked = desk.simulator.requests.count("GET /reports/{id}")
    until(lambda: desk.simulator.requests.count("GET /reports/{id}") > asked + 1)
    assert desk.writes() == writes
    assert daemon.poll() is None

    shut(desk.database_url, allow=True)
    let_leases_run_out(database)
    until(lambda: desk.simulator.journal.count("feed_entry") >= len(tickets), 60)
    daemon.send_signal(signal.SIGTERM)
    code, logged = finish(daemon, 20)

    assert code == 0
    assert logged.count("The trouble is over") == 1
    exactly_once(desk, database, tickets)
