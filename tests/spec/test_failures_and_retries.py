"""Seed: "Clear Failed Actions for Retry", and what failed means here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from ticket_queue_daemon.actions import (
    AddAssetAction,
    BaseAction,
    CommentAction,
    SummaryCommentAction,
)
from ticket_queue_daemon.engine.guard import CircuitBreaker
from ticket_queue_daemon.store.tracker import Claim, StateTracker

if TYPE_CHECKING:
    from desk import Desk

HELLO = CommentAction(comment_text="Hello")
FEED = r"/tickets/\{id\}/feed$"
ATTACH = r"/tickets/\{id\}/assets/"
TICKET = r"/tickets/\{id\}$"


def test_what_tdx_refuses_fails_in_tdxs_own_words(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add(
        "status_before", method="POST", route=FEED, status=400, body="Comments are closed."
    )

    report = desk.run(HELLO)

    assert report.failed == 1
    (row,) = log.get_ticket_actions(ticket.id)
    assert "Comments are closed." in row["error_message"]
    assert row["next_attempt_at"] is None


def test_a_ticket_that_is_gone_fails_alone(desk: Desk) -> None:
    gone, there = desk.ticket("Gone"), desk.ticket("There")
    desk.world.set_report(1344, rows=[{"TicketID": gone.id}, {"TicketID": there.id}])
    desk.world.delete_ticket(gone.id)

    report = desk.run(HELLO)

    assert (report.failed, report.succeeded) == (1, 1)
    assert desk.comments(there) == ["Hello"]


def test_a_failed_action_waits_for_its_time(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add(
        "status_before", method="GET", route=r"/tickets/\{id\}$", status=500
    )
    desk.run(HELLO)
    desk.simulator.faults.remove(rule)

    at_once = desk.run(HELLO)

    assert at_once.executed == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert (row["status"], row["attempts"]) == ("failed", 1)
    assert row["next_attempt_at"] is not None


def test_and_is_tried_again_when_it_is_due(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add(
        "status_before", method="GET", route=r"/tickets/\{id\}$", status=500
    )
    desk.run(HELLO, retry_seconds=0)
    desk.simulator.faults.remove(rule)

    desk.run(HELLO, retry_seconds=0)

    assert desk.comments(ticket) == ["Hello"]


def test_it_is_failed_for_good_after_the_last_attempt(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add("status_before", method="GET", route=r"/tickets/\{id\}$", status=500)
    for _ in range(3):
        desk.run(HELLO, retry_seconds=0, max_attempts=3)

    report = desk.run(HELLO, retry_seconds=0, max_attempts=3)

    assert report.executed == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert (row["attempts"], row["next_attempt_at"]) == (3, None)


@pytest.mark.parametrize("one_ticket", [True, False])
def test_cleared_failures_are_tried_again(desk: Desk, log: StateTracker, one_ticket: bool) -> None:
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add("status_before", method="POST", route=FEED, status=400)
    desk.run(HELLO)
    desk.simulator.faults.remove(rule)

    cleared = (
        log.clear_failed_actions(ticket_id=ticket.id) if one_ticket else log.clear_failed_actions()
    )
    desk.run(HELLO)

    assert cleared == 1
    assert desk.comments(ticket) == ["Hello"]


def test_a_partial_plan_keeps_what_is_done_and_tells_the_truth(
    desk: Desk, log: StateTracker
) -> None:
    """The others are attached, the summary tells all three, a retry touches only the second."""
    machines = [desk.asset(f"IC-LAB{n:04d}-F20", f"LABSERIAL{n:03d}") for n in range(3)]
    ticket = desk.ticket("Lab down", " ".join(machine.name for machine in machines))
    rule = desk.simulator.faults.add(
        "status_before", method="POST", route=ATTACH, nth=2, status=400, body="No."
    )
    actions = [AddAssetAction(), SummaryCommentAction()]

    desk.run(*actions)
    desk.simulator.faults.remove(rule)

    assert desk.attached(ticket) == [machines[0].id, machines[2].id]
    (told,) = desk.comments(ticket)
    assert "Done: attach asset IC-LAB0000-F20, attach asset IC-LAB0002-F20" in told
    assert "Not done: attach asset IC-LAB0001-F20" in told

    log.clear_failed_actions(ticket.id)
    desk.run(*actions)

    attached = [
        write.details["asset_id"]
        for write in desk.simulator.journal.for_ticket(ticket.id, "asset_attached")
    ]
    assert attached == [machines[0].id, machines[2].id, machines[1].id]
    assert len(desk.comments(ticket)) == 2
    assert "Done: attach asset IC-LAB0001-F20" in desk.comments(ticket)[1]


class Both(BaseAction):
    """Says hello and attaches one machine."""

    def __init__(self, asset_id: int) -> None:
        super().__init__()
        self.asset_id = asset_id

    def get_action_type(self) -> str:
        return "both"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: Any, dry_run: bool = False) -> None:
        facade.add_comment(ticket_id, "Hello")
        facade.add_asset(ticket_id, self.asset_id, name="IC-LAB0001-F20")


@pytest.mark.parametrize("end", ["refused", "given up"])
def test_what_was_told_as_not_yet_done_is_told_again_when_it_never_will_be(
    desk: Desk, end: str
) -> None:
    machine = desk.asset("IC-LAB0001-F20", "LABSERIAL001")
    ticket = desk.ticket("Printer")
    actions = [Both(machine.id), SummaryCommentAction()]
    rule = desk.simulator.faults.add("expire_token", method="POST", route=ATTACH)
    desk.run(*actions, retry_seconds=0, max_attempts=2)
    if end == "refused":
        desk.simulator.faults.remove(rule)
        desk.simulator.faults.add("status_before", "POST", ATTACH, status=400, body="No.")

    for _ in range(2):
        desk.run(*actions, retry_seconds=0, max_attempts=2)

    hello, first, second = desk.comments(ticket)
    assert hello == "Hello"
    assert "Not yet done: attach asset IC-LAB0001-F20" in first
    assert "Not done: attach asset IC-LAB0001-F20" in second
    assert "Done: post" not in second


class TakeAndAttach(BaseAction):
    """Sets the status, which takes the ticket out of the report, and attaches one machine."""

    def __init__(self, asset_id: int) -> None:
        super().__init__()
        self.asset_id = asset_id

    def get_action_type(self) -> str:
        return "take"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: Any, dry_run: bool = False) -> None:
        facade.update_ticket(ticket_id, {"StatusID": 117})
        facade.add_asset(ticket_id, self.asset_id, name="IC-LAB0001-F20")


@pytest.mark.parametrize("configured", [True, False])
def test_a_plan_done_in_part_is_finished_though_the_ticket_left_the_report(
    desk: Desk, configured: bool
) -> None:
    machine = desk.asset("IC-LAB0001-F20", "LABSERIAL001")
    ticket = desk.ticket("Printer")
    actions = [TakeAndAttach(machine.id), SummaryCommentAction()]
    rule = desk.simulator.faults.add("expire_token", method="POST", route=ATTACH)
    desk.run(*actions, retry_seconds=0)
    desk.simulator.faults.remove(rule)
    desk.world.set_report(1344, rows=[])

    desk.run(*(actions if configured else actions[1:]), retry_seconds=0)

    # What a person took out of the configuration is not gone on with.
    assert desk.attached(ticket) == ([machine.id] if configured else [])
    told = " ".join(desk.comments(ticket))
    assert "Not yet done: attach asset IC-LAB0001-F20" in told
    assert ("Done: attach asset IC-LAB0001-F20" in told) is configured


def test_a_closed_ticket_is_left_alone(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    closed = next(one for one in desk.world.ticket_statuses if one.status_class == 3)
    desk.world.set_status(ticket.id, closed.id)
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])

    report = desk.run(HELLO)

    assert report.skipped == 1
    assert desk.writes() == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert "closed" in row["metadata"]["message"]


def test_the_circuit_breaker_stops_a_run_that_mostly_fails(desk: Desk) -> None:
    for number in range(45):
        desk.ticket(f"Ticket {number}")
    desk.simulator.faults.add("status_before", method="POST", route=FEED, status=400)

    report = desk.run(HELLO, workers=1)

    assert report.failed == 20
    assert "the next run tries one ticket first" in report.stopped


def test_after_the_breaker_another_process_probes_with_one_ticket(
    desk: Desk, log: StateTracker
) -> None:
    """Cron starts a new process each hour: the open circuit stands in the database."""
    for number in range(45):
        desk.ticket(f"Ticket {number}")
    rule = desk.simulator.faults.add("status_before", method="POST", route=FEED, status=400)
    desk.run(HELLO, workers=1)

    still_failing = desk.run(HELLO, workers=4)
    assert log.circuit_is_open("report:1344")
    desk.simulator.faults.remove(rule)
    mended = desk.run(HELLO, workers=4)
    assert not log.circuit_is_open("report:1344")

    assert still_failing.executed == 1
    assert "1 of 1 tickets failed" in still_failing.stopped
    assert (mended.succeeded, mended.stopped) == (24, "")


def test_a_probe_that_another_daemon_has_in_its_hands_tells_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(45):
        desk.ticket(f"Ticket {number}")
    desk.simulator.faults.add("status_before", method="POST", route=FEED, status=400)
    desk.run(HELLO, workers=1)
    claim, asked = StateTracker.claim, []

    def late(self: StateTracker, ticket_id: int, *given: Any, **more: Any) -> list[Claim]:
        asked.append(ticket_id)
        return [] if len(asked) == 1 else claim(self, ticket_id, *given, **more)

    monkeypatch.setattr(StateTracker, "claim", late)
    report = desk.run(HELLO, workers=4)

    assert len(asked) == 2
    assert "1 of 1 tickets failed" in report.stopped


def test_an_open_breaker_stays_open_though_what_is_in_hand_ends_well() -> None:
    breaker = CircuitBreaker()
    breaker.begin_run(was_open=False)
    for number in range(20):
        breaker.count(failed=number < 7)
    for _ in range(5):
        breaker.count(failed=False)

    assert breaker.is_open


def test_a_hiccup_of_tdx_that_is_over_counts_no_attempt(desk: Desk, log: StateTracker) -> None:
    """As often as the client tries, a 503; then TDX answers for our account, and for the ticket."""
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add("status_before", method="GET", route=TICKET, status=503, times=4)

    report = desk.run(HELLO)

    assert (report.succeeded, report.failed) == (1, 0)
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["attempts"] == 0


class TestAPoisonedTicket:
    """It fails alone, with its reason, and the queue goes on."""

    BODIES: ClassVar = {
        "deleted": {"status": 404},
        "no permission": {"status": 403, "body": "You can not view this ticket."},
        "no permission, by a 401": {"status": 401},
        "a server error": {"status": 500},
    }

    @pytest.mark.parametrize("kind", BODIES)
    def test_that_can_not_be_read(self, desk: Desk, log: StateTracker, kind: str) -> None:
        bad, good = desk.ticket("Bad"), desk.ticket("Good")
        desk.simulator.faults.add(
            "status_before", "GET", TICKET, ticket_id=bad.id, **self.BODIES[kind]
        )

        report = desk.run(HELLO)

        assert (report.failed, report.succeeded) == (1, 1)
        assert desk.comments(good) == ["Hello"]
        (row,) = log.get_ticket_actions(bad.id)
        assert str(self.BODIES[kind]["status"]) in row["error_message"]

    def test_that_was_moved_to_another_application(self, desk: Desk, log: StateTracker) -> None:
        moved, good = desk.ticket("Moved"), desk.ticket("Good")
        desk.world.set_report(1344, rows=[{"TicketID": moved.id}, {"TicketID": good.id}])
        moved.app_id = 47

        report = desk.run(HELLO)

        assert (report.failed, report.succeeded) == (1, 1)
        (row,) = log.get_ticket_actions(moved.id)
        assert "another application" in row["error_message"] or "404" in row["error_message"]

    @pytest.mark.parametrize(
        "answer",
        ["garbage", "truncated", "empty", "html"],
    )
    def test_that_answers_nonsense(self, desk: Desk, answer: str) -> None:
        bad, good = desk.ticket("Bad"), desk.ticket("Good")
        desk.simulator.faults.add(answer, "GET", TICKET, ticket_id=bad.id)

        report = desk.run(HELLO, workers=1)

        assert desk.comments(good) == ["Hello"]
        assert desk.comments(bad) == []
        assert report.succeeded == 1

    @pytest.mark.parametrize(
        "body",
        ["x" * 5_000_000, "<div>" * 200_000, "\x00\u202e\ufffe", "&" * 100_000, "(" * 50_000],
        ids=["5 MB", "200,000 tags", "unstorable", "ampersands", "brackets"],
    )
    def test_whose_description_is_absurd(self, desk: Desk, body: str) -> None:
        bad, good = desk.ticket("Bad", body), desk.ticket("Good")

        report = desk.run(AddAssetAction(), HELLO)

        assert report.failed == 0
        assert desk.comments(good) == desk.comments(bad) == ["Hello"]
