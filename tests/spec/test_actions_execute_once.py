"""Seed: "Idempotency Explained"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.actions import CommentAction

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker

HELLO = CommentAction(comment_text="Hello")


def test_an_action_executes_once_per_ticket(desk: Desk) -> None:
    tickets = [desk.ticket(f"Ticket {number}") for number in range(5)]

    first, second = desk.run(HELLO), desk.run(HELLO)

    assert (first.found, first.executed, first.succeeded) == (5, 5, 5)
    assert (second.found, second.executed) == (5, 0)
    assert [len(desk.comments(ticket)) for ticket in tickets] == [1] * 5


def test_a_new_ticket_in_the_report_is_the_only_one_touched(desk: Desk) -> None:
    desk.ticket("Old")
    desk.run(HELLO)
    new = desk.ticket("New")

    report = desk.run(HELLO)

    assert (report.found, report.executed) == (2, 1)
    assert desk.comments(new) == ["Hello"]


def test_the_action_id_is_type_hash_and_version() -> None:
    kind, digest, version = HELLO.get_action_id().split(":")

    assert (kind, version) == ("comment", "v1")
    assert digest == HELLO.get_action_hash()[:12]
    assert len(HELLO.get_action_hash()) == 64


def test_content_aware_re_execution(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.run(CommentAction(comment_text="Hello"))

    desk.run(CommentAction(comment_text="Hello World"))
    desk.run(CommentAction(comment_text="Hello World"))

    assert desk.comments(ticket) == ["Hello", "Hello World"]


def test_manual_version_control(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.run(CommentAction(comment_text="Hello", version="v1"))

    desk.run(CommentAction(comment_text="Hello", version="v2"))

    assert desk.comments(ticket) == ["Hello", "Hello"]
    assert {row["action_id"].rsplit(":", 1)[1] for row in log.get_ticket_actions(ticket.id)} == {
        "v1",
        "v2",
    }


def test_the_record_has_the_seeds_columns(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)

    (row,) = log.get_ticket_actions(ticket.id)

    assert row["ticket_id"] == ticket.id
    assert row["action_type"] == "comment"
    assert row["action_id"] == HELLO.get_action_id()
    assert row["action_hash"] == HELLO.get_action_hash()
    assert row["status"] == "completed"
    assert row["executed_at"] is not None
    assert row["error_message"] is None


def test_an_unchanged_report_costs_one_call(desk: Desk) -> None:
    for number in range(20):
        desk.ticket(f"Ticket {number}")
    app = desk.app(HELLO)
    app.run_once(dry_run=False)

    again = app.run_once(dry_run=False)

    assert again.api_calls == 1
    assert again.calls == {"GET reports/{id}": 1}


def test_the_second_pass_over_a_thousand_tickets_makes_one_report_call_and_no_write(
    desk: Desk,
) -> None:
    desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    for number in range(1000):
        desk.ticket(f"Ticket {number}", "IC-EHLB760-F16 is slow" if number % 4 == 0 else "slow")
    app = desk.app(max_new_tickets=1000, workers=8)
    first = app.run_once(dry_run=False)
    writes = desk.writes()

    second = app.run_once(dry_run=False)

    assert first.failed == 0
    assert writes == 250 * 2
    assert desk.writes() == writes
    assert second.found == 1000
    assert second.api_calls == 1
