"""Asleep between the mark and the send: the mark is good, the lease is over, nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk import BriefClock
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    import pytest

    from desk import Desk
    from ticket_queue_daemon.store.pool import Database


def test_a_daemon_that_sleeps_after_its_mark_sends_nothing(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ticket("Printer")
    app = desk.app(CommentAction(comment_text="Hello"), workers=1)
    marked = StateTracker.effect_sending
    clock = app.clock
    assert isinstance(clock, BriefClock)

    def mark_and_sleep(self: StateTracker, *given: object) -> None:
        marked(self, *given)  # type: ignore[arg-type]  # handed through as they came
        clock.sleep(301)

    monkeypatch.setattr(StateTracker, "effect_sending", mark_and_sleep)
    app.run_once(dry_run=False)
    assert desk.comments(ticket) == []

    monkeypatch.setattr(StateTracker, "effect_sending", marked)
    with database.connection() as connection:
        connection.execute(
            "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 s'"
        )
    desk.run(CommentAction(comment_text="Hello"))
    assert desk.comments(ticket) == ["Hello"]
