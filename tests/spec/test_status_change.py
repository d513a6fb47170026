"""The seed's "Status change action", one of its future enhancements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import BaseAction, StatusChangeAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


class SeedExample(BaseAction):
    """The seed's own example, to compare ids with."""

    def get_action_type(self) -> str:
        return "status_change"

    def get_action_config(self) -> dict[str, Any]:
        return {"new_status_id": 117}

    def execute_action(self, ticket_id: int, facade: Any, dry_run: bool = False) -> None: ...


def test_its_id_is_that_of_the_seeds_example() -> None:
    assert StatusChangeAction(117).get_action_id() == SeedExample().get_action_id()


def test_a_name_and_its_number_are_one_action(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.run(StatusChangeAction(117))
    desk.world.set_status(ticket.id, 115)

    again = desk.run(StatusChangeAction("In Progress"))

    assert again.executed == 0
    assert ticket.status_id == 115


def test_a_name_has_no_id_before_it_was_looked_up() -> None:
    action = StatusChangeAction("In Progress")

    with pytest.raises(ConfigError, match="has not been looked up yet"):
        action.get_action_id()
    assert "not been looked up" in repr(action)


def test_an_unknown_name_is_refused_before_anything_is_done(desk: Desk) -> None:
    desk.ticket("Printer")

    with pytest.raises(ConfigError, match="no active status named 'In Progess'") as caught:
        desk.run(StatusChangeAction("In Progess"))

    assert "Did you mean In Progress" in caught.value.advice
    assert desk.writes() == 0


def test_what_has_it_already_is_skipped(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer", status_id=117)

    desk.run(StatusChangeAction(117))

    (row,) = log.get_ticket_actions(ticket.id)
    assert (row["status"], row["metadata"]["message"]) == (
        "skipped",
        "the ticket has the status In Progress already",
    )
    assert desk.writes() == 0


class Overtaken(StatusChangeAction):
    """A person sets another status between the plan and its write."""

    desk: Desk

    def execute_action(self, ticket_id: int, facade: Any, dry_run: bool = False) -> Any:
        result = super().execute_action(ticket_id, facade, dry_run)
        self.desk.world.set_status(ticket_id, 121, by=self.desk.theo)
        return result


@pytest.mark.parametrize("comment", ["", "On my way"])
def test_it_is_changed_only_from_the_status_it_was_planned_from(
    desk: Desk, log: StateTracker, comment: str
) -> None:
    ticket = desk.ticket("Printer")
    action = Overtaken(117, comment=comment)
    action.desk = desk

    desk.run(action)

    assert ticket.status_id == 121
    assert desk.writes() == 0
    (row,) = log.get_ticket_actions(ticket.id)
    assert "somebody has changed it" in row["error_message"]


def test_a_status_that_requires_a_date_says_so_in_tdxs_words(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    desk.run(StatusChangeAction("On Hold"))

    (row,) = log.get_ticket_actions(ticket.id)
    assert "A goes off hold date is required for the status On Hold." in row["error_message"]


def test_the_date_goes_with_the_status_in_one_request(desk: Desk) -> None:
    ticket = desk.ticket("Printer")

    dry = desk.run(StatusChangeAction("On Hold", goes_off_hold_date="2027-01-15"), dry_run=True)
    desk.run(StatusChangeAction("On Hold", goes_off_hold_date="2027-01-15"))

    assert "GoesOffHoldDate to '2027-01-15T00:00:00Z'" in dry.plans[0].effects[0]
    assert ticket.status_id == 622
    assert str(ticket.goes_off_hold) == "2027-01-15 00:00:00+00:00"
    assert desk.simulator.journal.count("ticket_patched") == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"new_status_id": 0}, "no new_status_id"),
        ({"new_status_id": 622, "goes_off_hold_date": "soon"}, "goes_off_hold_date: "),
        ({"new_status_id": 622, "goes_off_hold_days": -1}, "goes_off_hold_days is -1"),
        (
            {"new_status_id": 622, "goes_off_hold_days": 1, "comment": "x"},
            "together with a comment",
        ),
        ({"new_status_id": 117, "comment": "{{ nobody }}", "template": True}, "no variable"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        StatusChangeAction(**options)
