"""The seed's "Assignment action"; with several people each has a turn, or the least to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import AssignAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker

TEAM = 371


@pytest.fixture
def team(desk: Desk) -> list[str]:
    """Three in a group, the last of whom has left."""
    people = [desk.world.add_person("T", str(n), f"tech{n}", groups=[TEAM]) for n in range(3)]
    people[2].is_active = False
    return sorted(one.uid for one in people[:2])


def by_person(desk: Desk, tickets: list[Any]) -> Counter[str | None]:
    return Counter(desk.world.tickets[one.id].responsible_uid for one in tickets)


def test_a_person_and_a_group_are_one_request(desk: Desk) -> None:
    ticket = desk.ticket("Printer")

    desk.run(AssignAction(responsible_uid=desk.theo.uid, responsible_group_id=TEAM))

    assert (ticket.responsible_uid, ticket.responsible_group_id) == (desk.theo.uid, TEAM)
    assert desk.simulator.journal.count("ticket_patched") == 1


@pytest.mark.parametrize(("mail", "sent"), [(True, "true"), (False, "false")])
def test_whether_tdx_mails_the_responsible_is_said(desk: Desk, mail: bool, sent: str) -> None:
    desk.ticket("Printer")

    desk.run(AssignAction(responsible_uid=desk.theo.uid, notify_new_responsible=mail))

    (call,) = [one for one in desk.simulator.requests if one.method == "PATCH"]
    assert call.query["notifynewresponsible"] == sent


def test_whom_a_person_has_taken_is_left_to_them(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer", responsible=desk.theo)
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])

    desk.run(AssignAction(responsible_uid=desk.alice.uid))

    assert ticket.responsible_uid == desk.theo.uid
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["metadata"]["message"] == "Theo Novak is responsible already"


def test_a_group_takes_it_from_a_person_if_told_to(desk: Desk) -> None:
    ticket = desk.ticket("Printer", responsible=desk.theo)
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])

    desk.run(AssignAction(responsible_group_id=TEAM, only_if_unassigned=False))

    assert (ticket.responsible_uid, ticket.responsible_group_id) == (None, TEAM)


def test_each_has_a_turn_and_who_has_left_has_none(desk: Desk, team: list[str]) -> None:
    tickets = [desk.ticket(f"Printer {n}") for n in range(6)]

    desk.run(AssignAction(members_of_group_id=TEAM))

    assert by_person(desk, tickets) == {team[0]: 3, team[1]: 3}


def test_a_turn_is_the_same_when_it_is_planned_again(desk: Desk, team: list[str]) -> None:
    ticket = desk.ticket("Printer")

    plans = [
        desk.run(AssignAction(responsible_uids=team), dry_run=True).plans[0].effects
        for _ in range(2)
    ]

    assert plans[0] == plans[1]
    assert team[ticket.id % 2] in plans[0][0]


def test_the_least_loaded_counts_what_this_run_gave_out(desk: Desk, team: list[str]) -> None:
    for n in range(2):
        desk.ticket(f"Old {n}", responsible=team[0])
    desk.ticket("Closed", responsible=team[1], status_id=122)
    tickets = [desk.ticket(f"Printer {n}") for n in range(4)]

    desk.run(AssignAction(responsible_uids=team, pick="least_loaded"))

    assert by_person(desk, tickets) == {team[1]: 3, team[0]: 1}
    assert desk.simulator.requests.count("POST /{appId}/tickets/search") == 1


def test_a_retry_means_whom_the_plan_meant(desk: Desk, team: list[str]) -> None:
    """The loads have changed since; the stored plan has not."""
    ticket = desk.ticket("Printer")
    action = AssignAction(responsible_uids=team, pick="least_loaded")
    rule = desk.simulator.faults.add("drop_before", "PATCH")
    desk.run(action, retry_seconds=0)
    desk.simulator.faults.remove(rule)
    assert ticket.responsible_uid is None
    for n in range(3):
        desk.ticket(f"Other {n}", responsible=team[0])

    desk.run(action, retry_seconds=0)

    assert ticket.responsible_uid == team[0]


def test_an_empty_group_has_nobody_to_choose(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    desk.run(AssignAction(members_of_group_id="LSA-TS-BSB"))

    (row,) = log.get_ticket_actions(ticket.id)
    assert row["metadata"]["message"] == "the group has no active member to choose from"


def test_a_name_and_its_uid_are_one_action(desk: Desk) -> None:
    action = AssignAction(responsible_uid="Theo Novak")
    desk.app(action)

    assert action.get_action_id() == AssignAction(desk.theo.uid.upper()).get_action_id()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "names nobody"),
        ({"responsible_uid": "a", "members_of_group_id": 1}, "responsible_uid and members"),
        ({"responsible_uids": "a"}, "is a text"),
        ({"responsible_uids": ["a"], "pick": "any"}, "pick is 'any'"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        AssignAction(**options)
