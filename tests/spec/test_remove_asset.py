"""``remove_asset``: takes assets off, ours only unless told otherwise, each exactly once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction, RemoveAssetAction, SummaryCommentAction
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.effects import codec
from ticket_queue_daemon.effects.codec import UnknownEffect, decode, encode
from ticket_queue_daemon.effects.detach import DetachAssetEffect
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Asset, Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

RETIRED = 41
DETACH = r"/tickets/\{id\}/assets/"
NAME = "IC-EHLB760-F16"


@pytest.fixture
def machine(desk: Desk) -> Asset:
    return desk.asset(NAME, "SN000000001")


@pytest.fixture
def ticket(desk: Desk, machine: Asset) -> Ticket:
    """The daemon attached the machine, which was retired since."""
    ticket = desk.ticket(f"{machine.name} is slow")
    desk.run(AddAssetAction())
    machine.status_id = RETIRED
    assert desk.attached(ticket) == [machine.id]
    return ticket


def row(log: StateTracker, ticket: Ticket) -> dict[str, Any]:
    [found] = [
        one for one in log.get_ticket_actions(ticket.id) if one["action_type"] == "remove_asset"
    ]
    return found


def taken_off(desk: Desk, ticket: Ticket) -> int:
    return len(desk.simulator.journal.for_ticket(ticket.id, "asset_detached"))


def test_what_is_retired_is_taken_off_and_told(desk: Desk, ticket: Ticket) -> None:
    desk.run(RemoveAssetAction(status_ids=[RETIRED]), SummaryCommentAction())

    assert desk.attached(ticket) == []
    assert f"Took off 1 asset: {NAME}. Reason: in asset status Retired" in desk.comments(ticket)[-1]


def test_a_dry_run_shows_it_and_touches_nothing(desk: Desk, machine: Asset, ticket: Ticket) -> None:
    writes = desk.writes()

    report = desk.run(RemoveAssetAction(status_ids=[RETIRED]), dry_run=True)

    assert report.plans[0].effects == (f"take off asset {NAME}",)
    assert (desk.writes(), desk.attached(ticket)) == (writes, [machine.id])


def test_a_second_pass_does_nothing(desk: Desk, ticket: Ticket) -> None:
    desk.run(RemoveAssetAction(status_ids=[RETIRED]))
    writes = desk.writes()
    desk.run(RemoveAssetAction(status_ids=[RETIRED]))

    assert (desk.writes(), taken_off(desk, ticket)) == (writes, 1)


def test_a_refusal_is_told_in_tdxs_words(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket
) -> None:
    desk.world.forbid_ticket(ticket.id)

    desk.run(RemoveAssetAction(status_ids=[RETIRED]))

    assert row(log, ticket)["status"] == "failed"
    assert "permission" in row(log, ticket)["error_message"]
    assert desk.attached(ticket) == [machine.id]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_lost_answer_is_looked_up(
    desk: Desk, log: StateTracker, ticket: Ticket, fault: str
) -> None:
    desk.simulator.faults.add(fault, "DELETE", DETACH, nth=1)

    for _ in range(2):
        desk.run(RemoveAssetAction(status_ids=[RETIRED]), retry_seconds=0)

    assert (taken_off(desk, ticket), row(log, ticket)["status"]) == (1, "completed")


def test_a_404_for_what_is_gone_already_is_no_refusal(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is faster, between our reading and our DELETE."""
    desk.world.behaviour.detach_absent_status = 404
    send = DetachAssetEffect.do

    def late(effect: DetachAssetEffect, tdx: Any) -> dict[str, Any]:
        desk.world.remove_asset_from_ticket(ticket.id, machine.id)
        return send(effect, tdx)

    monkeypatch.setattr(DetachAssetEffect, "do", late)
    desk.run(RemoveAssetAction(status_ids=[RETIRED]))

    assert (row(log, ticket)["status"], taken_off(desk, ticket)) == ("completed", 0)


def test_a_404_for_what_is_on_the_ticket_is_one(
    desk: Desk, log: StateTracker, ticket: Ticket
) -> None:
    desk.simulator.faults.add("status_before", "DELETE", DETACH, status=404)

    desk.run(RemoveAssetAction(status_ids=[RETIRED]))

    assert row(log, ticket)["status"] == "failed"


def test_a_closed_ticket_is_left_alone(desk: Desk, machine: Asset, ticket: Ticket) -> None:
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])
    closed = next(one.id for one in desk.world.ticket_statuses if one.status_class == 3)
    desk.world.set_status(ticket.id, closed)

    report = desk.run(RemoveAssetAction(status_ids=[RETIRED]))

    assert (report.skipped, desk.attached(ticket)) == (1, [machine.id])


def test_what_a_person_attached_stays_unless_told_otherwise(desk: Desk, log: StateTracker) -> None:
    theirs = desk.asset("CHEM-SMALD1", "SN-B", status_id=RETIRED)
    ticket = desk.ticket("Printer")
    desk.world.attach_asset(ticket.id, theirs.id)

    desk.run(RemoveAssetAction(status_ids=[RETIRED]))
    assert desk.attached(ticket) == [theirs.id]
    assert "since a person attached it: CHEM-SMALD1" in row(log, ticket)["metadata"]["message"]

    desk.run(RemoveAssetAction(status_ids=[RETIRED], also_by_people=True))
    assert desk.attached(ticket) == []


@pytest.mark.parametrize(
    ("options", "goes"),
    [
        ({"names": ["ic-ehlb760-f16"]}, True),
        ({"names": ["IC-EHLB760"]}, False),
        ({"status_ids": [38]}, False),
        ({"names": [NAME], "status_ids": [38]}, False),
        ({"names": [NAME], "status_ids": [38, RETIRED]}, True),
        ({"asset_ids": [1]}, False),
    ],
)
def test_options_and_each_other(
    desk: Desk, ticket: Ticket, options: dict[str, Any], goes: bool
) -> None:
    desk.run(RemoveAssetAction(**options))

    assert (desk.attached(ticket) == []) is goes


def test_an_asset_id_is_no_id_of_a_configuration_item(
    desk: Desk, machine: Asset, ticket: Ticket
) -> None:
    desk.run(RemoveAssetAction(asset_ids=[machine.ci_id]))
    assert desk.attached(ticket) == [machine.id]
    desk.run(RemoveAssetAction(asset_ids=[machine.id]))
    assert desk.attached(ticket) == []


def test_it_must_say_which() -> None:
    with pytest.raises(ConfigError, match="does not say which"):
        RemoveAssetAction()


def test_what_we_took_off_is_not_put_back_and_no_correction_of_people(
    desk: Desk, log: StateTracker, machine: Asset, ticket: Ticket
) -> None:
    desk.run(RemoveAssetAction(names=[NAME]))
    machine.status_id = 38

    desk.run(AddAssetAction(version="v2"))

    assert desk.attached(ticket) == []
    [again] = [one for one in log.get_ticket_actions(ticket.id) if one["action_id"].endswith("v2")]
    assert f"{NAME} was taken off by us" in again["metadata"]["message"]
    assert sql(desk.database_url, "SELECT * FROM meta.daemon_corrections") == []


def test_verify_knows_it(
    desk: Desk,
    machine: Asset,
    ticket: Ticket,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")
    desk.run(RemoveAssetAction(names=[NAME]))

    def counts() -> dict[str, int]:
        capsys.readouterr()
        main(["verify", "--json"])
        found: dict[str, int] = json.loads(capsys.readouterr().out)["counts"]
        return {word: number for word, number in found.items() if number}

    assert counts() == {"posted": 1, "changed": 1}
    desk.world.attach_asset(ticket.id, machine.id)
    assert counts() == {"posted": 1, "missing": 1}


def test_an_older_version_refuses_its_plan_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = encode(DetachAssetEffect(1, 2, NAME))
    assert decode(stored) == DetachAssetEffect(1, 2, NAME)

    monkeypatch.delitem(codec.KINDS, "detach_asset")

    with pytest.raises(UnknownEffect, match=r"of kind .detach_asset. that this version"):
        decode(stored)
