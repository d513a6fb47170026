"""Rules under what goes wrong: nothing comes twice, nothing stops in silence, and what is said is true."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ticket_queue_daemon.actions import CommentAction, SummaryCommentAction
from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.audit.findings import Level
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.engine.keys import bind
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.making import RuleWords

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker


NEW = 'ticket.Title.contains("printer")'


def hello(text: str = "Hello", *, label: str = "", **words: Any) -> BaseAction:
    return CommentAction(text).under(RuleWords(**words).made(), label=label)


def row(log: StateTracker, ticket: Ticket) -> dict[str, Any]:
    [found] = log.get_ticket_actions(ticket.id)
    return found


def let_time_pass(desk: Desk, days: float) -> None:
    """In the database and on the tickets, as seen from now."""
    sql(
        desk,
        "UPDATE meta.daemon_action_log SET look_again_at = look_again_at - gone,"
        " claimed_at = claimed_at - gone, executed_at = executed_at - gone,"
        " ticket_modified_at = ticket_modified_at - gone"
        f" FROM (SELECT make_interval(secs => {days * 86400})) AS passed (gone)",
    )
    gone = timedelta(days=days)
    for ticket in desk.world.tickets.values():
        ticket.created -= gone
        ticket.modified -= gone


def changes(ticket: Ticket, title: str = "") -> None:
    ticket.title = title or ticket.title
    ticket.modified += timedelta(seconds=5)


def sql(desk: Desk, statement: str) -> None:
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        connection.execute(statement)


class Says(BaseAction):
    """An action that changes nothing and has something to tell."""

    def __init__(self, *, skips: bool) -> None:
        super().__init__()
        self.skips = skips

    def get_action_type(self) -> str:
        return "says"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> Any:
        del ticket_id, facade, dry_run
        return skip("no", summary="A hint") if self.skips else ActionResult(summary="A word")


class Stumbles(BaseAction):
    """An action that does not succeed, or does."""

    well = False
    rests = False

    def get_action_type(self) -> str:
        return "stumbles"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> Any:
        del dry_run
        if self.rests:
            return skip("nothing to do today")
        facade.add_comment(ticket_id, "First")
        return ActionResult(success=self.well)


class TestNothingStopsInSilence:
    def test_what_depends_on_an_action_follows_whenever_that_is_done(self, desk: Desk) -> None:
        ticket = desk.ticket("A screen")
        actions = (hello("First", when=NEW, label="first"), hello("Then", depends_on="first"))
        desk.run(*actions)
        changes(ticket, "A printer")

        for _ in range(3):
            desk.run(*actions)

        assert desk.comments(ticket) == ["First", "Then"]

    def test_a_moment_that_has_not_come_yet_is_waited_for(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        action = {"after": "1m", "since": "last_requestor_reply"}
        desk.run(hello(**action))
        an_hour_ago = ticket.modified - timedelta(hours=1)
        desk.world.add_feed_entry(ticket.id, "Any news?", desk.alice, created=an_hour_ago)
        changes(ticket)

        desk.run(hello(**action))

        assert desk.comments(ticket) == ["Hello"]

    def test_days_pass_without_a_change_of_the_ticket(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        action = {"when": "ticket.DaysOld >= 3"}
        desk.run(hello(**action))
        let_time_pass(desk, 3.5)

        desk.run(hello(**action))

        assert desk.comments(ticket) == ["Hello"]

    def test_a_column_of_the_report_changes_without_a_change_of_the_ticket(
        self, desk: Desk
    ) -> None:
        ticket = desk.ticket("A screen")
        action = {"when": 'row.Title.contains("printer")'}
        desk.run(hello(**action))
        ticket.title = "A printer"
        let_time_pass(desk, 0.1)

        desk.run(hello(**action))

        assert desk.comments(ticket) == ["Hello"]

    def test_what_is_done_every_day_is_tried_every_day(self, desk: Desk) -> None:
        """Today it finds nothing to do; at_most counts that."""
        ticket = desk.ticket("Screen")
        stumbles = Stumbles().under(RuleWords(every="1d", at_most=3).made())
        seen = []
        for stumbles.rests, stumbles.well in (
            (True, True),
            (False, True),
            (True, True),
            (False, True),
        ):
            for _ in range(2):
                desk.run(stumbles)
            seen.append(len(desk.comments(ticket)))
            let_time_pass(desk, 1.01)

        assert seen == [0, 1, 1, 1]

    def test_what_could_not_be_decided_is_asked_again_when_the_ticket_changes(
        self, desk: Desk
    ) -> None:
        ticket = desk.ticket("Screen")
        action = {"when": "ticket.CompletedDate < now || ticket.Title.contains('printer')"}
        for _ in range(3):
            desk.run(hello(**action), retry_seconds=0, max_attempts=2)
        changes(ticket, "A printer")

        desk.run(hello(**action), max_attempts=2)

        assert desk.comments(ticket) == ["Hello"]

    def test_a_rule_that_can_not_be_decided_does_not_stop_the_others(self, desk: Desk) -> None:
        tickets = [desk.ticket(f"Screen {number}") for number in range(25)]

        report = desk.run(hello("Never", when="row.Nope == 1"), hello())

        assert report.stopped == ""
        assert report.failed == len(tickets)
        assert [desk.comments(one) for one in tickets] == [["Hello"]] * len(tickets)

    def test_what_could_not_be_decided_is_asked_again_by_another_condition(
        self, desk: Desk
    ) -> None:
        ticket = desk.ticket("Screen")
        for _ in range(3):
            desk.run(hello(when="row.Nope == 1"), retry_seconds=0, max_attempts=2)

        desk.run(hello(when="!has(row.Nope)"))

        assert desk.comments(ticket) == ["Hello"]

    def test_a_daemon_that_does_not_know_the_action_does_not_end_it(
        self, desk: Desk, log: StateTracker
    ) -> None:
        """It waits, comes due, and is claimed by a daemon that dies."""
        ticket = desk.ticket("Screen")
        action = {"after": "3d"}
        desk.run(hello(**action))
        let_time_pass(desk, 3.1)
        _die_with(desk, log, ticket, hello(**action))

        desk.run(hello("Another's"))
        desk.run(hello(**action))

        assert desk.comments(ticket) == ["Another's", "Hello"]

    def test_what_another_ticket_had_and_came_to_nothing_is_done_here(
        self, desk: Desk, log: StateTracker
    ) -> None:
        first, second = desk.ticket("First"), desk.ticket("Second")
        action = {"once_per": "requestor"}
        [bound] = bind([hello(**action)])
        [claim] = log.claim(
            first.id, [bound.key], queue="report:1344", run_id=uuid.uuid4(), lease_seconds=300
        )
        log.take_once(claim, f"requestor:{desk.alice.uid}")
        desk.run(hello(**action))
        assert "has it" in row(log, second)["metadata"]["message"]
        log.fail(claim, "gone", metadata={}, final=True, retry_seconds=60, max_attempts=5)
        let_time_pass(desk, 0.1)

        desk.run(hello(**action))

        assert (desk.comments(first), desk.comments(second)) == ([], ["Hello"])


def _die_with(desk: Desk, log: StateTracker, ticket: Ticket, action: BaseAction) -> None:
    """A daemon claims it and is killed before it has a plan; its lease is over."""
    [bound] = bind([action])
    assert log.claim(
        ticket.id, [bound.key], queue="report:1344", run_id=uuid.uuid4(), lease_seconds=300
    )
    sql(desk, "UPDATE meta.daemon_action_log SET lease_until = now() WHERE status = 'started'")


class TestNothingComesTwice:
    def test_a_reminder_that_a_daemon_without_it_takes_up_is_not_begun_anew(
        self, desk: Desk, log: StateTracker
    ) -> None:
        ticket = desk.ticket("Screen")
        action = {"every": "7d", "at_most": 2}
        desk.run(hello(**action))
        let_time_pass(desk, 7.1)
        desk.simulator.faults.add("status_before", "GET", r"/tickets/\{id\}$", status=400, nth=1)
        desk.run(hello(**action))
        assert row(log, ticket)["status"] == "failed"
        log.clear_failed_actions()
        _die_with(desk, log, ticket, hello(**action))

        desk.run(hello("Another's"))
        for _ in range(3):
            desk.run(hello(**action))
            let_time_pass(desk, 7.1)

        assert desk.comments(ticket).count("Hello") == 2

    def test_what_is_not_repeated_any_more_is_not_done_again_by_who_takes_it_up(
        self, desk: Desk, log: StateTracker
    ) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(every="7d"))
        let_time_pass(desk, 7.1)
        _die_with(desk, log, ticket, hello(every="7d"))

        desk.run(hello())

        assert desk.comments(ticket) == ["Hello"]

    def test_a_reminder_that_is_over_still_has_what_is_done_once(self, desk: Desk) -> None:
        """Its second occurrence finds nothing to do; the requestor has had the first."""
        first = desk.ticket("A printer")
        action = {"every": "7d", "once_per": "requestor", "when": NEW}
        desk.run(hello(**action))
        second = desk.ticket("The printer again")
        first.title = "A screen"
        let_time_pass(desk, 7.1)
        desk.run(hello(**action))
        changes(second)
        desk.run(hello(**action))

        assert (desk.comments(first), desk.comments(second)) == (["Hello"], [])

    def test_a_reminder_that_rests_still_stops_what_comes_after(self, desk: Desk) -> None:
        ticket = desk.ticket("A printer")
        first = hello("First", every="7d", when=NEW, stop=True)
        desk.run(first)
        ticket.title = "A screen"
        let_time_pass(desk, 7.1)

        desk.run(first, hello("Second"))

        assert desk.comments(ticket) == ["First"]

    def test_what_stops_others_is_waited_for_while_it_is_tried_again(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        stumbles = Stumbles().under(RuleWords(stop=True).made())
        for stumbles.well in (False, True, True):
            desk.run(stumbles, hello("Second"), retry_seconds=0)

        assert desk.comments(ticket) == ["First"]

    def test_what_will_never_stop_others_does_not(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        stumbles = Stumbles().under(RuleWords(stop=True).made())
        for _ in range(3):
            desk.run(stumbles, hello("Second"), retry_seconds=0, max_attempts=2)
            let_time_pass(desk, 0.01)

        assert desk.comments(ticket) == ["Second"]

    def test_a_persons_word_ends_the_waiting(self, desk: Desk, log: StateTracker) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(after="3d"))
        entry = row(log, ticket)
        log.mark_completed(
            ticket.id, entry["action_id"], "comment", entry["action_hash"], "skipped"
        )
        let_time_pass(desk, 4)

        desk.run(hello(after="3d"))
        desk.run(hello())

        assert desk.comments(ticket) == []


class TestShadow:
    @pytest.mark.parametrize("skips", [True, False])
    def test_nothing_is_told_of_it_either(self, desk: Desk, skips: bool) -> None:
        ticket = desk.ticket("Screen")
        summary = SummaryCommentAction()
        desk.run(Says(skips=skips).under(RuleWords(shadow=True).made()), summary)
        assert desk.comments(ticket) == []

        for _ in range(2):
            desk.run(Says(skips=skips), summary)
        assert len(desk.comments(ticket)) == 1


class TestSummary:
    def test_it_has_no_rule_of_its_own(self, desk: Desk) -> None:
        """It would be asked for ever to tell what its rule does not let it tell."""
        summary = SummaryCommentAction().under(RuleWords(shadow=True).made())

        with pytest.raises(ConfigError, match="SummaryCommentAction"):
            desk.run(hello(), summary)


class TestLimit:
    def test_what_waits_for_its_turn_waits_as_it_did_before(
        self, desk: Desk, log: StateTracker
    ) -> None:
        """It is not taken up off the report, as what a daemon left behind is; nor told of in its history."""
        tickets = [desk.ticket(f"Screen {number}") for number in range(3)]
        action = {"after": "3d", "limit": 1}
        desk.run(hello(after="3d"))
        let_time_pass(desk, 3.1)
        desk.run(hello(**action))
        waiting = [one for one in tickets if not desk.comments(one)]
        assert [row(log, one)["status"] for one in waiting] == ["skipped", "skipped"]
        told = [len(log.history(one.id)) for one in waiting]
        gone, stays = waiting
        gone.responsible_uid = desk.theo.uid

        desk.run(hello(**action), hello("More", limit=1), workers=1)

        assert (desk.comments(gone), desk.comments(stays)[0]) == ([], "Hello")
        assert len(log.history(gone.id)) == told[0]

    def test_what_would_stop_others_is_waited_for(self, desk: Desk) -> None:
        tickets = [desk.ticket(f"Printer {number}") for number in range(2)]
        actions = (hello("First", when='ticket.Title != ""', stop=True, limit=1), hello("Second"))

        for _ in range(2):
            desk.run(*actions)

        assert [desk.comments(one) for one in tickets] == [["First"], ["First"]]

    def test_what_is_under_way_is_finished_beyond_it(self, desk: Desk, log: StateTracker) -> None:
        """Its answer was lost, and the ticket has left the report; others wait for their turn."""
        late = desk.ticket("Late", responsible=desk.theo)
        [bound] = bind([hello()])
        [claim] = log.claim(
            late.id, [bound.key], queue="report:1344", run_id=uuid.uuid4(), lease_seconds=300
        )
        log.write_plan(claim, Plan(effects=(FeedEntryEffect(late.id, "Hello"),)).stored())
        log.effect_sending(claim, 0, {})
        log.fail(claim, "lost", metadata={}, final=False, retry_seconds=0, max_attempts=5)
        for number in range(2):
            desk.ticket(f"Screen {number}")

        report = desk.run(hello(limit=1), workers=1)

        assert desk.comments(late) == ["Hello"]
        assert report.succeeded == 2


class TestSchedule:
    def test_what_a_daemon_left_behind_is_not_begun_out_of_hours(
        self, desk: Desk, log: StateTracker
    ) -> None:
        ticket = desk.ticket("Screen")
        now = datetime.now(UTC)
        closed = f"{now + timedelta(hours=5):%H}:00-{now + timedelta(hours=6):%H}:00"
        _die_with(desk, log, ticket, hello())

        desk.run(hello(schedule=closed))
        assert desk.comments(ticket) == []
        desk.run(hello())
        assert desk.comments(ticket) == ["Hello"]


class TestDryRun:
    def test_it_counts_what_is_done_once_as_a_real_run_does(self, desk: Desk) -> None:
        for number in range(3):
            desk.ticket(f"Screen {number}")

        plans = desk.run(hello(once_per="requestor"), dry_run=True).plans

        assert sum(bool(plan.effects) for plan in plans) == 1
        assert desk.run(hello(once_per="requestor")).succeeded == 1
        desk.ticket("Late")
        [plan] = desk.run(hello(once_per="requestor"), dry_run=True).plans
        assert plan.effects == ()
        assert "ticket" in plan.reason

    def test_it_knows_which_occurrence_is_due(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(every="7d", at_most=3))
        let_time_pass(desk, 7.1)

        [plan] = desk.run(hello(every="7d", at_most=1), dry_run=True).plans

        assert plan.effects == ()
        desk.run(hello(every="7d", at_most=1))
        assert desk.comments(ticket) == ["Hello"]

    def test_it_heeds_a_limit_as_a_real_run_does(self, desk: Desk) -> None:
        for number in range(3):
            desk.ticket(f"Screen {number}")

        report = desk.run(hello(limit=2), dry_run=True)

        assert sum(bool(plan.effects) for plan in report.plans) == 2
        assert "1 more ticket waits" in report.notes[-1]


class TestExplain:
    def test_it_sees_what_a_run_sees(self, desk: Desk) -> None:
        ticket = desk.ticket("A printer")
        actions = (
            hello("First", label="first"),
            hello(when=f"queue.id == 1344 && {NEW.replace('ticket', 'row')}", depends_on="first"),
        )
        for _ in range(2):
            told = desk.app(*actions).explain(ticket.id).actions[1]
            assert told.look is not None
            assert told.look.outcome == "completed", told.look.view.reason
            desk.run(actions[0])

    def test_it_knows_hours_and_changes(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        now = datetime.now(UTC)
        closed = f"{now + timedelta(hours=5):%H}:00-{now + timedelta(hours=6):%H}:00"
        [told] = desk.app(hello(schedule=closed)).explain(ticket.id).actions
        assert not told.standing.acts
        assert "outside of its schedule" in told.standing.sentence

        waits = {"after": "3d", "on_update": True}
        desk.run(hello(**waits))
        changes(ticket)
        [told] = desk.app(hello(**waits)).explain(ticket.id).actions
        assert "has changed" in told.standing.sentence


class TestAudit:
    def test_reminders_of_the_same_words_are_no_duplicates(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        for _ in range(3):
            desk.run(hello(every="7d"))
            let_time_pass(desk, 7.1)
        assert desk.comments(ticket) == ["Hello"] * 3

        desk.run(hello(every="7d", when="false"))
        [found] = desk.app(hello()).auditor().audit([ticket.id])
        assert {one.kind.level for one in found} <= {Level.FINE}, found

    def test_it_is_silent_about_shadow_and_waiting(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(shadow=True), hello("Later", after="3d"))
        [found] = desk.app(hello()).auditor().audit([ticket.id])
        assert {one.kind.level for one in found} <= {Level.FINE}, found


class TestEachOccurrenceOnce:
    def test_an_occurrence_that_found_nothing_to_do_counts_once(self, desk: Desk) -> None:
        ticket = desk.ticket("A printer")
        action = {"every": "7d", "when": NEW, "at_most": 3}
        desk.run(hello(**action))
        let_time_pass(desk, 7.1)
        ticket.title = "A screen"
        desk.run(hello(**action))
        changes(ticket, "A printer")
        for _ in range(2):
            desk.run(hello(**action))
        assert desk.comments(ticket) == ["Hello"] * 2
        for _ in range(4):
            let_time_pass(desk, 7.1)
            desk.run(hello(**action))
        assert desk.comments(ticket) == ["Hello"] * 3

    def test_from_shadow_to_live_and_back_each_occurrence_comes_once(self, desk: Desk) -> None:
        ticket = desk.ticket("A printer")
        desk.run(hello(shadow=True, every="7d"))
        for _ in range(3):
            desk.run(hello(every="7d"))
        desk.run(hello(shadow=True, every="7d"))
        desk.run(hello(every="7d"))
        assert desk.comments(ticket) == ["Hello"]
        let_time_pass(desk, 7.1)
        desk.run(hello(shadow=True, every="7d"))
        assert desk.comments(ticket) == ["Hello"]
        for _ in range(2):
            desk.run(hello(every="7d"))
        assert desk.comments(ticket) == ["Hello"] * 2

    def test_what_follows_a_reminder_keeps_its_own_pace(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        actions = (hello("A", every="1d", label="a"), hello("B", every="7d", depends_on="a"))
        for _ in range(8):
            desk.run(*actions)
            desk.run(*actions)
            let_time_pass(desk, 1.0001)
        assert desk.comments(ticket).count("A") == 8
        assert desk.comments(ticket).count("B") == 2

    def test_an_occurrence_that_is_given_back_is_neither_lost_nor_doubled(self, desk: Desk) -> None:
        tickets = [desk.ticket(f"Screen {number}") for number in range(4)]
        desk.run(hello(every="7d"))
        let_time_pass(desk, 7.1)
        for _ in range(6):
            desk.run(hello(every="7d", limit=1))
        assert [desk.comments(one) for one in tickets] == [["Hello"] * 2] * 4

    def test_a_shorter_wait_is_heeded_at_once(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(after="3d", every="7d"))
        let_time_pass(desk, 2)
        for _ in range(2):
            desk.run(hello(after="1d", every="7d"))
        assert desk.comments(ticket) == ["Hello"]
