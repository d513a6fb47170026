"""Three daemons, started by mistake or on purpose, on one queue."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from crash.daemons import exactly_once, finish, lab, run, start

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

FULL = os.environ.get("CHAOS") == "full"
TICKETS = 1000 if FULL else 90


@pytest.mark.timeout(600)
def test_no_duplicate_no_deadlock_and_the_work_is_shared(desk: Desk, database: Database) -> None:
    tickets = lab(desk, TICKETS)

    daemons = [start(desk) for _ in range(3)]
    codes = [finish(daemon, 300)[0] for daemon in daemons]
    # One may have left a ticket to another that was just about to finish it.
    last = run(desk)

    assert codes == [0, 0, 0]
    assert last == 0
    exactly_once(desk, database, tickets)
    with database.connection() as connection:
        workers = connection.execute(
            "SELECT DISTINCT worker FROM meta.daemon_action_history WHERE event = 'effect_applied'"
        ).fetchall()
    assert len(workers) >= 2
