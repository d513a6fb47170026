"""What can't be known is held for a person, and a person settles it in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.tdx.tickets import TicketsApi

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

FEED = r"/tickets/\{id\}/feed$"


class NeverTwice(CommentAction):
    """For a text that must never stand twice, whatever else is lost."""

    on_unknown = "never_repeat"


HELLO = NeverTwice(comment_text="Hello")


@pytest.fixture
def held(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """A ticket whose comment was sent, whose answer was lost, and that is not there."""
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add("drop_before", method="POST", route=FEED, nth=1)
    report = desk.run(HELLO)
    desk.simulator.faults.remove(rule)
    assert report.held == 1
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    return ticket


def test_it_is_held_and_not_repeated(desk: Desk, held: Ticket, log: StateTracker) -> None:
    again = desk.run(HELLO)

    assert again.executed == 0
    assert desk.comments(held) == []
    (row,) = log.get_ticket_actions(held.id)
    assert row["status"] == "needs_review"
    assert "never repeated" in row["error_message"]


def test_resolve_retry_sends_it_once(desk: Desk, held: Ticket, log: StateTracker) -> None:
    code = main(["resolve", str(held.id), "--retry"])
    desk.run(HELLO)

    assert code == 0
    assert desk.comments(held) == ["Hello"]
    (row,) = log.get_ticket_actions(held.id)
    assert row["status"] == "completed"


def test_resolve_retry_outlasts_a_failure_though_the_ticket_left_the_report(
    desk: Desk, held: Ticket, log: StateTracker
) -> None:
    """The plan is made anew then; it must not forget that a person said to go on."""
    main(["resolve", str(held.id), "--retry"])
    desk.world.set_report(1344, rows=[])
    rule = desk.simulator.faults.add("expire_token", method="POST", route=FEED)
    assert desk.run(HELLO, retry_seconds=0).failed == 1
    desk.simulator.faults.remove(rule)

    desk.run(HELLO, retry_seconds=0)

    assert desk.comments(held) == ["Hello"]


def test_resolve_done_sends_nothing(desk: Desk, held: Ticket, log: StateTracker) -> None:
    code = main(["resolve", str(held.id), "--done"])
    desk.run(HELLO)

    assert code == 0
    assert desk.comments(held) == []
    (row,) = log.get_ticket_actions(held.id)
    assert row["status"] == "completed"
    assert "resolved" in [event.event for event in log.history(held.id)]


def test_there_must_be_something_to_settle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    code = main(["resolve", "4711", "--done"])

    assert code == 2
    assert "Nothing is held for review on ticket 4711" in capsys.readouterr().err


def test_what_was_sent_before_a_bug_in_the_last_attempt_is_held_and_not_called_failed(
    desk: Desk, log: StateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ticket("Printer")
    post = TicketsApi.post_feed

    def post_and_stumble(*given: Any) -> None:
        post(*given)
        raise KeyError("a bug")

    monkeypatch.setattr(TicketsApi, "post_feed", post_and_stumble)
    desk.run(CommentAction(comment_text="Hello"), max_attempts=1)

    assert desk.comments(ticket) == ["Hello"]
    (row,) = log.get_ticket_actions(ticket.id)
    assert (row["status"], row["plan"]["effects"][0]["state"]) == ("needs_review", "sent")
