"""Writes that TDX takes together go out together: once, looked for whole, told as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import ActionResult, BaseAction, TicketFacade

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


class Triage(BaseAction):
    """Asks for everything bit by bit, as people write actions."""

    def __init__(self, other: int | None = None) -> None:
        super().__init__()
        self.other = other

    def get_action_type(self) -> str:
        return "triage"

    def get_action_config(self) -> dict[str, Any]:
        return {"what": "triage"}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        facade.update_ticket(ticket_id, {"StatusID": 117})
        facade.add_tags(ticket_id, ["triaged"])
        facade.update_ticket(ticket_id, {"Title": "Printer (triaged)"})
        facade.update_ticket(ticket_id, {"attributes/18377": "2364"})
        facade.add_tags(ticket_id, ["printer"])
        if self.other is not None:
            facade.update_ticket(ticket_id, {"StatusID": self.other})
        return ActionResult(summary="triaged")


def test_fields_and_tags_cost_one_call_each(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    desk.run(Triage())

    requests = desk.simulator.requests
    assert requests.count("PATCH /{appId}/tickets/{id}") == 1
    assert requests.count("POST /{appId}/tickets/{id}/tags") == 1
    world = desk.world.tickets[ticket.id]
    assert (world.status_id, world.title, world.attributes[18377]) == (
        117,
        "Printer (triaged)",
        "2364",
    )
    assert set(world.tags) == {"triaged", "printer"}
    assert [row["status"] for row in log.get_ticket_actions(ticket.id)] == ["completed"]


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": "drop_after"},
        {"effect": "drop_before"},
        {"effect": "status_after", "status": 500},
        {"effect": "garbage"},
        {"effect": "empty"},
    ],
    ids=lambda fault: fault["effect"],
)
@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_a_lost_answer_to_merged_writes_is_looked_for_whole(
    desk: Desk, log: StateTracker, fault: dict[str, Any], method: str
) -> None:
    ticket = desk.ticket("Printer")
    rule = dict(fault)
    route = r"/tickets/\{id\}$" if method == "PATCH" else "/tags$"
    desk.simulator.faults.add(rule.pop("effect"), route=route, method=method, nth=1, **rule)

    for _ in range(3):
        desk.run(Triage(), retry_seconds=0)

    journal = desk.simulator.journal
    assert len(journal.for_ticket(ticket.id, "ticket_patched")) == 1
    assert len(journal.for_ticket(ticket.id, "tags_added")) == 1
    assert [row["status"] for row in log.get_ticket_actions(ticket.id)] == ["completed"]


class Overtaken(Triage):
    """A person edits the ticket between the plan and its writes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        result = super().execute_action(ticket_id, facade, dry_run)
        self.desk.world.tickets[ticket_id].title = "Printer, urgent"
        return result


def test_a_person_who_changed_one_of_the_fields_is_not_overruled(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    desk.run(Overtaken(desk))

    world = desk.world.tickets[ticket.id]
    assert (world.title, world.status_id) == ("Printer, urgent", 115)
    assert set(world.tags) == {"triaged", "printer"}
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "failed"
    assert "somebody has changed it" in row["error_message"]


def test_two_values_for_one_field_fail_before_anything_is_sent(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    desk.run(Triage(other=122))

    assert desk.writes() == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "failed"
    assert "two values of StatusID: 117 and 122" in row["error_message"]


def test_a_dry_run_shows_the_merged_writes(desk: Desk) -> None:
    desk.ticket("Printer")

    report = desk.run(Triage(), dry_run=True)

    fields, tags = report.plans[0].effects
    assert fields.startswith("set StatusID to 117 (was 115), Title to 'Printer (triaged)' (was ")
    assert "attributes/18377 to '2364'" in fields
    assert tags == "add tags triaged, printer"


class Close(BaseAction):
    """Sets a status and says why, in two wishes; a person may set another in between."""

    def __init__(self, overtake: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.overtake = overtake

    def get_action_type(self) -> str:
        return "close"

    def get_action_config(self) -> dict[str, Any]:
        return {"what": "close"}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        facade.update_ticket(ticket_id, {"StatusID": 122})
        facade.add_comment(ticket_id, "Done", is_private=True)
        if self.overtake is not None:
            self.overtake()
        return ActionResult(summary="closed")


def test_a_status_and_its_comment_are_one_post_which_reopens_nothing(
    desk: Desk, log: StateTracker
) -> None:
    desk.world.behaviour.reopen_status_id = 115
    ticket = desk.ticket("Printer")

    desk.run(Close())

    requests = desk.simulator.requests
    assert requests.count("PATCH /{appId}/tickets/{id}") == 0
    assert requests.count("POST /{appId}/tickets/{id}/feed") == 1
    assert requests.count("GET /{appId}/tickets/{id}") == 2
    assert requests.count("GET /{appId}/tickets/{id}/feed") == 0
    assert desk.world.tickets[ticket.id].status_id == 122
    (write,) = desk.simulator.journal.for_ticket(ticket.id, "feed_entry")
    assert write.details["is_private"]
    assert [row["status"] for row in log.get_ticket_actions(ticket.id)] == ["completed"]


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": "drop_after"},
        {"effect": "drop_before"},
        {"effect": "status_after", "status": 500},
        {"effect": "status_before", "status": 500},
        {"effect": "garbage"},
        {"effect": "empty"},
    ],
    ids=lambda fault: fault["effect"],
)
def test_a_lost_answer_to_the_one_post_is_looked_for(
    desk: Desk, log: StateTracker, fault: dict[str, Any]
) -> None:
    ticket = desk.ticket("Printer")
    rule = dict(fault)
    desk.simulator.faults.add(
        rule.pop("effect"), route=r"/tickets/\{id\}/feed$", method="POST", nth=1, **rule
    )

    for _ in range(3):
        desk.run(Close(), retry_seconds=0)

    assert len(desk.simulator.journal.for_ticket(ticket.id, "feed_entry")) == 1
    assert desk.world.tickets[ticket.id].status_id == 122
    assert [row["status"] for row in log.get_ticket_actions(ticket.id)] == ["completed"]


def test_a_post_that_only_the_status_shows_yet_is_neither_repeated_nor_called_refused(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")
    desk.world.behaviour.feed_lag_seconds = 3600.0
    desk.simulator.faults.add("drop_after", route=r"/tickets/\{id\}/feed$", method="POST", nth=1)

    for _ in range(3):
        desk.run(Close(), retry_seconds=0)

    assert len(desk.simulator.journal.for_ticket(ticket.id, "feed_entry")) == 1
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "needs_review"
    assert "the status is 122 by now" in row["error_message"]


def test_a_person_who_was_faster_keeps_their_status_and_nothing_is_said(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    def overtake() -> None:
        desk.world.set_status(ticket.id, 117)

    desk.run(Close(overtake))

    assert desk.world.tickets[ticket.id].status_id == 117
    assert desk.comments(ticket) == []
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "failed"
    assert "somebody has changed it" in row["error_message"]


def test_merging_changes_no_identity() -> None:
    """Ids come from the config alone: an upgrade executes nothing again."""
    assert Triage().get_action_id() == Triage(other=122).get_action_id()
