"""Seed: "--dry-run  Simulate actions without making changes"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import BaseAction, CommentAction, TicketFacade

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

TABLES = (
    "daemon_action_log",
    "daemon_action_history",
    "daemon_summary_lines",
    "daemon_actions",
    "daemon_instance",
)


def rows_in(database: Database) -> dict[str, int]:
    with database.connection() as connection:
        return {
            table: connection.execute(f"SELECT count(*) AS n FROM meta.{table}").fetchall()[0]["n"]
            for table in TABLES
        }


def test_a_dry_run_leaves_tdx_and_the_database_untouched(desk: Desk, database: Database) -> None:
    desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    desk.ticket("IC-EHLB760-F16 will not boot")

    report = desk.run(dry_run=True)

    assert report.executed == 2
    assert desk.writes() == 0
    assert set(rows_in(database).values()) == {0}


def test_a_dry_run_shows_the_plan_per_ticket(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    ticket = desk.ticket("IC-EHLB760-F16 will not boot")

    attach, tell = desk.run(dry_run=True).plans

    assert attach.ticket_id == ticket.id
    assert attach.title == "IC-EHLB760-F16 will not boot"
    assert attach.effects == ("attach asset IC-EHLB760-F16",)
    assert attach.summary.startswith("Added 1 asset: IC-EHLB760-F16")
    assert "1. Added 1 asset: IC-EHLB760-F16" in tell.effects[0]


def test_the_real_run_does_what_the_dry_run_showed(desk: Desk) -> None:
    machine = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    ticket = desk.ticket("IC-EHLB760-F16 will not boot")
    preview = desk.run(dry_run=True)

    report = desk.run()

    assert report.executed == preview.executed
    assert desk.attached(ticket) == [machine.id]


class Careless(BaseAction):
    """A plug-in that ignores ``dry_run`` altogether."""

    def get_action_type(self) -> str:
        return "careless"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> None:
        facade.add_comment(ticket_id, "oops")
        facade.add_asset(ticket_id, 106894)
        facade.update_ticket(ticket_id, {"StatusID": 117})
        facade.add_tags(ticket_id, ["oops"])


def test_not_even_a_careless_plug_in_can_write_in_a_dry_run(desk: Desk) -> None:
    desk.ticket("Printer")

    report = desk.run(Careless(), dry_run=True)

    # A status and its comment are one post.
    assert len(report.plans[0].effects) == 3
    assert desk.writes() == 0


@pytest.mark.parametrize("tickets", [51, 200])
def test_a_dry_run_says_that_a_real_run_would_be_refused(desk: Desk, tickets: int) -> None:
    for number in range(tickets):
        desk.ticket(f"Ticket {number}")

    report = desk.run(CommentAction(comment_text="Hello"), dry_run=True)

    assert report.found == tickets
    assert any(f"on {tickets} tickets" in note for note in report.notes)
