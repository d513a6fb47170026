"""A requestor names the machine later: a skipped ticket is looked at again when it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    BaseAction,
    CommentAction,
    SummaryCommentAction,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.errors import BlastRadiusError, ConfigError
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

REPORT = "GET /reports/{id}"
ON_UPDATE = AddAssetAction(reevaluate="on_update")
ACTIONS = (ON_UPDATE, SummaryCommentAction())


def says(desk: Desk, ticket: Ticket, text: str) -> None:
    """The requestor answers; the ticket's modified date moves."""
    desk.world.add_feed_entry(ticket.id, text, desk.alice)


def calls(desk: Desk) -> int:
    """Requests so far, without those of logging in."""
    counts = desk.simulator.requests.counts()
    return sum(n for route, n in counts.items() if "/auth" not in route)


def quiet(desk: Desk, *actions: BaseAction) -> bool:
    """Whether a pass over the report costs its one call and finds nothing to do."""
    before = calls(desk)
    report = desk.run(*actions)
    return (calls(desk) - before, report.pending) == (1, 0)


@pytest.fixture
def vague(desk: Desk) -> Ticket:
    """A ticket that names no machine; its requestor owns none."""
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    return desk.ticket("My computer is slow", "please help")


def test_off_by_default(desk: Desk, vague: Ticket) -> None:
    desk.run(AddAssetAction())
    says(desk, vague, "It is LSAF-D30H6J3")

    assert quiet(desk, AddAssetAction())
    assert desk.attached(vague) == []


def test_it_is_no_part_of_the_action_id() -> None:
    assert ON_UPDATE.get_action_id() == AddAssetAction().get_action_id()


def test_the_machine_that_is_named_later_is_attached_and_told(
    desk: Desk, vague: Ticket, log: StateTracker
) -> None:
    desk.run(*ACTIONS)
    (before,) = log.get_ticket_actions(vague.id)
    says(desk, vague, "It is LSAF-D30H6J3")

    report = desk.run(*ACTIONS)

    (asset,) = desk.world.assets.values()
    assert desk.attached(vague) == [asset.id]
    assert (report.pending, report.succeeded) == (1, 2)
    (comment,) = desk.comments(vague)
    assert "1. Added 1 asset: LSAF-D30H6J3. Reason: Computer names found in" in comment
    row = next(one for one in log.get_ticket_actions(vague.id) if one["action_type"] == "add_asset")
    assert (row["status"], row["log_id"]) == ("completed", before["log_id"])
    assert quiet(desk, *ACTIONS)


def test_what_changes_without_naming_one_costs_one_look_and_leaves_no_noise(
    desk: Desk, vague: Ticket, log: StateTracker
) -> None:
    desk.run(*ACTIONS)
    (before,) = log.get_ticket_actions(vague.id)

    for _ in range(3):
        says(desk, vague, "Hello? Anybody?")
        assert desk.run(*ACTIONS).skipped == 1
        assert quiet(desk, *ACTIONS)

    (row,) = log.get_ticket_actions(vague.id)
    assert desk.writes() == 0
    assert row["executed_at"] == before["executed_at"]
    assert [event.event for event in log.history(vague.id)].count("skipped") == 1


def test_our_own_writes_cost_one_more_look_and_no_loop(desk: Desk, vague: Ticket) -> None:
    comment = CommentAction(comment_text="We are looking into it.")
    actions = (ON_UPDATE, comment, SummaryCommentAction(skip_if_empty=False))

    first, second = desk.run(*actions), desk.run(*actions)

    assert (first.succeeded, first.skipped) == (2, 1)
    assert (second.pending, second.succeeded, second.skipped) == (1, 0, 1)
    assert quiet(desk, *actions)
    assert len(desk.comments(vague)) == 2


def test_a_line_of_a_skipped_ticket_is_told_once_however_often_it_is_looked_at(
    desk: Desk, log: StateTracker
) -> None:
    """The summary moves the modified date: told at each look, it would be posted for ever."""
    desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4")
    desk.asset("IC-MATH101-F20", "SN-B1B2C3D4")
    ticket = desk.ticket("IC-EHLB76O-F16 is slow")
    for _ in range(2):
        desk.run(*ACTIONS)
    assert quiet(desk, *ACTIONS)

    desk.world.tickets[ticket.id].title = "IC-MATH1O1-F20 is slow"
    says(desk, ticket, "I meant the other one")
    for _ in range(2):
        desk.run(*ACTIONS)
    desk.world.tickets[ticket.id].title = "IC-EHLB76O-F16 is slow"
    says(desk, ticket, "No, it was the first")
    desk.run(*ACTIONS)

    first, other = desk.comments(ticket)
    assert "did you mean IC-EHLB760-F16?" in first
    assert "did you mean IC-MATH101-F20?" in other
    assert quiet(desk, *ACTIONS)


def test_an_unchanged_report_costs_one_call_and_one_query(
    desk: Desk, vague: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = CommentAction(comment_text="We are looking into it.")
    app = desk.app(ON_UPDATE, comment, SummaryCommentAction(skip_if_empty=False))
    for _ in range(2):
        app.run_once(dry_run=False)
    statements: list[bytes] = []
    real = Database.rows

    def rows(database: Database, statement: bytes, params: Any = None) -> list[dict[str, Any]]:
        statements.append(statement)
        return real(database, statement, params)

    monkeypatch.setattr(Database, "rows", rows)
    monkeypatch.delattr(Database, "transaction")

    third = app.run_once(dry_run=False)

    assert (third.api_calls, third.pending) == (1, 0)
    assert statements == [sql("pending")]


def test_an_answer_between_the_poll_and_the_look_is_not_missed(desk: Desk, vague: Ticket) -> None:
    """The date that is kept is older than what was read: at worst there is one look too many."""
    machine = next(iter(desk.world.assets.values()))

    class Answering(BaseAction):
        """Somebody names the machine when the ticket was read for its skip, and we comment after."""

        def get_action_type(self) -> str:
            return "answering"

        def get_action_config(self) -> dict[str, Any]:
            return {}

        def execute_action(
            self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
        ) -> ActionResult:
            says(desk, vague, f"It is {machine.name}")
            facade.add_comment(ticket_id, "We are looking into it.")
            return ActionResult()

    actions = (ON_UPDATE, Answering())
    desk.run(*actions)
    assert desk.attached(vague) == []

    desk.run(*actions)

    assert desk.attached(vague) == [machine.id]


def test_any_action_may_ask_for_it(desk: Desk) -> None:
    class Waiting(BaseAction):
        reevaluate = "on_update"

        def get_action_type(self) -> str:
            return "waiting"

        def get_action_config(self) -> dict[str, Any]:
            return {}

        def execute_action(
            self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
        ) -> ActionResult:
            if facade.get_ticket(ticket_id).title != "Ready":
                return skip("not yet")
            facade.add_comment(ticket_id, "Go")
            return ActionResult(summary="Said go")

    ticket = desk.ticket("Wait")
    desk.run(Waiting())
    ticket.title, ticket.modified = "Ready", desk.world.now()

    desk.run(Waiting())

    assert desk.comments(ticket) == ["Go"]


def test_a_dry_run_shows_the_second_look_and_writes_nothing(
    desk: Desk, vague: Ticket, log: StateTracker
) -> None:
    desk.run(*ACTIONS)
    says(desk, vague, "It is LSAF-D30H6J3")
    before = log.get_ticket_actions(vague.id), len(log.history(vague.id))

    report = desk.run(*ACTIONS, dry_run=True)

    assert report.plans[0].effects == ("attach asset LSAF-D30H6J3",)
    assert (log.get_ticket_actions(vague.id), len(log.history(vague.id))) == before
    assert desk.writes() == 0


def test_second_looks_are_not_counted_as_new(desk: Desk) -> None:
    tickets = [desk.ticket(f"Slow {number}") for number in range(3)]
    desk.run(*ACTIONS, max_new_tickets=3)
    desk.ticket("Slow too")
    for ticket in tickets:
        says(desk, ticket, "Hello?")

    report = desk.run(*ACTIONS, max_new_tickets=1)

    assert report.skipped == 4
    with pytest.raises(BlastRadiusError):
        desk.run(AddAssetAction(version="v2", reevaluate="on_update"), max_new_tickets=1)


@pytest.mark.parametrize(
    "trimmed", ["2026-11-24T08:30:00.1Z", "2026-11-24T08:30:00.1", "2026-11-24T08:30:00.100Z"]
)
def test_dates_are_compared_as_dates(desk: Desk, vague: Ticket, trimmed: str) -> None:
    report = desk.world.reports[1344]
    report.rows = [{"TicketID": vague.id, "ModifiedDate": "2026-11-24T08:30:00.100Z"}]
    desk.run(*ACTIONS)

    report.rows = [{"TicketID": vague.id, "ModifiedDate": trimmed}]
    assert quiet(desk, *ACTIONS)

    report.rows = [{"TicketID": vague.id, "ModifiedDate": "2026-11-24T08:30:00.11"}]
    assert desk.run(*ACTIONS).pending == 1


def test_a_report_without_the_column_is_said_and_nothing_is_looked_at_again(
    desk: Desk, vague: Ticket
) -> None:
    desk.world.reports[1344].rows = [{"TicketID": vague.id}]
    desk.run(*ACTIONS)
    says(desk, vague, "It is LSAF-D30H6J3")

    report = desk.run(*ACTIONS)

    assert report.pending == 0
    assert any("Add the column Modified to the report" in note for note in report.notes)
    assert not any("Modified" in note for note in desk.run(AddAssetAction()).notes)


def test_a_word_that_is_not_known_is_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="reevaluate is 'always'"):
        desk.app(AddAssetAction(reevaluate="always"))  # type: ignore[arg-type]  the mistake
