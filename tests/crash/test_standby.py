"""Real daemons as a service: one dies and the other takes over; signals do what systemd sends them for."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from crash.daemons import exactly_once, finish, lab, let_leases_run_out, start
from crash.test_sleeper import until
from ticket_queue_daemon.store.orders import Orders

if TYPE_CHECKING:
    from pathlib import Path

    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

DAEMON = ("--daemon", "--standby", "--interval", "1")


def roles(database: Database) -> list[str]:
    return sorted(one.role for one in Orders(database).processes())


def leaders(database: Database) -> list[int]:
    """Process ids."""
    found = [one for one in Orders(database).processes() if one.role == "leads"]
    return [int(one.worker.split(":")[1]) for one in found]


def test_the_standby_takes_over_from_one_that_was_killed_at_work(
    desk: Desk, database: Database
) -> None:
    tickets = lab(desk, 12)
    leader = start(desk, *DAEMON, DAEMON_LEASE_SECONDS="2")
    until(lambda: roles(database) == ["leads"] and desk.writes() >= 3)
    standby = start(desk, *DAEMON, DAEMON_LEASE_SECONDS="2")
    until(lambda: "stands by" in roles(database) or leader.poll() is not None)
    leader.kill()
    finish(leader)
    let_leases_run_out(database)

    until(lambda: leaders(database) == [standby.pid])
    until(lambda: desk.writes() >= 2 * len(tickets))
    standby.send_signal(signal.SIGTERM)
    code, logged = finish(standby)

    assert code == 0
    assert "stands by to take over" in logged
    assert "takes over: it leads now" in logged
    assert roles(database) == []
    exactly_once(desk, database, tickets)


def test_systemd_is_told_and_its_signals_are_obeyed(desk: Desk, tmp_path: Path) -> None:
    log, moved = tmp_path / "daemon.log", tmp_path / "moved.log"
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nactions: [add_asset]\n", encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)

        def until_told(words: str) -> None:
            while words not in manager.recv(4096).decode():
                pass

        flags = ("--daemon", "--interval", "3600", "--log", str(log), "--config", str(rules))
        daemon = start(desk, *flags, NOTIFY_SOCKET=str(tmp_path / "notify"))
        until_told("READY=1")
        until_told("STATUS=Waits until")
        log.rename(moved)
        daemon.send_signal(signal.SIGUSR1)
        until(log.exists)
        rules.write_text("version: 1\nactions: [add_asse]\n", encoding="utf-8")
        daemon.send_signal(signal.SIGHUP)
        until_told("RELOADING=1")
        until_told("READY=1")
        daemon.send_signal(signal.SIGTERM)
        until_told("STOPPING=1")
        code, _ = finish(daemon)

    assert code == 0
    assert "run started" in moved.read_text()
    assert "The rules were rejected; the old ones stay in force." in log.read_text()
    assert "rules.yaml line 2: actions[0]: unknown action add_asse; did you mean" in log.read_text()
    assert "run started" not in log.read_text()
