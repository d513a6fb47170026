"""An asset that a person took off the ticket after us is never put back, and is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import let_leases_run_out, sql
from ticket_queue_daemon.actions import AddAssetAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.store.corrections import Corrections

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Asset, Ticket
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker

V1, V2 = AddAssetAction(), AddAssetAction(version="v2")
ATTACH = r"/tickets/\{id\}/assets/"


@pytest.fixture
def machine(desk: Desk) -> Asset:
    return desk.asset("IC-EHLB760-F16", "SN000000001")


@pytest.fixture
def ticket(desk: Desk, machine: Asset) -> Ticket:
    return desk.ticket(f"{machine.name} is slow")


def noted(desk: Desk, ticket: Ticket) -> list[tuple[object, ...]]:
    return sql(
        desk.database_url,
        "SELECT asset_id, kind, pattern, token FROM meta.daemon_corrections WHERE ticket_id = %s"
        " ORDER BY asset_id",
        ticket.id,
    )


def message(log: StateTracker, ticket: Ticket, version: str) -> str:
    [row] = [row for row in log.get_ticket_actions(ticket.id) if row["action_id"].endswith(version)]
    return str(row["metadata"]["message"])


def test_what_a_person_took_off_is_never_put_back_by_a_later_version(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket
) -> None:
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)

    report = desk.run(V2)

    assert desk.attached(ticket) == []
    assert (report.skipped, report.failed) == (1, 0)
    assert "IC-EHLB760-F16 was taken off by a person" in message(log, ticket, "v2")


def test_it_counts_as_wrong_with_its_pattern_and_the_row_that_it_corrects(
    desk: Desk, machine: Asset, ticket: Ticket
) -> None:
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    desk.run(V2)

    assert noted(desk, ticket) == [
        (machine.id, "removed", "department-location-identifier", "IC-EHLB760-F16")
    ]
    [[row]] = sql(desk.database_url, "SELECT log_id FROM meta.daemon_corrections")
    assert sql(
        desk.database_url, "SELECT action_id FROM meta.daemon_action_log WHERE log_id = %s", row
    ) == [(V1.get_action_id(),)]


def test_a_dry_run_obeys_too_and_writes_nothing(desk: Desk, machine: Asset, ticket: Ticket) -> None:
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)

    report = desk.run(V2, dry_run=True)

    [plan] = report.plans
    assert plan.effects == ()
    assert "taken off by a person" in plan.reason
    assert noted(desk, ticket) == []


def test_what_a_person_put_back_is_no_correction_any_more(
    desk: Desk, machine: Asset, ticket: Ticket
) -> None:
    other = desk.asset("LSAF-D30H6J3", "D30H6J3")
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    desk.run(V2)
    desk.world.attach_asset(ticket.id, machine.id)
    desk.world.tickets[ticket.id].description = "and LSAF-D30H6J3"

    desk.run(AddAssetAction(version="v3"))

    assert desk.attached(ticket) == [machine.id, other.id]
    assert noted(desk, ticket) == []


def test_the_others_on_the_ticket_are_attached_all_the_same(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket
) -> None:
    other = desk.asset("LSAF-D30H6J3", "D30H6J3")
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    desk.world.tickets[ticket.id].description = "and LSAF-D30H6J3"

    desk.run(V2)

    assert desk.attached(ticket) == [other.id]
    assert "Not put back: IC-EHLB760-F16 was taken off by a person" in message(log, ticket, "v2")


def test_phase_3_does_not_bring_the_requestors_computer_back(desk: Desk) -> None:
    mine = desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    ticket = desk.ticket("I forgot my password")
    desk.run(V1)
    assert desk.attached(ticket) == [mine.id]
    desk.world.remove_asset_from_ticket(ticket.id, mine.id)

    desk.run(V2)

    assert desk.attached(ticket) == []
    assert noted(desk, ticket) == [(mine.id, "removed", "requestor's computer", "")]


def test_an_asset_that_was_there_before_us_is_not_ours(
    desk: Desk, machine: Asset, ticket: Ticket
) -> None:
    """A person put it there and took it off: that corrects nobody, and the text still names it."""
    desk.world.attach_asset(ticket.id, machine.id)
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)

    desk.run(V2)

    assert desk.attached(ticket) == [machine.id]
    assert noted(desk, ticket) == []


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_recovery_from_a_lost_answer_is_not_taken_for_a_person(
    desk: Desk, database: Database, machine: Asset, ticket: Ticket, fault: str
) -> None:
    rule = desk.simulator.faults.add(fault, method="POST", route=ATTACH, nth=1)
    desk.run(V1, settle_seconds=(0.0, 0.0))
    desk.simulator.faults.remove(rule)
    let_leases_run_out(desk.database_url)
    desk.run(V1)
    assert desk.attached(ticket) == [machine.id]

    desk.run(V2)
    assert noted(desk, ticket) == []

    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    desk.run(AddAssetAction(version="v3"))
    assert desk.attached(ticket) == []
    assert [kind for _, kind, *_ in noted(desk, ticket)] == ["removed"]


def test_what_a_person_attached_while_tdx_refused_us_is_theirs(
    desk: Desk, machine: Asset, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket.description = "and LSAF-D30H6J3"
    rule = desk.simulator.faults.add(
        "status_before", method="POST", route=ATTACH, status=404, nth=2
    )
    report = desk.run(V1)
    desk.simulator.faults.remove(rule)
    assert report.failed == 1
    assert desk.attached(ticket) == [machine.id]
    desk.world.attach_asset(ticket.id, second.id)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    assert main(["retry", "--all"]) == 0
    desk.run(V1)

    desk.world.remove_asset_from_ticket(ticket.id, second.id)
    desk.run(V2)

    assert second.id in desk.attached(ticket)
    assert noted(desk, ticket) == []


def test_an_explicit_retry_of_what_never_came_about_still_attaches(
    desk: Desk, machine: Asset, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = desk.simulator.faults.add(
        "status_before", method="POST", route=ATTACH, status=404, nth=1
    )
    desk.run(V1)
    desk.simulator.faults.remove(rule)
    assert desk.attached(ticket) == []
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    assert main(["retry", "--ticket", str(ticket.id)]) == 0
    desk.run(V1)

    assert desk.attached(ticket) == [machine.id]
    assert noted(desk, ticket) == []


def test_it_costs_one_query_and_no_call_and_only_where_there_is_something_to_attach(
    desk: Desk, machine: Asset, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ticket("nothing is named here")
    asked: list[int] = []
    ours = Corrections.ours
    monkeypatch.setattr(
        Corrections,
        "ours",
        lambda self, ticket_id: asked.append(ticket_id) or ours(self, ticket_id),
    )

    desk.run(V1)

    assert asked == [ticket.id]
    assert desk.simulator.requests.count("GET /{appId}/tickets/{id}/assets") == 1


def test_resolve_retry_of_what_never_came_about_still_attaches(
    desk: Desk, machine: Asset, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = desk.simulator.faults.add("drop_before", method="POST", route=ATTACH, times=2)
    report = desk.run(V1, max_attempts=1)
    desk.simulator.faults.remove(rule)
    assert (report.held, desk.attached(ticket)) == (1, [])
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    assert main(["resolve", str(ticket.id), "--retry"]) == 0
    desk.run(V1)

    assert desk.attached(ticket) == [machine.id]
    assert noted(desk, ticket) == []


def test_what_tdx_may_not_show_yet_is_not_noted(desk: Desk, machine: Asset, ticket: Ticket) -> None:
    """It is obeyed all the same: attaching it again would be no better."""
    desk.run(V1)
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)

    desk.run(V2, settle_seconds=(3600.0,))

    assert desk.attached(ticket) == []
    assert noted(desk, ticket) == []
