"""DAEMON_MAX_EFFECTS_PER_HOUR: what is over the cap waits, and nothing is lost by it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.cli.exits import Verdict
from ticket_queue_daemon.cli.status import judge
from ticket_queue_daemon.engine.bounds import EffectCap
from ticket_queue_daemon.observe.alerts import AlertObserver
from ticket_queue_daemon.store.reports import Reports
from ticket_queue_daemon.store.rows import EffectsSent

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.observe.alert_words import Alert
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker

HELLO = CommentAction(comment_text="Hello")


def an_hour_passes(desk: Desk) -> None:
    sql(desk.database_url, "ALTER TABLE meta.daemon_action_history DISABLE TRIGGER USER")
    sql(desk.database_url, "UPDATE meta.daemon_action_history SET at = at - interval '61 minutes'")
    sql(desk.database_url, "ALTER TABLE meta.daemon_action_history ENABLE TRIGGER USER")


def test_what_is_over_the_cap_waits_until_there_is_room(
    desk: Desk, log: StateTracker, database: Database
) -> None:
    tickets = [desk.ticket(f"Ticket {number}") for number in range(5)]
    alerts: list[Alert] = []
    observer = AlertObserver(alerts.append)
    capped: dict[str, Any] = {"max_effects_per_hour": 3, "workers": 1}

    first = desk.app(HELLO, **capped).run_once(dry_run=False, observer=observer)
    again = desk.app(HELLO, **capped).run_once(dry_run=False, observer=observer)

    assert (first.succeeded, again.executed, desk.writes()) == (3, 0, 3)
    assert "DAEMON_MAX_EFFECTS_PER_HOUR is 3" in first.stopped
    # Untouched: no row, no attempt.
    assert sorted(len(log.get_ticket_actions(ticket.id)) for ticket in tickets) == [0, 0, 1, 1, 1]
    report = Reports(database).status(overdue_seconds=600, most=5)
    assert report.sent_last_hour == 3
    assert judge(report, most_effects=3) is Verdict.WARNING
    assert judge(report, most_effects=4) is judge(report) is Verdict.FINE

    an_hour_passes(desk)
    third = desk.app(HELLO, **capped).run_once(dry_run=False, observer=observer)

    assert (third.succeeded, third.stopped) == (2, "")
    assert [desk.comments(ticket) for ticket in tickets] == [["Hello"]] * 5
    assert ["cap on effects" in alert.subject for alert in alerts] == [True, True]
    assert [alert.weight for alert in alerts] == ["warning", "success"]


def test_daemons_share_the_cap(desk: Desk) -> None:
    for number in range(4):
        desk.ticket(f"Ticket {number}")
    apps = [desk.app(HELLO, max_effects_per_hour=2, workers=1) for _ in range(2)]

    done = [app.run_once(dry_run=False).succeeded for app in apps]

    assert done == [2, 0]


def test_tickets_in_hand_count_before_their_effects_are_written_down() -> None:
    """Eight workers must not all see the same last free place."""
    cap, begun, go = EffectCap(3, lambda: EffectsSent(1, None)), [], threading.Event()
    everyone = threading.Barrier(3)

    def one(ticket_id: int) -> None:
        begun.append(ticket_id)
        everyone.wait()
        go.wait()

    workers = [threading.Thread(target=cap.around(one), args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    everyone.wait()
    cap.around(one)(2)
    go.set()
    for worker in workers:
        worker.join()

    assert sorted(begun) == [0, 1]
    assert cap.story


def test_without_a_cap_nothing_is_asked() -> None:
    def never() -> EffectsSent:
        pytest.fail("asked")

    begun: list[int] = []
    EffectCap(None, never).around(begun.append)(1)

    assert begun == [1]
