"""Seed: "Monitoring & Debugging"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

HELLO = CommentAction(comment_text="Hello")


def test_the_views_show_what_was_done(desk: Desk, database: Database) -> None:
    for number in range(3):
        desk.ticket(f"Ticket {number}")
    desk.run(HELLO)

    with database.connection() as connection:
        recent = connection.execute("SELECT * FROM meta.daemon_recent_activity").fetchall()
        summary = connection.execute(
            "SELECT action_type, status, action_count FROM meta.daemon_activity_summary"
        ).fetchall()

    assert len(recent) == 3
    assert [tuple(row.values()) for row in summary] == [("comment", "completed", 3)]


def test_the_tracker_answers_as_in_the_seed(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    tracker = StateTracker(desk.database_url)

    actions = tracker.get_ticket_actions(ticket.id)
    stats = tracker.get_action_stats()

    assert [row["status"] for row in actions] == ["completed"]
    assert stats["total_actions"] == 1
    assert stats["by_status"] == {"completed": 1}
    assert stats["by_type"] == {"comment": 1}
    tracker.close()


def test_the_history_tells_each_step(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)

    events = [event.event for event in log.history(ticket.id)]

    assert events == ["claimed", "planned", "effect_sent", "effect_applied", "completed"]
