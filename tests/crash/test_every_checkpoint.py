"""Kill the real process, by SIGKILL, at every boundary of the straight line; then run it once more.

The simulator's journal is the judge: every effect exactly once, every summary exactly once.
Adding a checkpoint adds a test.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from crash.daemons import exactly_once, lab, let_leases_run_out, run
from ticket_queue_daemon.engine.checkpoints import Checkpoint

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("point", [point.value for point in Checkpoint if point.value != "polled"])
def test_a_kill_here_loses_nothing_and_doubles_nothing(
    desk: Desk, database: Database, point: str, nth: int
) -> None:
    tickets = lab(desk, 3)

    killed = run(desk, DAEMON_FAILPOINT=f"{point}:{nth}")
    let_leases_run_out(database)
    recovered = run(desk)

    assert killed == -signal.SIGKILL
    assert recovered == 0
    exactly_once(desk, database, tickets)


def test_a_kill_right_after_the_poll_is_harmless_too(desk: Desk, database: Database) -> None:
    tickets = lab(desk, 3)

    killed = run(desk, DAEMON_FAILPOINT="polled")
    recovered = run(desk)

    assert (killed, recovered) == (-signal.SIGKILL, 0)
    exactly_once(desk, database, tickets)
