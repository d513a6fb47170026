"""Random SIGKILLs over a queue, then one clean run: journal and log agree ticket by ticket.

``make chaos`` runs it at full size: 100 kills over 500 tickets.
"""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

import pytest

from crash.daemons import exactly_once, lab, let_leases_run_out, run
from ticket_queue_daemon.engine.checkpoints import Checkpoint

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

FULL = os.environ.get("CHAOS") == "full"
KILLS, TICKETS = (100, 500) if FULL else (12, 60)
POINTS = [point.value for point in Checkpoint if point is not Checkpoint.POLLED]


@pytest.mark.timeout(1800 if FULL else 120)
def test_many_kills_then_one_clean_run(desk: Desk, database: Database) -> None:
    dice = random.Random(20261124)
    tickets = lab(desk, TICKETS)
    killed = 0

    while killed < KILLS:
        code = run(desk, DAEMON_FAILPOINT=f"{dice.choice(POINTS)}:{dice.randint(1, 9)}")
        let_leases_run_out(database)
        killed += code == -signal.SIGKILL
        if code == 0:
            break

    assert run(desk) == 0
    assert killed > KILLS // 3
    exactly_once(desk, database, tickets)
