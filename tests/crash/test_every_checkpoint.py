"""Kill the real process, by SIGKILL, at every boundary of the straight line; then run it once more.

The simulator's journal is the judge: every effect exactly once, every summary exactly once.
Adding a checkpoint adds a test.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.engine.checkpoints import Checkpoint

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker


def run_daemon(desk: Desk, failpoint: str = "") -> int:
    """One pass of the real command; returns its exit code (negative: killed by that signal)."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TDX_")},
        **desk.simulator.env(),
        "DATABASE_URL": desk.database_url,
        "DAEMON_SETTLE_SECONDS": "0",
        "DAEMON_RETRY_SECONDS": "0",
        "DAEMON_WORKERS": "2",
        "DAEMON_FAILPOINT": failpoint,
    }
    done = subprocess.run(
        [sys.executable, "-m", "ticket_queue_daemon"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode


def let_leases_run_out(database: Database) -> None:
    with database.connection() as connection:
        connection.execute(
            "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 s' "
            "WHERE status = 'started'"
        )


@pytest.mark.parametrize("point", [point.value for point in Checkpoint])
def test_a_kill_here_loses_nothing_and_doubles_nothing(
    desk: Desk, database: Database, log: StateTracker, point: str
) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    tickets = [desk.ticket(f"IC-EHLB760-F16 is slow ({number})") for number in range(3)]

    killed = run_daemon(desk, f"{point}:1")
    let_leases_run_out(database)
    recovered = run_daemon(desk)

    assert killed == -signal.SIGKILL
    assert recovered == 0
    for ticket in tickets:
        assert desk.attached(ticket) == [machine.id]
        assert len(desk.simulator.journal.for_ticket(ticket.id, "asset_attached")) == 1
        assert len(desk.comments(ticket)) == 1
        assert {row["status"] for row in log.get_ticket_actions(ticket.id)} == {"completed"}
