"""--read-only: whatever is configured, TDX is not changed; the client is the last fence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import BaseAction, CommentAction, TicketFacade
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


class Hostile(BaseAction):
    """A plug-in that reaches behind the facade for the client itself, and hides what came of it."""

    met = ""

    def get_action_type(self) -> str:
        return "hostile"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> None:
        client = facade._reader._tdx
        try:
            client.tickets.add_tags(ticket_id, ["oops"])
        except Exception as error:  # noqa: BLE001  that is its trick
            type(self).met = type(error).__name__


@pytest.mark.parametrize("how", ["read_only", "dry_run"])
def test_not_even_a_plug_in_that_reaches_the_client_can_write(desk: Desk, how: str) -> None:
    desk.ticket("Printer")
    Hostile.met = ""

    app = desk.app(Hostile(), **{how: True})
    report = app.run_once(dry_run=False)

    assert report.dry_run
    assert desk.writes() == 0
    assert Hostile.met == "ReadOnlyRefused"


def test_the_same_plug_in_writes_where_nothing_forbids_it(desk: Desk) -> None:
    """So that the test above can fail."""
    desk.ticket("Printer")

    desk.run(Hostile())

    assert desk.writes() == 1


def test_a_read_only_run_shows_its_plans_says_why_and_records_nothing(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(CommentAction(comment_text="Hello"), read_only=True)

    assert [plan.effects for plan in report.plans] == [("post public comment: Hello",)]
    assert any("DAEMON_READ_ONLY" in note for note in report.notes)
    assert log.get_ticket_actions(ticket.id) == []


def test_the_flag_reaches_the_client(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    desk.ticket("IC-EHLB760-F16 will not boot")
    for name, value in {**desk.simulator.env(), "DATABASE_URL": desk.database_url}.items():
        monkeypatch.setenv(name, value)

    code = main(["--report-id", "1344", "--read-only"])

    said = capsys.readouterr()
    assert code == 0
    assert "would attach asset IC-EHLB760-F16" in said.out
    assert "DAEMON_READ_ONLY" in said.out + said.err
    assert desk.writes() == 0
