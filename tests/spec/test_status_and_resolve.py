"""``status`` says what needs a person; ``resolve`` is how a person answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crash.daemons import run
from ledger import let_leases_run_out, sql
from ticket_queue_daemon.actions import (
    ActionResult,
    BaseAction,
    CommentAction,
    SummaryCommentAction,
    TicketFacade,
)
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

    Told = tuple[int, str, str]
    Ask = Callable[..., Told]

FEED = r"/tickets/\{id\}/feed$"
ASSET = r"/tickets/\{id\}/assets/"


class NeverTwice(BaseAction):
    """A comment and two assets, none of which may ever be sent twice."""

    on_unknown = "never_repeat"

    def __init__(self, *assets: int) -> None:
        super().__init__()
        self.assets = assets

    def get_action_type(self) -> str:
        return "never_twice"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        facade.add_comment(ticket_id, "Once")
        for asset in self.assets:
            facade.add_asset(ticket_id, asset, name=f"asset {asset}")
        return ActionResult(summary="Did it all")


class Stumbling(CommentAction):
    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        raise RuntimeError("the plug-in stumbled")


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """A command, with the database and without TDX: code, stdout, stderr."""
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setattr("getpass.getuser", lambda: "alice")
    monkeypatch.setattr("socket.gethostname", lambda: "desk12")

    def run_it(*args: str) -> Told:
        capsys.readouterr()
        code = main(args)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_it


def park(desk: Desk, *assets: int, route: str = FEED) -> Ticket:
    """A ticket whose comment (or first asset) was sent, whose answer was lost, and that has it not."""
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add("drop_before", method="POST", route=route, nth=1)
    assert desk.run(NeverTwice(*assets)).held == 1
    desk.simulator.faults.remove(rule)
    return ticket


def log_id(desk: Desk, ticket: Ticket) -> str:
    return str(
        sql(
            desk.database_url,
            "SELECT log_id::text FROM meta.daemon_action_log WHERE ticket_id = %s",
            ticket.id,
        )[0][0]
    )


def document(told: Told) -> dict[str, Any]:
    return dict(json.loads(told[1]))


class TestStatus:
    def test_a_database_without_any_run(self, ask: Ask) -> None:
        code, out, _ = ask("status")

        assert code == 0
        assert "none yet (no run so far)" in out
        assert "PostgreSQL" in out

    def test_all_is_well(self, desk: Desk, ask: Ask) -> None:
        desk.ticket("Printer")
        desk.run(CommentAction(comment_text="Hello"), SummaryCommentAction())

        told = document(ask("status", "--json"))

        assert told["result"] == "fine"
        assert told["instance"].endswith("/TDWebApi")
        assert told["schema"] >= 5
        assert told["recent"][0]["outcome"] == "completed"
        assert told["recent"][0]["actions"] == 1
        assert (told["due"], told["for_good"], told["parked"], told["started"]) == (0, 0, 0, 0)
        assert told["uncovered"] == 0

    def test_what_failed_and_is_due_again_needs_nobody(self, desk: Desk, ask: Ask) -> None:
        ticket = desk.ticket("Printer")
        desk.run(Stumbling(comment_text="x"), retry_seconds=600)

        code, out, _ = ask("status", "--json")

        assert code == 0
        [row] = json.loads(out)["failing_rows"]
        assert row["ticket_id"] == ticket.id
        assert row["due_at"] is not None
        assert "stumbled" in row["reason"]

    def test_what_failed_for_good_is_a_warning(self, desk: Desk, ask: Ask) -> None:
        ticket = desk.ticket("Printer")
        desk.run(Stumbling(comment_text="x"), max_attempts=1)

        code, out, _ = ask("status")

        assert code == 1
        assert "failed for good" in out
        assert "never" in out
        assert str(ticket.id) in out

    def test_what_is_held_for_review_is_a_warning_and_names_its_log_id(
        self, desk: Desk, ask: Ask
    ) -> None:
        ticket = park(desk)

        code, out, _ = ask("status")
        [row] = document(ask("status", "--json"))["parked_rows"]

        assert code == 1
        assert log_id(desk, ticket)[:8] in out
        assert row["log_id"] == log_id(desk, ticket)
        assert row["ticket_id"] == ticket.id
        assert "never repeated" in row["reason"]
        assert row["since"]

    def test_work_that_nobody_takes_up_is_critical(self, desk: Desk, ask: Ask) -> None:
        desk.asset("IC-EHLB760-F16", "SN-A")
        desk.ticket("IC-EHLB760-F16 is slow")
        assert run(desk, DAEMON_FAILPOINT="effect_done") < 0

        assert ask("status")[0] == 0
        let_leases_run_out(desk.database_url)
        assert ask("status")[0] == 0
        sql(
            desk.database_url,
            "UPDATE meta.daemon_action_log SET lease_until = now() - interval '11 minutes'",
        )
        code, out, _ = ask("status")

        assert code == 2
        assert "left behind" in out
        [row] = document(ask("status", "--json"))["started_rows"]
        assert row["worker"]
        assert row["lease_over_seconds"] > 600

    def test_lines_that_no_summary_has_told(self, desk: Desk, ask: Ask) -> None:
        desk.ticket("Printer")
        desk.run(NeverTwice())

        told = document(ask("status", "--json"))

        assert (told["uncovered"], told["uncovered_tickets"]) == (1, 1)
        assert told["uncovered_since"]

    def test_a_long_list_is_cut_and_says_so(self, desk: Desk, ask: Ask) -> None:
        sql(
            desk.database_url,
            "INSERT INTO meta.daemon_action_log (ticket_id, action_type, action_id, status)"
            " SELECT number, 'x', 'x:0123456789ab:v1', 'failed' FROM generate_series(1, 60) number",
        )

        code, out, _ = ask("status")

        assert code == 1
        assert "the first 50 of 60" in out

    def test_it_needs_no_tdx_and_changes_nothing(self, desk: Desk, ask: Ask) -> None:
        before = sql(desk.database_url, "SELECT count(*) FROM meta.daemon_action_history")

        assert ask("status")[0] == 0
        assert len(desk.simulator.requests) == 0
        assert sql(desk.database_url, "SELECT count(*) FROM meta.daemon_action_history") == before

    def test_the_database_away(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

        assert ask("status")[0] == 3


class TestResolve:
    def test_by_the_beginning_of_its_log_id(self, desk: Desk, ask: Ask, log: StateTracker) -> None:
        ticket = park(desk)

        code, out, _ = ask("resolve", log_id(desk, ticket)[:8].upper(), "--retry")
        desk.run(NeverTwice())

        assert code == 0
        assert "due now" in out
        assert desk.comments(ticket) == ["Once"]

    def test_it_is_done_in_the_name_of_whoever_typed_it(
        self, desk: Desk, ask: Ask, log: StateTracker
    ) -> None:
        ticket = park(desk)

        code, out, _ = ask("resolve", str(ticket.id), "--done")

        assert code == 0
        assert "alice@desk12" in out
        assert log.history(ticket.id)[-1].worker == "alice@desk12"

    def test_what_was_never_told_is_told_by_the_next_summary(self, desk: Desk, ask: Ask) -> None:
        ticket = park(desk)

        _, out, _ = ask("resolve", str(ticket.id), "--done")
        for _ in range(2):
            desk.run(NeverTwice(), SummaryCommentAction())

        assert "the next summary tells it (1 line)" in out
        (summary,) = desk.comments(ticket)
        assert "1. Did it all" in summary

    def test_what_was_told_is_not_told_again(self, desk: Desk, ask: Ask) -> None:
        """The comment went through; the asset's answer was lost."""
        machine = desk.asset("IC-EHLB760-F16", "SN-A")
        ticket = park(desk, machine.id, route=ASSET)
        desk.run(NeverTwice(machine.id), SummaryCommentAction())

        ask("resolve", str(ticket.id), "--done")
        for _ in range(2):
            desk.run(NeverTwice(machine.id), SummaryCommentAction())

        _, first, second = desk.comments(ticket)
        assert "Done: post public comment: Once. Not yet done: attach asset asset" in first
        assert f"1. Done: attach asset asset {machine.id}" in second
        assert "Once" not in second

    def test_what_was_never_sent_is_sent_after_all(self, desk: Desk, ask: Ask) -> None:
        """Held for its first asset, while the second was put off: as TDX's 429s leave a plan."""
        first, second = desk.asset("IC-A1B2-F16", "SN-A"), desk.asset("IC-C3D4-F16", "SN-B")
        ticket = park(desk, first.id, second.id, route=ASSET)
        sql(
            desk.database_url,
            "UPDATE meta.daemon_action_log SET plan = jsonb_set(plan, '{effects,2,state}', '\"planned\"')",
        )
        desk.world.remove_asset_from_ticket(ticket.id, second.id)

        code, out, _ = ask("resolve", str(ticket.id), "--done")
        desk.world.assign(ticket.id, desk.theo)
        desk.run(NeverTwice(first.id, second.id), SummaryCommentAction())

        assert code == 0
        assert "the rest of its plan is due now" in out
        assert list(desk.attached(ticket)) == [second.id]
        (row,) = sql(
            desk.database_url,
            "SELECT status FROM meta.daemon_action_log WHERE action_type = 'never_twice'",
        )
        assert row == ("completed",)

    def test_an_id_that_may_mean_several_is_refused_with_their_names(
        self, desk: Desk, ask: Ask
    ) -> None:
        ticket = park(desk)
        sql(
            desk.database_url,
            "INSERT INTO meta.daemon_action_log (ticket_id, action_type, action_id, status)"
            " VALUES (%s, 'other', 'other:0123456789ab:v1', 'needs_review')",
            ticket.id,
        )

        code, _, err = ask("resolve", str(ticket.id), "--done")
        named = ask("resolve", str(ticket.id), "--done", "--action", "other:0123456789ab:v1")

        assert code == 2
        assert log_id(desk, ticket) in err
        assert "other:0123456789ab:v1" in err
        assert named[0] == 0

    @pytest.mark.parametrize("given", ["4711", "deadbeef", "1", "%", "99999999999999999999"])
    def test_an_id_that_means_nothing_is_refused(self, desk: Desk, ask: Ask, given: str) -> None:
        park(desk)

        code, _, err = ask("resolve", given, "--retry")

        assert code == 2
        assert "Nothing is held for review" in err

    def test_what_is_settled_is_settled(self, desk: Desk, ask: Ask) -> None:
        ticket = park(desk)
        assert ask("resolve", str(ticket.id), "--done")[0] == 0

        assert ask("resolve", str(ticket.id), "--retry")[0] == 2

    def test_it_is_refused_in_a_dry_run(
        self, desk: Desk, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ticket = park(desk)
        monkeypatch.setenv("DAEMON_DRY_RUN", "true")

        assert ask("resolve", str(ticket.id), "--done")[0] == 2
        assert ask("status")[0] == 1
