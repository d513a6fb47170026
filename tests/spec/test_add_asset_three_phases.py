"""Seed: "AddAssetAction ... using a three-phase search strategy"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from ticket_queue_daemon.actions import AddAssetAction

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker

RETIRED, PRINTER_FORM = 39, 2450


def test_phase_1_finds_names_and_serials_in_title_and_description(desk: Desk) -> None:
    lab = desk.asset("IC-EHLB760-F16", "SN000000001")
    laptop = desk.asset("CHEM-SMALD1", "C02XJ0AXJGH5")
    ticket = desk.ticket(
        "ic-ehlb760-f16 is slow", "<p>Also <b>C02XJ0AXJGH5</b>&nbsp;has no wifi</p>", rich=True
    )

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [lab.id, laptop.id]


def test_phase_2_reads_the_conversation_and_its_replies(desk: Desk) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("My computer is slow", "please help")
    desk.world.add_feed_entry(
        ticket.id,
        "Which computer is it?",
        desk.theo,
        replies=[(desk.alice, "It says LSAF-D30H6J3")],
    )

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]


def test_phase_2_is_not_needed_when_phase_1_has_matches(desk: Desk) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    other = desk.asset("LSAF-AAAAAA1", "AAAAAA1")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")
    desk.world.add_feed_entry(ticket.id, "Not like LSAF-AAAAAA1", desk.alice)

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert other.id not in desk.attached(ticket)
    assert desk.simulator.requests.count("GET /{appId}/tickets/{id}/feed") == 0


def test_phase_3_adds_the_requestors_only_computer(desk: Desk) -> None:
    mine = desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    desk.asset("IC-THEO01-F20", "SERIAL00002", owner=desk.theo)
    ticket = desk.ticket("I forgot my password", "help")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [mine.id]


def test_phase_3_adds_none_of_two(desk: Desk) -> None:
    desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    desk.asset("IC-ALICE2-F20", "SERIAL00002", owner=desk.alice)
    ticket = desk.ticket("I forgot my password")

    report = desk.run(AddAssetAction())

    assert desk.attached(ticket) == []
    assert (report.skipped, report.failed) == (1, 0)


def test_phase_3_does_not_count_retired_computers_and_printers(desk: Desk) -> None:
    mine = desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    desk.asset("IC-ALICE0-F12", "SERIAL00000", owner=desk.alice, status_id=RETIRED)
    desk.asset("PRN-ALICE", "SERIAL00009", owner=desk.alice, form_id=PRINTER_FORM)
    ticket = desk.ticket("I forgot my password")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [mine.id]


def test_phase_3_is_skipped_when_the_ticket_has_an_asset(desk: Desk) -> None:
    desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    by_hand = desk.asset("IC-LAB0001-F20", "SERIAL00002")
    ticket = desk.ticket("I forgot my password")
    desk.world.attach_asset(ticket.id, by_hand.id)

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [by_hand.id]


def test_phase_3_can_be_wanted_even_so(desk: Desk) -> None:
    mine = desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    by_hand = desk.asset("IC-LAB0001-F20", "SERIAL00002")
    ticket = desk.ticket("I forgot my password")
    desk.world.attach_asset(ticket.id, by_hand.id)

    desk.run(AddAssetAction(skip_if_requestor_asset_exists=False))

    assert desk.attached(ticket) == [by_hand.id, mine.id]


@pytest.mark.parametrize(
    ("status_id", "form_id"), [(RETIRED, 2448), (38, PRINTER_FORM)], ids=["retired", "printer"]
)
def test_a_named_asset_that_is_not_eligible_keeps_phase_3_away(
    desk: Desk, log: StateTracker, status_id: int, form_id: int
) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=status_id, form_id=form_id)
    desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    ticket = desk.ticket("LSAF-D30H6J3 is slow")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == []
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "skipped"
    assert "LSAF-D30H6J3" in row["metadata"]["message"]


def test_an_asset_on_the_ticket_is_never_added_again(desk: Desk) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")
    desk.world.attach_asset(ticket.id, machine.id)

    desk.run()

    assert desk.attached(ticket) == [machine.id]
    assert desk.writes() == 0


def test_asset_ids_are_not_confused_with_ids_of_configuration_items(desk: Desk) -> None:
    """The two sequences overlap: a CI with the asset's number must not hide the asset."""
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3", asset_id=141_700)
    other = desk.asset("LSAF-AAAAAA1", "AAAAAA1", ci_id=141_700)
    ticket = desk.ticket("LSAF-D30H6J3 is slow")
    desk.world.attach_asset(ticket.id, other.id)

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [other.id, machine.id]


def test_max_assets_to_add_holds_and_the_rest_is_said(desk: Desk, log: StateTracker) -> None:
    machines = [
        desk.asset(f"IC-LAB{number:04d}-F20", f"LABSERIAL{number:03d}") for number in range(5)
    ]
    ticket = desk.ticket("Lab down", " ".join(machine.name for machine in machines))

    desk.run(AddAssetAction(max_assets_to_add=3))

    assert desk.attached(ticket) == [machine.id for machine in machines[:3]]
    (row,) = log.get_ticket_actions(ticket.id)
    assert machines[3].name in row["metadata"]["message"]


def test_our_own_comments_are_no_evidence(desk: Desk) -> None:
    """The summary names machines; a later version of the action must not read it as speech."""
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("slow", "LSAF-D30H6J3")
    desk.run()
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    ticket.title, ticket.description = "slow", "nothing is named any more"

    desk.run(AddAssetAction(version="v2"))

    assert desk.attached(ticket) == []


def test_the_evidence_is_kept(desk: Desk, log: StateTracker) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")

    desk.run(AddAssetAction())

    (row,) = log.get_ticket_actions(ticket.id)
    assert "LSAF-D30H6J3" in str(row["metadata"]["details"]["evidence"])


BRONZE = """
DROP SCHEMA bronze CASCADE;
CREATE SCHEMA bronze;
CREATE TABLE bronze.raw_entities (
    raw_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    entity_type varchar(50) NOT NULL,
    source_system varchar(50) NOT NULL,
    external_id varchar(255) NOT NULL,
    raw_data jsonb NOT NULL,
    ingested_at timestamptz NOT NULL DEFAULT now()
)"""


@pytest.mark.parametrize("entity_type", ["asset", "computer"])
def test_a_data_hub_is_read_instead_of_tdx_and_its_newest_row_counts(
    desk: Desk, database: Database, entity_type: str
) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("LSAF-D30H6J3 is slow, so is OLD-NAME001")
    newest = {"ID": machine.id, "Name": "LSAF-D30H6J3", "StatusID": 38, "FormID": 2448}
    older = {**newest, "Name": "OLD-NAME001", "StatusID": RETIRED}
    with database.connection() as connection:
        connection.execute(BRONZE)
        for row, hours in ((older, 30), (newest, 1)):
            connection.execute(
                "INSERT INTO bronze.raw_entities "
                "(entity_type, source_system, external_id, raw_data, ingested_at) "
                "VALUES (%s, 'tdx', %s, %s, now() - make_interval(hours => %s))",
                [entity_type, str(machine.id), Jsonb(row), hours],
            )

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert desk.simulator.requests.count("POST /{appId}/assets/search") == 0


def test_four_calls_a_ticket_and_no_search_per_ticket(desk: Desk) -> None:
    for number in range(10):
        desk.asset(f"IC-LAB{number:04d}-F20", f"LABSERIAL{number:03d}")
        desk.ticket(f"IC-LAB{number:04d}-F20 is slow")

    desk.run()

    requests = desk.simulator.requests
    per_ticket = sum(
        count for route, count in requests.counts().items() if "/tickets/{id}" in route
    )
    assert per_ticket == 10 * 4
    assert requests.count("POST /{appId}/assets/search") == 1
