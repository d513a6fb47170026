"""``add_lab``: the lab of the machine, else of the requestor, if it is exactly one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction, AddLabAction, SummaryCommentAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Asset, Item, Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

LINK = r"/tickets/\{id\}/configurationItems/"
RELATIONS = "GET /{appId}/cmdb/{id}/relationships"
PLACE = 10014
HUB = """
CREATE SCHEMA silver;
CREATE TABLE silver.computers (
    lab_id text, computer_id text, tdx_configuration_item_id bigint, tdx_computer_id bigint,
    lab_department_tdx_id bigint);
CREATE VIEW silver.v_lab_computers_tdx_reference AS SELECT * FROM silver.computers;
CREATE TABLE silver.members (lab_id text, tdx_user_uid uuid, tdx_ci_id text);
CREATE VIEW silver.v_lab_members_all_tdx_reference AS SELECT * FROM silver.members;
"""


@pytest.fixture
def machine(desk: Desk) -> Asset:
    return desk.asset("IC-EHLB760-F16", "SN-A")


@pytest.fixture
def ticket(desk: Desk, machine: Asset) -> Ticket:
    """A ticket with a machine on it."""
    ticket = desk.ticket("It is slow")
    desk.world.attach_asset(ticket.id, machine.id)
    return ticket


@pytest.fixture
def hub(desk: Desk) -> None:
    sql(desk.database_url, HUB)


def works_in(desk: Desk, lab: Item, name: str = "aabol") -> None:
    sql(
        desk.database_url,
        "INSERT INTO silver.members VALUES (%s, %s, %s)",
        name,
        desk.alice.uid,
        str(lab.id),
    )


def stands_in(desk: Desk, machine: Asset, lab_ci: int, name: str = "aabol") -> None:
    sql(
        desk.database_url,
        "INSERT INTO silver.computers VALUES (%s, 'c', %s, %s, %s)",
        name,
        machine.ci_id,
        machine.id,
        lab_ci,
    )


def linked(desk: Desk, ticket: Ticket) -> list[int]:
    items = (desk.world.items[one] for one in desk.world.tickets[ticket.id].items)
    return [item.id for item in items if item.asset_id is None]


def row(log: StateTracker, ticket: Ticket) -> dict[str, Any]:
    [found] = [one for one in log.get_ticket_actions(ticket.id) if one["action_type"] == "add_lab"]
    return found


def said(log: StateTracker, ticket: Ticket) -> str:
    return str(row(log, ticket)["metadata"]["message"])


# without a hub


def test_the_machines_lab_is_found_by_its_relationships(
    desk: Desk, machine: Asset, ticket: Ticket
) -> None:
    lab = desk.world.add_lab("aabol Lab", computers=[machine])

    desk.run(AddLabAction(), SummaryCommentAction())

    assert linked(desk, ticket) == [lab.id]
    assert "1. Linked lab aabol Lab. Reason: the lab of the machine" in desk.comments(ticket)[0]
    assert desk.simulator.requests.count(RELATIONS) == 1


def test_the_machine_that_was_attached_in_the_same_pass_counts(desk: Desk, machine: Asset) -> None:
    lab = desk.world.add_lab("aabol Lab", computers=[machine])
    ticket = desk.ticket("IC-EHLB760-F16 is slow")

    desk.run(AddAssetAction(), AddLabAction())

    assert linked(desk, ticket) == [lab.id]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, False),
        ({"relationship_type_ids": [10016]}, False),
        ({"lab_type_ids": [PLACE, 777]}, True),
        ({"lab_type_ids": [777], "relationship_type_ids": []}, True),
    ],
)
def test_a_relation_counts_by_its_type_and_where_it_leads(
    desk: Desk, machine: Asset, ticket: Ticket, options: dict[str, Any], found: bool
) -> None:
    room = desk.world.add_lab("Room 12", computers=[machine], type_id=777, form_id=121)

    desk.run(AddLabAction(**options))

    assert linked(desk, ticket) == ([room.id] if found else [])


def test_without_a_hub_a_persons_labs_are_not_known_and_that_is_said(
    desk: Desk, log: StateTracker
) -> None:
    desk.world.add_lab("aabol Lab", owner=desk.alice)
    ticket = desk.ticket("It is slow")

    desk.run(AddLabAction())

    assert said(log, ticket) == (
        "no lab to link: it has no machine, and no data hub says which labs people belong to"
    )


# with a hub


@pytest.mark.usefixtures("hub")
def test_the_hub_is_asked_instead_of_tdx_the_machine_before_the_requestor(
    desk: Desk, machine: Asset, ticket: Ticket
) -> None:
    lab, other = desk.world.add_lab("aabol Lab"), desk.world.add_lab("bcd Lab")
    stands_in(desk, machine, lab.id)
    stands_in(desk, machine, lab.id)
    works_in(desk, other, "bcd")

    desk.run(AddLabAction())

    assert linked(desk, ticket) == [lab.id]
    assert desk.simulator.requests.count(RELATIONS) == 0


@pytest.mark.usefixtures("hub")
def test_then_the_requestors(desk: Desk, log: StateTracker, ticket: Ticket) -> None:
    lab = desk.world.add_lab("aabol Lab")
    works_in(desk, lab)

    desk.run(AddLabAction())

    assert linked(desk, ticket) == [lab.id]
    assert said(log, ticket) == (
        "Linked lab aabol. Reason: the requestor's lab, since the machines on it belong to no lab"
    )


@pytest.mark.usefixtures("hub")
def test_or_not_if_that_is_not_wanted(desk: Desk, ticket: Ticket) -> None:
    works_in(desk, desk.world.add_lab("aabol Lab"))

    desk.run(AddLabAction(use_requestor=False))

    assert linked(desk, ticket) == []


@pytest.mark.usefixtures("hub")
def test_of_several_none_is_linked_and_all_are_named(desk: Desk, ticket: Ticket) -> None:
    for name in ("aabol", "bcd"):
        works_in(desk, desk.world.add_lab(f"{name} Lab"), name)

    desk.run(AddLabAction(), SummaryCommentAction())

    assert linked(desk, ticket) == []
    assert "No lab linked, since 2 may be meant: aabol, bcd (" in desk.comments(ticket)[0]


@pytest.mark.usefixtures("hub")
def test_a_lab_that_only_the_hub_knows_is_refused_in_tdxs_words(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket
) -> None:
    stands_in(desk, machine, 99_999_999)

    desk.run(AddLabAction())

    assert row(log, ticket)["status"] == "failed"
    assert "link configuration item aabol:" in row(log, ticket)["error_message"]


@pytest.mark.usefixtures("hub")
def test_a_view_that_fails_fails_the_ticket_and_not_the_run(
    desk: Desk, log: StateTracker, ticket: Ticket
) -> None:
    sql(
        desk.database_url,
        "CREATE OR REPLACE VIEW silver.v_lab_members_all_tdx_reference AS "
        "SELECT lab_id, tdx_user_uid, (1 / (length(tdx_ci_id) - length(tdx_ci_id)))::text AS tdx_ci_id"
        " FROM silver.members",
    )
    works_in(desk, desk.world.add_lab("aabol Lab"))

    report = desk.run(AddLabAction(), AddAssetAction())

    assert (report.failed, report.skipped) == (1, 1)
    assert "The data hub's views of labs can't be read" in row(log, ticket)["error_message"]


# both


@pytest.mark.parametrize(("kind", "form"), [(10132, 121), (PLACE, 121), (777, 3830), (777, 3918)])
def test_a_ticket_that_has_a_lab_of_any_known_kind_is_left_alone(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket, kind: int, form: int
) -> None:
    desk.world.add_lab("aabol Lab", computers=[machine])
    present = desk.world.add_lab("bcd Lab", type_id=kind, form_id=form)
    desk.world.attach_item(ticket.id, present.id)

    desk.run(AddLabAction())

    assert linked(desk, ticket) == [present.id]
    assert said(log, ticket) == "the ticket has a lab already: bcd Lab"


def test_a_dry_run_shows_it_and_touches_nothing(desk: Desk, machine: Asset, ticket: Ticket) -> None:
    desk.world.add_lab("aabol Lab", computers=[machine])

    report = desk.run(AddLabAction(), dry_run=True)

    assert report.plans[0].effects == ("link configuration item aabol Lab",)
    assert (desk.writes(), linked(desk, ticket)) == (0, [])


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_it_is_done_once_whatever_becomes_of_the_answer(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket, fault: str
) -> None:
    desk.world.add_lab("aabol Lab", computers=[machine])
    if fault:
        desk.simulator.faults.add(fault, "POST", LINK, nth=1)

    for _ in range(3):
        desk.run(AddLabAction(), retry_seconds=0)

    assert len(desk.simulator.journal.for_ticket(ticket.id, "ci_linked")) == 1
    assert row(log, ticket)["status"] == "completed"


def test_a_closed_ticket_is_left_alone(desk: Desk, machine: Asset, ticket: Ticket) -> None:
    desk.world.add_lab("aabol Lab", computers=[machine])
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])
    closed = next(one.id for one in desk.world.ticket_statuses if one.status_class == 3)
    desk.world.set_status(ticket.id, closed)

    assert desk.run(AddLabAction()).skipped == 1
    assert linked(desk, ticket) == []


def test_it_must_know_what_a_lab_is() -> None:
    with pytest.raises(ConfigError, match="what a lab is"):
        AddLabAction(lab_type_ids=[], lab_form_ids=[])
