"""A pattern that people keep taking off pauses itself, says so, and is resumed by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction, SummaryCommentAction
from ticket_queue_daemon.app.queues import QueueWork
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.store.corrections import Corrections, PatternTickets

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.pool import Database

V1, SUMMARY = AddAssetAction(), SummaryCommentAction()
PATTERN = "generic-serial"


def serial(number: int) -> str:
    return f"R8YW{chr(65 + number)}0LX6ZE"


@pytest.fixture
def _command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")


def work(desk: Desk, numbers: range, wrong: int) -> list[Ticket]:
    """Tickets that name a machine each; people take the first so many off, and we notice."""
    tickets = []
    for number in numbers:
        desk.asset(f"Desk of person {number}", serial(number))
        tickets.append(desk.ticket(f"{serial(number)} is slow"))
    desk.run(V1)
    for ticket in tickets[:wrong]:
        [asset_id] = desk.attached(ticket)
        desk.world.remove_asset_from_ticket(ticket.id, asset_id)
    assert main(["matching-report", "--json"]) == 0
    return tickets


def one_more(desk: Desk, number: int) -> Ticket:
    desk.asset(f"Desk of person {number}", serial(number))
    return desk.ticket(f"{serial(number)} is slow")


@pytest.mark.usefixtures("_command")
def test_it_pauses_suggests_says_so_once_and_is_resumed(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    work(desk, range(20), wrong=3)
    suggested = one_more(desk, 20)

    report = desk.run(V1, SUMMARY)

    assert desk.attached(suggested) == []
    [comment] = desk.comments(suggested)
    assert (
        "Suggested: Desk of person 20 (found, but this pattern is paused: "
        "taken off again on 3 of 20 tickets)"
    ) in comment
    assert [note for note in report.notes if "'generic-serial' is paused" in note]
    one_more(desk, 21)
    assert not [note for note in desk.run(V1, SUMMARY).notes if "paused" in note]

    capsys.readouterr()
    assert main(["status"]) == 1
    assert "PAUSED PATTERNS" in capsys.readouterr().out
    assert main(["resume-pattern", "generic-serial"]) == 0
    assert main(["status"]) == 0

    again = one_more(desk, 22)
    report = desk.run(V1, SUMMARY)
    assert len(desk.attached(again)) == 1
    assert not [note for note in report.notes if "paused" in note]
    [(who,)] = sql(desk.database_url, "SELECT resumed_by FROM meta.daemon_pattern_pauses")
    assert "@" in who


@pytest.mark.usefixtures("_command")
def test_bad_luck_is_no_reason(desk: Desk) -> None:
    work(desk, range(20), wrong=2)
    more = one_more(desk, 20)

    desk.run(V1)

    assert len(desk.attached(more)) == 1


@pytest.mark.usefixtures("_command")
def test_too_few_tickets_are_not_judged_and_0_switches_it_off(desk: Desk) -> None:
    work(desk, range(10), wrong=10)
    more = [one_more(desk, number) for number in (10, 11)]

    desk.run(V1, min_pattern_precision=0, pattern_tickets=1)
    assert [len(desk.attached(ticket)) for ticket in more] == [1, 1]

    late = one_more(desk, 12)
    desk.run(V1)
    assert len(desk.attached(late)) == 1
    last = one_more(desk, 13)
    desk.run(V1, pattern_tickets=10)
    assert desk.attached(last) == []


@pytest.mark.usefixtures("_command")
def test_one_ticket_that_names_many_is_one_trial(desk: Desk) -> None:
    """Ten wrong machines on one ticket are one mistake, not ten."""
    for number in range(10):
        desk.asset(f"Desk of person {number}", serial(number))
    lab = desk.ticket("The lab", " ".join(serial(number) for number in range(10)))
    desk.run(V1)
    for asset_id in list(desk.attached(lab)):
        desk.world.remove_asset_from_ticket(lab.id, asset_id)
    work(desk, range(10, 24), wrong=0)
    more = one_more(desk, 24)

    desk.run(V1, pattern_tickets=15)

    assert len(desk.attached(more)) == 1


@pytest.mark.usefixtures("_command")
def test_a_dry_run_judges_nothing_and_shows_what_rests(desk: Desk, database: Database) -> None:
    work(desk, range(20), wrong=5)
    one_more(desk, 20)

    [plan] = desk.run(V1, dry_run=True).plans
    assert len(plan.effects) == 1
    assert Corrections(database).paused() == []

    Corrections(database).pause(PatternTickets(PATTERN, 20, 5))
    [plan] = desk.run(V1, dry_run=True).plans
    assert (plan.effects, "paused" in plan.reason) == ((), True)


def test_the_requestors_computer_is_a_pattern_too(desk: Desk, database: Database) -> None:
    desk.asset("IC-ALICE1-F20", "SERIAL00001", owner=desk.alice)
    Corrections(database).pause(PatternTickets("requestor's computer", 30, 5))
    ticket = desk.ticket("I forgot my password")

    desk.run(V1, SUMMARY)

    assert desk.attached(ticket) == []
    [comment] = desk.comments(ticket)
    assert "IC-ALICE1-F20" in comment
    assert "taken off again on 5 of 30 tickets" in comment


def test_a_machine_named_by_another_pattern_as_well_is_attached(
    desk: Desk, database: Database
) -> None:
    machine = desk.asset("IC-EHLB760-F16", serial(0))
    Corrections(database).pause(PatternTickets(PATTERN, 30, 5))
    ticket = desk.ticket(f"{serial(0)} is slow", "That is IC-EHLB760-F16")

    desk.run(V1)

    assert desk.attached(ticket) == [machine.id]


def test_what_rests_is_read_once_a_run_and_only_when_there_is_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    paused = QueueWork._paused
    monkeypatch.setattr(
        QueueWork, "_paused", lambda self, dry_run: asked.append(dry_run) or paused(self, dry_run)
    )
    for number in range(5):
        one_more(desk, number)

    desk.run(V1)
    desk.run(V1)

    assert asked == [False]


def test_two_daemons_pause_a_pattern_once(database: Database) -> None:
    judged = PatternTickets(PATTERN, 30, 5)

    assert Corrections(database).pause(judged)
    assert not Corrections(database).pause(judged)
    assert len(Corrections(database).paused()) == 1


def test_a_pattern_that_does_not_rest_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    assert main(["resume-pattern", "tag"]) == 2
    assert "No pattern 'tag' is paused" in capsys.readouterr().err


def test_what_is_on_the_ticket_is_not_suggested(desk: Desk, database: Database) -> None:
    Corrections(database).pause(PatternTickets(PATTERN, 30, 5))
    ticket = one_more(desk, 0)
    [machine] = [one for one in desk.world.assets.values() if one.serial == serial(0)]
    desk.world.attach_asset(ticket.id, machine.id)

    desk.run(V1, SUMMARY)

    assert desk.comments(ticket) == []
