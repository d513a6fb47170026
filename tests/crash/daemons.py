"""The real command as a process, for tests that kill, stop and starve it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from unseen import nothing_leaks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


QUICK = str(Path(__file__).with_name("quick_retries.py"))
"""A ``--config`` with the usual actions, whose client waits a tenth as long between two tries."""


def environment(desk: Desk, **more: str) -> Mapping[str, str]:
    """What a daemon at this desk needs; waits are short, since tests make time pass otherwise."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TDX_", "DAEMON_", "DATABASE_"))
    }
    return {
        **kept,
        **desk.simulator.env(),
        "DATABASE_URL": desk.database_url,
        "DAEMON_SETTLE_SECONDS": "0",
        "DAEMON_RETRY_SECONDS": "0",
        "DAEMON_WORKERS": "2",
        "DAEMON_MAX_NEW_TICKETS": "100000",
        **more,
    }


def start(desk: Desk, *flags: str, **more: str) -> subprocess.Popen[str]:
    """Start the daemon; the caller waits for it or kills it."""
    return subprocess.Popen(
        [sys.executable, "-m", "ticket_queue_daemon", *flags],
        env=environment(desk, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str]:
    """Wait for the end: exit code (negative: killed by that signal) and what was logged."""
    try:
        _, logged = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert "Traceback" not in logged
    nothing_leaks(logged)
    return process.returncode, logged


def run(desk: Desk, *flags: str, **more: str) -> int:
    """One process from start to end."""
    return finish(start(desk, *flags, **more))[0]


def let_leases_run_out(database: Database) -> None:
    """Make time pass for every lease."""
    with database.connection() as connection:
        connection.execute(
            "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 s' "
            "WHERE status = 'started'"
        )


def exactly_once(desk: Desk, database: Database, tickets: Mapping[int, int]) -> None:
    """Journal and log agree, ticket by ticket.

    ``tickets``: ticket id to the asset that belongs on it.
    """
    journal = desk.simulator.journal
    attached: dict[int, list[int]] = {ticket: [] for ticket in tickets}
    told: dict[int, int] = dict.fromkeys(tickets, 0)
    for write in journal.writes("asset_attached"):
        attached[write.ticket_id].append(write.details["asset_id"])
    for write in journal.writes("feed_entry"):
        told[write.ticket_id] += 1
    assert attached == {ticket: [asset] for ticket, asset in tickets.items()}
    assert told == dict.fromkeys(tickets, 1)
    with database.connection() as connection:
        rows = connection.execute(
            "SELECT ticket_id, status, count(*) AS n FROM meta.daemon_action_log GROUP BY 1, 2"
        ).fetchall()
        lines = connection.execute(
            "SELECT count(*) AS n FROM meta.daemon_summary_lines WHERE covered_by IS NULL"
        ).fetchall()
    assert {(row["ticket_id"], row["status"]): row["n"] for row in rows} == {
        (ticket, "completed"): 2 for ticket in tickets
    }
    assert lines[0]["n"] == 0


def lab(desk: Desk, count: int) -> dict[int, int]:
    """So many tickets, each naming a machine of its own."""
    wanted = {}
    for number in range(count):
        machine = desk.asset(f"IC-LAB{number:05d}-F20", f"LABSERIAL{number:05d}")
        wanted[desk.ticket(f"{machine.name} is slow").id] = machine.id
    return wanted
