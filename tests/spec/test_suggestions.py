"""A name with a slip in it, or one that two machines share: attached to nothing, told to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.actions import AddAssetAction, SummaryCommentAction

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker

SLIP = "IC-EHLB76O-F16 (title): no asset is called this; did you mean IC-EHLB760-F16?"


def told(desk: Desk, ticket: object) -> list[str]:
    return [comment.split("\n\n", 1)[1].splitlines()[0] for comment in desk.comments(ticket)]


def test_a_slip_is_told_even_when_nothing_is_attached_and_only_once(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4")
    desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    ticket = desk.ticket("IC-EHLB76O-F16 is slow")

    desk.run()
    desk.run()

    assert desk.attached(ticket) == []
    assert told(desk, ticket) == [f"1. {SLIP}"]


def test_a_slip_beside_a_right_name_is_told_in_the_same_line(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4")
    laptop = desk.asset("CHEM-SMALD1", "C02XJ0AXJGH5")
    ticket = desk.ticket("CHEM-SMALD1 and IC-EHLB76O-F16 are slow")

    desk.run()

    assert desk.attached(ticket) == [laptop.id]
    (line,) = told(desk, ticket)
    assert line.startswith("1. Added 1 asset: CHEM-SMALD1. Reason: ")
    assert line.endswith("did you mean IC-EHLB760-F16?")


def test_two_active_machines_of_one_name_are_told(desk: Desk) -> None:
    first = desk.asset("SHARED-PC07", "MXL1030QX4")
    second = desk.asset("SHARED-PC07", "MXL1030QX5")
    ticket = desk.ticket("Help", "SHARED-PC07 is slow")

    desk.run()

    assert desk.attached(ticket) == []
    (line,) = told(desk, ticket)
    assert line == (
        "1. SHARED-PC07 (description): 2 eligible assets are called this: "
        f"{first.id}, {second.id}, so none was added"
    )


def test_what_is_on_the_ticket_already_is_not_suggested(desk: Desk) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4")
    ticket = desk.ticket("IC-EHLB76O-F16 is slow")
    desk.world.attach_asset(ticket.id, machine.id)

    desk.run()

    assert desk.comments(ticket) == []


def test_without_summary_lines_it_is_only_recorded(desk: Desk, log: StateTracker) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4")
    ticket = desk.ticket("IC-EHLB76O-F16 is slow")

    desk.run(AddAssetAction(add_summary_comment=False), SummaryCommentAction())

    assert desk.comments(ticket) == []
    (row,) = log.get_ticket_actions(ticket.id)
    evidence = row["metadata"]["details"]["evidence"][0]
    assert evidence["suggestions"][0]["value"] == "IC-EHLB760-F16"


def test_a_dry_run_shows_the_line_and_the_comment_that_would_follow(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4")
    desk.ticket("IC-EHLB76O-F16 is slow")

    report = desk.run(dry_run=True)

    skipped, comment = report.plans
    assert "did you mean IC-EHLB760-F16?" in skipped.summary
    assert len(comment.effects) == 1
    assert desk.writes() == 0


@pytest.mark.parametrize("option", ["owner", "requestor", "off"])
def test_whose_machine_phase_3_takes_is_an_option(desk: Desk, option: str) -> None:
    owned = desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    asked_for = desk.asset("IC-ALICE2-F20", "SERIAL00002")
    asked_for.requester_uid = desk.alice.uid
    ticket = desk.ticket("I forgot my password")

    desk.run(AddAssetAction(owner_fallback=option))  # type: ignore[arg-type]

    expected = {"owner": [owned.id], "requestor": [asked_for.id], "off": []}
    assert desk.attached(ticket) == expected[option]


def test_fields_addresses_patterns_and_decoys_are_settings(desk: Desk) -> None:
    tagged = desk.asset("IC-EHLB760-F16", "SN-A1B2C3D4", "kio123")
    desk.asset("DEMO-PC001", "5CG1234ABC")
    hosted = desk.asset("CHEM-SMALD1", "C02XJ0AXJGH5")
    ticket = desk.ticket("kio123", "DEMO-PC001, 5CG1234ABC and chem-smald1.lsa.umich.edu")

    desk.run(
        match_fields=("name", "tag"),
        match_inside=("url",),
        name_patterns=("kiosk=kio[0-9]{3}",),
        decoys=("/demo-.*/",),
    )

    assert desk.attached(ticket) == [tagged.id, hosted.id]
