"""``explain``: why a ticket was or was not changed, and what would be done now; nothing is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger import let_leases_run_out, sql, terms
from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk import Desk

    Told = tuple[int, str, str]
    Ask = Callable[..., Told]

RETIRED = 39
FILE = """
from ticket_queue_daemon.actions import *


class NeverTwice(CommentAction):
    on_unknown = "never_repeat"


class Stumbling(CommentAction):
    def execute_action(self, ticket_id, facade, dry_run=False):
        raise RuntimeError("the plug-in stumbled")


actions = [{}, SummaryCommentAction()]
"""
ON_UPDATE = 'AddAssetAction(reevaluate="on_update")'
HELLO = 'CommentAction(comment_text="Hello")'


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, without a report to look into: code, stdout, stderr; it changes nothing."""
    for name, value in desk.simulator.env().items():
        if name != "DAEMON_REPORT_ID":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    def run_it(*args: object) -> Told:
        before = desk.writes(), state(desk)
        capsys.readouterr()
        code = main([str(arg) for arg in args])
        told = capsys.readouterr()
        assert (desk.writes(), state(desk)) == before
        return code, told.out, told.err

    return run_it


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes the action file and names it in the environment."""

    def write(actions: str) -> Path:
        file = tmp_path / "actions.py"
        file.write_text(FILE.format(actions))
        monkeypatch.setenv("DAEMON_CONFIG", str(file))
        return file

    return write


def state(desk: Desk) -> list[Any]:
    return [
        *sql(desk.database_url, "SELECT * FROM meta.daemon_action_log ORDER BY log_id"),
        *sql(desk.database_url, "SELECT count(*) FROM meta.daemon_action_history"),
    ]


def document(told: Told) -> dict[str, Any]:
    assert told[0] == 0, told
    return dict(json.loads(told[1]))


def about(told: Told, kind: str) -> dict[str, Any]:
    [found] = [one for one in document(told)["actions"] if one["action_id"].startswith(f"{kind}:")]
    return dict(found)


def test_a_ticket_that_is_in_no_report_and_was_never_touched(desk: Desk, ask: Ask) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("Lab PC IC-EHLB760-F16 is slow")
    desk.world.assign(ticket.id, desk.theo)

    code, out, _ = ask("explain", ticket.id)

    assert code == 0
    assert out.startswith(f"Ticket {ticket.id}: Lab PC IC-EHLB760-F16 is slow\n")
    assert "log   nothing so far" in out
    assert "next  new: the next run that finds the ticket in its report does it" in out
    assert "now   would attach asset IC-EHLB760-F16" in out
    assert f"taken  name of asset {machine.id}: its name" in out
    assert "calls to TDX; nothing was changed." in out
    assert "GET /reports/{id}" not in desk.simulator.requests.counts()


def test_every_way_in_which_a_machine_is_considered(desk: Desk, ask: Ask) -> None:
    taken = desk.asset("LSAF-AAAAAA1", "C02XJ0AXJGH5")
    retired = desk.asset("LSAF-D30H6J3", "D30H6J3", status_id=RETIRED)
    ticket = desk.ticket(
        "C02XJ0AXJGH5 is slow",
        "LSAF-D30H6J3 was not. See https://example.edu/LSAF-AAAAAA1/help",
    )

    told = ask("explain", ticket.id, "--json")

    evidence = about(told, "add_asset")["evidence"]
    assert [(one["where"], one["token"], one["verdict"]) for one in evidence] == [
        ("title", "C02XJ0AXJGH5", "taken"),
        ("description", "LSAF-D30H6J3", "ineligible"),
        ("description", "LSAF-AAAAAA1", "inside_url"),
    ]
    assert evidence[0]["field"] == "serial number"
    assert document(told)["asset_names"] == {
        str(taken.id): "LSAF-AAAAAA1",
        str(retired.id): "LSAF-D30H6J3",
    }
    _, out, _ = ask("explain", ticket.id)
    assert f"serial number of LSAF-AAAAAA1 ({taken.id}): its serial number" in out


def test_what_is_done_is_never_done_again(
    desk: Desk, ask: Ask, rules: Callable[[str], Path]
) -> None:
    file = rules(HELLO)
    ticket = desk.ticket("Printer")
    desk.run(config_path=file)

    _, out, _ = ask("explain", ticket.id)
    told = about(ask("explain", ticket.id, "--json"), "comment")

    assert "applied: post public comment: Hello" in out
    assert "next  nothing: it is done, and never done again" in out
    assert "would post" not in out
    assert told["log"]["status"] == "completed"
    assert told["log"]["effects"] == [{"effect": "post public comment: Hello", "state": "applied"}]


def test_skipped_for_good_and_what_a_fresh_look_would_find(desk: Desk, ask: Ask) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("My computer is slow")
    desk.run()
    desk.world.add_feed_entry(ticket.id, "It is LSAF-D30H6J3", desk.alice)

    _, out, _ = ask("explain", ticket.id)

    assert ": no computer is named, and the requestor owns none" in out
    assert 'next  nothing: it was skipped, and reevaluate is "never"' in out
    assert "now   looked at afresh, would attach asset LSAF-D30H6J3" in out
    assert "comment by Alice Rivera" in out
    assert "next  nothing: there is nothing to tell that was not told" in out


def test_skipped_and_to_be_looked_at_again(
    desk: Desk, ask: Ask, rules: Callable[[str], Path]
) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    file = rules(ON_UPDATE)
    ticket = desk.ticket("My computer is slow")
    desk.run(config_path=file)

    waits = about(ask("explain", ticket.id, "--json"), "add_asset")
    desk.world.add_feed_entry(ticket.id, "It is LSAF-D30H6J3", desk.alice)
    due = ask("explain", ticket.id, "--json")

    assert not waits["next"]["acts"]
    assert waits["next"]["what"].startswith("looked at again when the ticket has changed since 20")
    assert about(due, "add_asset")["next"]["acts"]
    assert about(due, "add_asset")["now"]["effects"] == ["attach asset LSAF-D30H6J3"]
    assert about(due, "summary_comment")["next"]["what"] == "there is something to tell: 1 line"


def test_what_a_baseline_left_alone(desk: Desk, ask: Ask, rules: Callable[[str], Path]) -> None:
    rules(ON_UPDATE)
    ticket = desk.ticket("My computer is slow")
    assert main(["baseline", "--report-id", "1344"]) == 0

    told = about(ask("explain", ticket.id, "--json"), "add_asset")

    assert told["next"]["what"] == "nothing: a baseline left the ticket as it was"


def test_failed_and_due_and_failed_for_good(
    desk: Desk, ask: Ask, rules: Callable[[str], Path]
) -> None:
    file = rules('Stumbling(comment_text="x")')
    ticket = desk.ticket("Printer")
    desk.run(config_path=file, max_attempts=2)

    waits = ask("explain", ticket.id)[1]
    sql(desk.database_url, "UPDATE meta.daemon_action_log SET next_attempt_at = now()")
    due = ask("explain", ticket.id)[1]
    desk.run(config_path=file, max_attempts=2)
    ended = ask("explain", ticket.id)[1]

    assert "1 failed attempt: RuntimeError: the plug-in stumbled" in waits
    assert "now   would fail: RuntimeError: the plug-in stumbled" in waits
    assert "next  the first run after 20" in waits
    assert "next  the next run tries it again" in due
    assert (
        f"next  failed for good, not tried again by itself: `retry --ticket {ticket.id}`" in ended
    )


def test_held_for_a_person(desk: Desk, ask: Ask, rules: Callable[[str], Path]) -> None:
    file = rules('NeverTwice(comment_text="Hello")')
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add("drop_before", method="POST", route=r"/feed$", nth=1)
    desk.run(config_path=file)

    _, out, _ = ask("explain", ticket.id)

    assert "log   needs review" in out
    assert "sent: post public comment: Hello" in out
    assert "next  waits for a person: look at the ticket, then `resolve " in out
    assert "now " not in out


def test_work_in_hand_and_work_left_behind(
    desk: Desk, ask: Ask, rules: Callable[[str], Path]
) -> None:
    rules(HELLO)
    ticket = desk.ticket("Printer")
    app = desk.app(CommentAction(comment_text="Hello"))
    key = app.queue.keys[0]
    app.tracker.claim(ticket.id, [key], **terms())

    at_work = ask("explain", ticket.id)[1]
    let_leases_run_out(desk.database_url)
    left = ask("explain", ticket.id)[1]

    assert f"next  {app.tracker.worker} is at work on it until 20" in at_work
    assert f"next  {app.tracker.worker} left it behind: the next run takes it up" in left


def test_an_action_that_is_no_longer_configured(
    desk: Desk, ask: Ask, rules: Callable[[str], Path]
) -> None:
    file = rules(HELLO)
    ticket = desk.ticket("Printer")
    desk.run(config_path=file)
    rules('CommentAction(comment_text="Good day")')

    _, out, _ = ask("explain", ticket.id)

    assert "next  nothing: it is no longer configured" in out
    assert "now   would post public comment: Good day" in out


def test_lines_that_wait_to_be_told(desk: Desk, ask: Ask) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())

    told = ask("explain", ticket.id, "--json")

    assert len(document(told)["untold_lines"]) == 1
    assert about(told, "summary_comment")["now"]["effects"][0].startswith("post private comment")


def test_a_ticket_that_is_gone_from_tdx(desk: Desk, ask: Ask) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction(), SummaryCommentAction())
    del desk.world.tickets[ticket.id]

    code, out, _ = ask("explain", ticket.id)

    assert code == 0
    assert "Not there, or not visible to this account" in out
    assert "applied: attach asset IC-EHLB760-F16" in out
    assert "taken  name of asset" in out


def test_a_ticket_that_nobody_knows(ask: Ask) -> None:
    code, out, err = ask("explain", 4711)

    # TDX was reached and answered: this is a wrong id, and no outage for a monitor to shout about.
    assert (code, out) == (2, "")
    assert "Not there, or not visible to this account" in err
    assert "TDX_APP_ID" in err


def test_what_stands_in_a_ticket_can_not_command_the_terminal(desk: Desk, ask: Ask) -> None:
    desk.asset("IC-EHLB760-F16", "SN000000001")
    ticket = desk.ticket("[red]\x1b[31m IC-EHLB760-F16 \u202e\n is [bold]slow", "\x1b]0;x\x07")
    desk.run()

    for command in ("explain", "ticket"):
        _, out, _ = ask(command, ticket.id)
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\x07" not in out
        assert "IC-EHLB760-F16" in out


def test_the_cost_is_told(desk: Desk, ask: Ask) -> None:
    ticket = desk.ticket("Printer")
    before = sum(desk.simulator.requests.counts().values())

    calls = document(ask("explain", ticket.id, "--json"))["api_calls"]

    assert sum(desk.simulator.requests.counts().values()) - before == calls


def test_the_stored_evidence_is_in_the_tickets_story_shortened(desk: Desk, ask: Ask) -> None:
    machines = [desk.asset(f"IC-LAB{number:04d}-F20", f"LAB{number}") for number in range(12)]
    ticket = desk.ticket("Lab", " ".join(machine.name for machine in machines))
    desk.run()
    calls = len(desk.simulator.requests)

    code, out, _ = ask("ticket", ticket.id)

    assert code == 0
    assert "considered\n" in out
    assert out.count("  taken  name of asset") == 8
    assert f"and 4 more: `explain {ticket.id}` shows them all, as the ticket is now" in out
    assert len(desk.simulator.requests) == calls
