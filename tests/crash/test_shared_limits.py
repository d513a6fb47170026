"""Daemons that share one address, under TDX's limits at 1/15: windows of four seconds, 60 calls each."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from crash.daemons import exactly_once, finish, lab, let_leases_run_out, start
from crash.test_sleeper import until
from ledger import sql
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

TICKETS = 150
A_HANDFUL = 5


@pytest.fixture
def limited(desk: Desk) -> Desk:
    desk.simulator.simulator.limiter.scale = 1 / 15
    return desk


def shares(database_url: str) -> list[int]:
    """How many effects each process applied, the fewest first."""
    rows = sql(
        database_url,
        "SELECT count(*) FROM meta.daemon_action_history WHERE event = 'effect_applied'"
        " GROUP BY worker ORDER BY 1",
    )
    return [count for (count,) in rows]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("processes", [2, 3])
def test_together_they_meet_no_more_than_a_handful_of_429s_and_none_starves(
    limited: Desk, database: Database, processes: int
) -> None:
    tickets = lab(limited, TICKETS)

    daemons = [start(limited) for _ in range(processes)]
    codes = [finish(daemon, 120)[0] for daemon in daemons]

    assert codes == [0] * processes
    exactly_once(limited, database, tickets)
    assert limited.simulator.requests.status_count(429) <= A_HANDFUL
    got = shares(limited.database_url)
    assert len(got) == processes
    # All had the same to do at the same time: each has at least a third of an even share.
    assert got[0] >= 2 * TICKETS / processes / 3


@pytest.mark.timeout(180)
def test_a_killed_daemons_places_come_back(limited: Desk, database: Database) -> None:
    tickets = lab(limited, TICKETS)
    victim, survivor = start(limited), start(limited)
    until(lambda: limited.simulator.journal.count("feed_entry") >= TICKETS // 5)
    victim.kill()

    assert finish(victim)[0] == -signal.SIGKILL
    assert finish(survivor, 120)[0] == 0
    let_leases_run_out(database)
    assert finish(start(limited), 120)[0] == 0
    exactly_once(limited, database, tickets)
    assert limited.simulator.requests.status_count(429) <= A_HANDFUL


def test_an_unchanged_report_costs_one_query(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        desk.ticket(f"Ticket {number}")
    app = desk.app(CommentAction(comment_text="Hello"))
    app.run_once(dry_run=False)
    asked: list[bytes] = []
    rows = app.database.rows
    monkeypatch.setattr(
        app.database,
        "rows",
        lambda statement, params=None: asked.append(statement) or rows(statement, params),
    )

    report = app.run_once(dry_run=False)

    assert report.api_calls == 1
    assert len(asked) == 1
    assert b"daemon_action_log" in asked[0]


def test_a_dry_run_does_not_take_part(desk: Desk) -> None:
    desk.ticket("Printer")
    desk.run(CommentAction(comment_text="Hello"), dry_run=True)
    assert sql(desk.database_url, "SELECT count(*) FROM meta.daemon_rate_clients") == [(0,)]
    desk.run(CommentAction(comment_text="Hello"))
    assert sql(desk.database_url, "SELECT count(*) FROM meta.daemon_rate_clients WHERE gone") != [
        (0,)
    ]


def test_status_tells_of_the_limits_after_a_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.simulator.simulator.limiter.scale = 1.0
    desk.ticket("Printer")
    desk.run(CommentAction(comment_text="Hello"))
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["status"]) == 0
    shown = capsys.readouterr().out

    windows = {row["route"]: row for row in told["rate_windows"]}
    feed = windows["POST tickets/{id}/feed"]
    assert (feed["limit"], feed["taken"], feed["refused"], feed["processes"]) == (60, 1, 0, 0)
    assert 0 < feed["resets_in"] <= 61
    assert windows["GET reports/{id}"]["scope"] == "account"
    assert "TDX's rate limits" in shown
