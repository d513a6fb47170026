"""The rule around an action: on which tickets, when, how often, how far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ticket_queue_daemon.actions import CommentAction, StatusChangeAction, SummaryCommentAction
from ticket_queue_daemon.errors import BlastRadiusError, ConfigError
from ticket_queue_daemon.rules.making import RuleWords

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.actions import BaseAction
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

NEW = 'ticket.Title.contains("printer")'


def hello(text: str = "Hello", *, label: str = "", **words: Any) -> BaseAction:
    return CommentAction(text).under(RuleWords(**words).made(), label=label)


def row(log: StateTracker, ticket: Ticket, kind: str = "comment") -> dict[str, Any]:
    [found] = [one for one in log.get_ticket_actions(ticket.id) if one["action_type"] == kind]
    return found


def calls(report: RunReport) -> dict[str, int]:
    """Without the logging in, which each process does."""
    return {route: count for route, count in report.calls.items() if "auth/" not in route}


def let_time_pass(desk: Desk, days: float) -> None:
    """In the database and on the tickets, as seen from now."""
    gone = timedelta(days=days)
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE meta.daemon_action_log SET look_again_at = look_again_at - %s,"
            " claimed_at = claimed_at - %s, executed_at = executed_at - %s",
            (gone, gone, gone),
        )
    for ticket in desk.world.tickets.values():
        ticket.created -= gone
        ticket.modified -= gone


class TestWhen:
    def test_only_where_it_holds_and_the_reason_is_kept(
        self, desk: Desk, log: StateTracker
    ) -> None:
        here, there = desk.ticket("The printer"), desk.ticket("A screen")

        desk.run(hello(when=NEW))

        assert (desk.comments(here), desk.comments(there)) == (["Hello"], [])
        assert row(log, there)["status"] == "skipped"
        assert 'ticket.Title is "A screen"' in row(log, there)["metadata"]["message"]

    def test_a_dry_run_says_the_same(self, desk: Desk) -> None:
        desk.ticket("A screen")

        [plan] = desk.run(hello(when=NEW), dry_run=True).plans

        assert plan.effects == ()
        assert 'ticket.Title is "A screen"' in plan.reason

    def test_a_ticket_that_changes_is_asked_again(self, desk: Desk) -> None:
        ticket = desk.ticket("A screen")
        desk.run(hello(when=NEW))
        ticket.title = "A printer"
        ticket.modified += timedelta(seconds=5)

        desk.run(hello(when=NEW))
        desk.run(hello(when=NEW))

        assert desk.comments(ticket) == ["Hello"]

    def test_another_condition_asks_those_that_were_turned_away_and_no_others(
        self, desk: Desk
    ) -> None:
        done, away = desk.ticket("The printer"), desk.ticket("A screen")
        desk.run(hello(when=NEW))

        desk.run(hello(when='ticket.Title != ""'))

        assert (desk.comments(done), desk.comments(away)) == (["Hello"], ["Hello"])

    def test_a_condition_that_is_widened_by_a_typo_is_refused_like_something_new(
        self, desk: Desk
    ) -> None:
        for number in range(3):
            desk.ticket(f"Screen {number}")
        desk.run(hello(when=NEW), max_new_tickets=3)

        with pytest.raises(BlastRadiusError):
            desk.run(hello(when="true"), max_new_tickets=2)
        assert desk.writes() == 0

    def test_an_unchanged_report_costs_one_call(self, desk: Desk) -> None:
        for number in range(3):
            desk.ticket(f"Screen {number}")
        desk.run(hello(when=NEW))

        assert calls(desk.run(hello(when=NEW))) == {"GET reports/{id}": 1}

    def test_what_no_condition_asks_for_is_not_fetched(self, desk: Desk) -> None:
        desk.ticket("A screen")

        calls = desk.run(hello(when=NEW)).calls

        assert not {"GET tickets/{id}/feed", "GET people/{uid}"} & calls.keys()

    def test_row_requestor_assets_and_feed(self, desk: Desk) -> None:
        machine = desk.asset("IC-EHLB760-F16", "SN-A")
        ticket = desk.ticket("A screen")
        desk.world.attach_asset(ticket.id, machine.id)
        desk.world.add_feed_entry(ticket.id, "Any news?", desk.alice)

        for number, condition in enumerate(
            (
                f"row.TicketID == {ticket.id}",
                'requestor.LastName == "Rivera"',
                'assets.exists(one, one.name == "IC-EHLB760-F16" && one.serial == "SN-A")',
                "feed.count == 1 && feed.last_reply_is_requestor",
                'queue.name == "report:1344"',
            )
        ):
            desk.run(hello(f"Number {number}", when=condition))

        assert desk.comments(ticket) == [f"Number {number}" for number in range(5)]


class TestTime:
    def test_it_waits_without_a_call_and_acts_when_it_is_due(
        self, desk: Desk, log: StateTracker
    ) -> None:
        ticket = desk.ticket("Screen")
        action = {"after": "3d", "since": "created"}
        desk.run(hello(**action))
        assert "waits until" in row(log, ticket)["metadata"]["message"]
        assert calls(desk.run(hello(**action))) == {"GET reports/{id}": 1}

        let_time_pass(desk, 2.9)
        desk.run(hello(**action))
        assert desk.comments(ticket) == []
        let_time_pass(desk, 0.2)
        desk.run(hello(**action))

        assert desk.comments(ticket) == ["Hello"]

    def test_the_requestors_reply_moves_it_and_our_own_does_not(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        action = {"after": "1d", "since": "last_requestor_reply"}
        desk.run(hello(**action))
        assert desk.comments(ticket) == []

        desk.world.add_feed_entry(ticket.id, "Hello?", desk.alice)
        desk.run(hello("Ours"), hello(**action, on_update=True))
        assert desk.comments(ticket) == ["Ours"]

    def test_reminders_come_again_each_once_and_end(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        action = {"every": "7d", "at_most": 3}
        seen = []
        for _ in range(5):
            desk.run(hello(**action))
            desk.run(hello(**action))
            seen.append(len(desk.comments(ticket)))
            let_time_pass(desk, 7.01)

        assert seen == [1, 2, 3, 3, 3]

    @pytest.mark.parametrize(
        ("catch_up", "seen"), [("once", [1, 2, 2]), ("each", [1, 2, 3]), ("skip", [1, 1, 1])]
    )
    def test_what_was_missed(self, desk: Desk, catch_up: str, seen: list[int]) -> None:
        """Two and a half weeks without a daemon: two are missed."""
        ticket = desk.ticket("Screen")
        action = {"every": "7d", "at_most": 9, "catch_up": catch_up}
        counts = []
        for days in (17.5, 0.0, 0.0):
            desk.run(hello(**action))
            counts.append(len(desk.comments(ticket)))
            let_time_pass(desk, days)

        assert counts == seen

    def test_a_lost_answer_of_the_second_reminder_is_looked_up(self, desk: Desk) -> None:
        """The first one, of the same words, is not taken for it."""
        ticket = desk.ticket("Screen")
        desk.run(hello(every="7d"))
        let_time_pass(desk, 7.01)
        desk.simulator.faults.add("drop_before", "POST", r"/tickets/\{id\}/feed$", nth=1)

        for _ in range(2):
            desk.run(hello(every="7d"), retry_seconds=0)

        assert desk.comments(ticket) == ["Hello", "Hello"]

    def test_outside_its_schedule_it_does_not_look(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        now = datetime.now(UTC)
        closed = f"{now + timedelta(hours=5):%H}:00-{now + timedelta(hours=6):%H}:00"
        wide = f"{now - timedelta(hours=5):%H}:00-{now + timedelta(hours=5):%H}:00"

        assert calls(desk.run(hello(schedule=closed))) == {"GET reports/{id}": 1}
        desk.run(hello(schedule=wide))

        assert desk.comments(ticket) == ["Hello"]


class TestHowFar:
    def test_in_shadow_it_is_planned_and_logged_and_not_sent(
        self, desk: Desk, log: StateTracker
    ) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(shadow=True))
        assert desk.writes() == 0
        assert row(log, ticket)["metadata"]["details"]["in_shadow"] == [
            "post public comment: Hello"
        ]

        desk.run(hello())
        assert desk.comments(ticket) == ["Hello"]

    def test_a_limit_is_for_one_run_and_the_rest_follows(self, desk: Desk) -> None:
        for number in range(5):
            desk.ticket(f"Screen {number}")

        reports = [desk.run(hello(limit=2)) for _ in range(4)]

        assert [report.succeeded for report in reports] == [2, 2, 1, 0]
        assert "3 more tickets wait" in reports[0].notes[-1]

    def test_stop_leaves_out_what_comes_after(self, desk: Desk) -> None:
        stopped, other = desk.ticket("The printer"), desk.ticket("A screen")
        actions = (hello("First", when=NEW, stop=True), hello("Second"))

        desk.run(*actions)
        desk.run(*actions)

        assert (desk.comments(stopped), desk.comments(other)) == (["First"], ["Second"])

    def test_it_waits_for_the_action_that_it_depends_on(
        self, desk: Desk, log: StateTracker
    ) -> None:
        ticket = desk.ticket("Screen")
        first = StatusChangeAction(new_status_id=117)
        desk.simulator.faults.add("status_before", "PATCH", r"/tickets/\{id\}$", status=400, nth=1)

        desk.run(first, hello("Then", depends_on="status_change"), retry_seconds=0)
        assert desk.comments(ticket) == []
        log.clear_failed_actions()
        for _ in range(2):
            desk.run(first, hello("Then", depends_on="status_change"))

        assert desk.comments(ticket) == ["Then"]

    def test_once_per_requestor(self, desk: Desk) -> None:
        tickets = [desk.ticket(f"Screen {number}") for number in range(3)]
        desk.ticket("Of somebody else", requestor=desk.theo)

        desk.run(hello(once_per="requestor"), SummaryCommentAction())
        late = desk.ticket("Late")
        desk.run(hello(once_per="requestor"), SummaryCommentAction())

        assert sum("Hello" in desk.comments(one) for one in [*tickets, late]) == 1
        assert desk.writes() == 2

    def test_once_a_day(self, desk: Desk) -> None:
        for number in range(3):
            desk.ticket(f"Screen {number}")

        desk.run(hello(once_per="day"))

        assert desk.writes() == 1

    def test_a_baseline_covers_what_waits(self, desk: Desk) -> None:
        ticket = desk.ticket("Screen")
        desk.run(hello(after="3d"))

        desk.app(hello(after="3d")).baseline()
        let_time_pass(desk, 4)
        desk.run(hello(after="3d"))

        assert desk.comments(ticket) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"when": "ticket.Titel == 'x'"}, "did you mean title"),
        ({"when": "ticket.Title == 3"}, "a text is compared with a number"),
        ({"after": "3 fortnights"}, "fortnights"),
        ({"after": "2 business days"}, "business hours"),
        ({"since": "create"}, "Did you mean created"),
        ({"every": "5s"}, "too often"),
        ({"at_most": 3}, "belong to every"),
        ({"schedule": "Mun-Fri 08:00-17:00"}, "Mun"),
        ({"once_per": "person"}, "once_per 'person'"),
        ({"limit": -1}, "limit -1"),
    ],
)
def test_a_wrong_word_is_an_error_at_loading(words: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        RuleWords(**words).made()
    assert said.casefold() in f"{error.value.message} {error.value.advice}".casefold()


def test_what_depends_on_nothing_before_it_is_an_error(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="depends on 'tag', and no actions before it"):
        desk.run(hello(depends_on="tag"))
