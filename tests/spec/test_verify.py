"""``verify``: an auditor of its own compares TDX with the log, and changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crash.daemons import run
from desk import BriefClock
from ledger import let_leases_run_out, sql
from ticket_queue_daemon import app
from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    BaseAction,
    CommentAction,
    SummaryCommentAction,
    TicketFacade,
)
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk

    Verify = Callable[..., tuple[int, dict[str, Any]]]

FEED = r"/tickets/\{id\}/feed$"
HELLO = CommentAction(comment_text="Hello <World> & all", is_private=False)
PRIVATE = CommentAction(comment_text="For us alone", is_private=True)


class Everything(BaseAction):
    """One effect of each kind."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.machine = desk.asset("IC-EHLB760-F16", "SN-A")
        self.lab = desk.world.add_lab("aabol Lab")
        self.theo = desk.theo

    def get_action_type(self) -> str:
        return "everything"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        facade.add_comment(ticket_id, "<p>Hello <b>you</b></p>", is_rich_html=True)
        facade.add_comment(ticket_id, "In progress", new_status_id=117)
        facade.add_asset(ticket_id, self.machine.id, name="IC-EHLB760-F16")
        facade.add_configuration_item(ticket_id, self.lab.id)
        facade.update_ticket(ticket_id, {"PriorityID": 21})
        facade.add_contact(ticket_id, self.theo.uid)
        facade.add_tags(ticket_id, ["vip"])
        return ActionResult(summary="did everything")


class NeverTwice(CommentAction):
    """For a text that must never stand twice, whatever else is lost."""

    on_unknown = "never_repeat"


@pytest.fixture
def verify(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    """The command, in this process: its exit code and its JSON."""
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")

    def ask(*args: str) -> tuple[int, dict[str, Any]]:
        writes = desk.writes()
        capsys.readouterr()
        code = main(["verify", "--json", *args])
        told = capsys.readouterr()
        assert desk.writes() == writes
        return code, json.loads(told.out) if told.out else {"error": told.err}

    return ask


def kinds(document: dict[str, Any]) -> dict[str, int]:
    return {word: number for word, number in document["counts"].items() if number}


def the_one(document: dict[str, Any], kind: str) -> dict[str, Any]:
    [found] = [one for one in document["findings"] if one["kind"] == kind]
    return dict(found)


def test_all_is_as_it_should_be(desk: Desk, verify: Verify) -> None:
    ticket = desk.ticket("Printer")
    action = Everything(desk)
    desk.run(action, HELLO, PRIVATE, SummaryCommentAction())
    desk.run(action, HELLO, PRIVATE, SummaryCommentAction())

    code, told = verify()

    assert code == 0
    assert told["result"] == "fine"
    assert told["tickets"] == [ticket.id]
    assert kinds(told) == {"posted": 9, "unchecked": 1}
    assert the_one(told, "unchecked")["what"] == "tags vip"


def test_it_costs_one_feed_read_a_ticket_and_others_only_where_they_are_needed(
    desk: Desk, verify: Verify
) -> None:
    for number in range(3):
        desk.ticket(f"Ticket {number}")
    desk.run(HELLO)

    _, told = verify()

    # login, me, applications, one search; then one feed a ticket
    assert told["api_calls"] <= 4 + 3
    assert kinds(told) == {"posted": 3}


def test_nothing_done_is_nothing_to_check(desk: Desk, verify: Verify) -> None:
    code, told = verify()

    assert (code, told["tickets"], told["findings"]) == (0, [], [])


@pytest.mark.parametrize("action", [HELLO, PRIVATE], ids=["by text", "by reference"])
def test_a_comment_that_stands_twice_is_a_problem(
    desk: Desk, verify: Verify, action: CommentAction
) -> None:
    ticket = desk.ticket("Printer")
    desk.run(action)
    (ours,) = desk.world.comments_on(ticket.id, desk.world.admin)
    desk.world.add_feed_entry(ticket.id, desk.comments(ticket)[0], desk.world.admin)

    code, told = verify()

    assert code == 2
    assert kinds(told) == {"posted": 1, "double": 1}
    double = the_one(told, "double")
    assert double["action_id"] == action.get_action_id()
    assert double["entry_ids"][0] == ours.id
    assert len(double["entry_ids"]) == 2


def test_a_request_that_tdx_applied_after_the_last_look_is_found(
    desk: Desk, verify: Verify
) -> None:
    """What docs/exactly-once.md says is not promised, and that `verify` finds."""
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add("late", method="POST", route=FEED, nth=1)
    desk.run(HELLO)
    assert desk.simulator.faults.release() == 1
    assert len(desk.world.comments_on(ticket.id)) == 2

    code, told = verify()

    assert code == 2
    assert kinds(told) == {"posted": 1, "double": 1}


def test_two_actions_with_the_same_words_are_two_comments(desk: Desk, verify: Verify) -> None:
    desk.ticket("Printer")
    desk.run(HELLO)
    desk.run(HELLO, CommentAction(comment_text="Hello <World> & all", version="v2"))

    code, told = verify()

    assert code == 0
    assert kinds(told) == {"posted": 2}


def test_the_same_words_by_a_technician_are_his(desk: Desk, verify: Verify) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    desk.world.add_feed_entry(ticket.id, "Hello <World> & all", desk.theo)

    assert verify()[0] == 0


def test_what_our_account_wrote_and_the_log_does_not_know_is_a_problem(
    desk: Desk, verify: Verify
) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    entry = desk.world.add_feed_entry(ticket.id, "Nobody planned this", desk.world.admin)

    code, told = verify()

    assert code == 2
    found = the_one(told, "unexplained")
    assert found["entry_ids"] == [entry.id]
    assert found["what"] == "comment: Nobody planned this"
    assert found["log_id"] is None


def test_it_is_found_right_beside_changes_of_ours_that_leave_entries_too(
    desk: Desk, verify: Verify
) -> None:
    ticket = desk.ticket("Printer")
    desk.run(Everything(desk))
    desk.world.add_feed_entry(ticket.id, "Nobody planned this", desk.world.admin)

    code, told = verify()

    assert code == 2
    assert kinds(told) == {"posted": 6, "unchecked": 1, "unexplained": 1}


def test_a_ticket_that_the_log_never_heard_of_is_found_too(desk: Desk, verify: Verify) -> None:
    """As after an older copy of the database was brought back."""
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    for table in ("action_log", "action_history", "summary_lines"):
        sql(desk.database_url, f"DELETE FROM meta.daemon_{table}")

    code, told = verify()

    assert code == 2
    assert told["tickets"] == [ticket.id]
    assert kinds(told) == {"unexplained": 1}


def test_a_change_of_status_by_our_account_that_nobody_planned_is_a_problem(
    desk: Desk, verify: Verify
) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    desk.world.set_status(ticket.id, 117, by=desk.world.admin)

    code, told = verify()

    assert code == 2
    assert "Changed Status" in the_one(told, "unexplained")["what"]


def test_a_status_passed_down_from_the_parent_is_explained(desk: Desk, verify: Verify) -> None:
    class Cascade(Everything):
        def execute_action(
            self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
        ) -> ActionResult:
            facade.add_comment(ticket_id, "All of you", new_status_id=117, cascade_status=True)
            return ActionResult()

    parent = desk.ticket("Parent")
    child = desk.ticket("Child", responsible=desk.theo)
    desk.world.tickets[child.id].parent_id = parent.id
    desk.run(Cascade(desk))
    assert desk.world.tickets[child.id].status_id == 117

    code, told = verify()

    assert (code, told["tickets"]) == (0, [parent.id, child.id])


def test_a_removed_asset_is_a_warning(desk: Desk, verify: Verify) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)

    code, told = verify()

    assert code == 1
    assert kinds(told) == {"missing": 1}
    assert the_one(told, "missing")["what"] == "asset IC-EHLB760-F16"


def test_an_item_that_has_the_asset_s_number_is_not_the_asset(desk: Desk, verify: Verify) -> None:
    """Ids of assets and of configuration items are two sequences that overlap."""
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    lab = desk.world.add_lab("aabol Lab")
    item = desk.world.items.pop(lab.id)
    item.id = machine.id
    desk.world.items[item.id] = item
    desk.world.attach_item(ticket.id, item.id)

    assert kinds(verify()[1]) == {"missing": 1}


def test_a_deleted_comment_is_a_warning(desk: Desk, verify: Verify) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    (entry,) = desk.world.comments_on(ticket.id, desk.world.admin)
    desk.world.tickets[ticket.id].feed.remove(entry.id)
    del desk.world.feed[entry.id]

    code, told = verify()

    assert code == 1
    assert kinds(told) == {"missing": 1}


def test_what_was_done_a_moment_ago_is_not_missing_yet(
    desk: Desk, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TDX may show late; DAEMON_SETTLE_SECONDS says how late."""
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "2,5,15")
    desk.ticket("Printer")
    desk.run(HELLO)
    desk.world.behaviour.feed_lag_seconds = 600

    code, told = verify()

    assert code == 0
    assert kinds(told) == {"unchecked": 1}


def test_a_deleted_ticket_is_a_warning_and_stops_nothing(desk: Desk, verify: Verify) -> None:
    gone, other = desk.ticket("Printer"), desk.ticket("Scanner")
    desk.run(HELLO)
    desk.world.delete_ticket(gone.id)

    code, told = verify()

    assert code == 1
    assert kinds(told) == {"posted": 1, "missing": 1}
    assert the_one(told, "missing")["ticket_id"] == gone.id
    assert the_one(told, "posted")["ticket_id"] == other.id


class StatusChange(Everything):
    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        facade.update_ticket(ticket_id, {"StatusID": 117})
        return ActionResult()


def test_a_status_that_a_person_changed_since_is_nobody_s_fault(desk: Desk, verify: Verify) -> None:
    ticket = desk.ticket("Printer")
    desk.run(StatusChange(desk))
    desk.world.set_status(ticket.id, 118, by=desk.theo)

    code, told = verify()

    assert code == 0
    assert kinds(told) == {"changed": 1}
    assert the_one(told, "changed")["why"] == "StatusID is 118 now"


def test_a_value_that_nobody_changed_back_and_that_is_not_there_is_a_warning(
    desk: Desk, verify: Verify
) -> None:
    ticket = desk.ticket("Printer")
    desk.run(StatusChange(desk))
    desk.world.tickets[ticket.id].status_id = 115

    code, told = verify()

    assert code == 1
    assert the_one(told, "missing")["what"] == "StatusID = 117"


def test_what_is_held_for_review_is_pending_with_what_the_feed_says(
    desk: Desk, verify: Verify
) -> None:
    desk.ticket("Printer")
    rule = desk.simulator.faults.add("late", method="POST", route=FEED, nth=1)
    assert desk.run(NeverTwice(comment_text="Once")).held == 1
    desk.simulator.faults.remove(rule)

    code, told = verify()
    desk.simulator.faults.release()
    code_after, after = verify()

    assert (code, code_after) == (1, 1)
    assert "held for review" in the_one(told, "pending")["why"]
    assert "the feed has it" not in the_one(told, "pending")["why"]
    assert the_one(after, "pending")["why"].endswith("the feed has it")
    assert kinds(after) == {"pending": 1}


def test_what_a_person_settled_as_done_is_checked_like_the_rest(desk: Desk, verify: Verify) -> None:
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add("late", method="POST", route=FEED, nth=1)
    desk.run(NeverTwice(comment_text="Once"))
    desk.simulator.faults.remove(rule)
    assert main(["resolve", str(ticket.id), "--done"]) == 0

    assert kinds(verify()[1]) == {"missing": 1}
    desk.simulator.faults.release()
    assert kinds(verify()[1]) == {"posted": 1}


def test_a_comment_with_a_status_is_known_behind_tdx_s_own_sentence(
    desk: Desk, verify: Verify
) -> None:
    class InProgress(Everything):
        on_unknown = "never_repeat"

        def execute_action(
            self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
        ) -> ActionResult:
            facade.add_comment(ticket_id, "We are on it", new_status_id=117)
            return ActionResult()

    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add("late", method="POST", route=FEED, nth=1)
    desk.run(InProgress(desk))
    desk.simulator.faults.remove(rule)
    desk.simulator.faults.release()
    assert main(["resolve", str(ticket.id), "--done"]) == 0

    code, told = verify()

    assert (code, kinds(told)) == (0, {"posted": 1})


def test_what_a_dead_daemon_left_in_doubt_is_pending(desk: Desk, verify: Verify) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    desk.ticket("IC-EHLB760-F16 is slow")
    assert run(desk, DAEMON_FAILPOINT="effect_done:2") < 0
    assert kinds(verify()[1]) == {"posted": 1, "unchecked": 1}
    let_leases_run_out(desk.database_url)

    code, told = verify()

    assert code == 1
    assert the_one(told, "pending")["why"] == (
        "in doubt; its daemon is gone, the next run takes it up; the feed has it"
    )


def test_only_the_span_is_judged(desk: Desk, verify: Verify) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    desk.world.add_feed_entry(ticket.id, "Nobody planned this", desk.world.admin)
    sql(
        desk.database_url,
        "ALTER TABLE meta.daemon_action_history DISABLE TRIGGER ALL;"
        "UPDATE meta.daemon_action_history SET at = at - interval '3 days';"
        "UPDATE meta.daemon_action_log SET executed_at = executed_at - interval '3 days'",
    )
    for entry in desk.world.feed.values():
        entry.created = entry.created.replace(year=entry.created.year - 1)

    assert verify("--since", "1h")[1]["findings"] == []
    assert kinds(verify("--since", "7d")[1]) == {"posted": 1}
    assert kinds(verify("--since", "2020-01-01")[1]) == {"posted": 1, "unexplained": 1}
    assert kinds(verify("--ticket", str(ticket.id))[1]) == {"posted": 1, "unexplained": 1}


def test_a_list_of_tickets(desk: Desk, verify: Verify) -> None:
    first, second, _ = (desk.ticket(f"Ticket {number}") for number in range(3))
    desk.run(HELLO)

    _, told = verify("--ticket", str(first.id), "--ticket", str(second.id))

    assert told["tickets"] == [first.id, second.id]
    assert kinds(told) == {"posted": 2}


def test_tdx_s_clock_may_be_another(desk: Desk, verify: Verify) -> None:
    desk.world.behaviour.clock_offset = 1800
    desk.ticket("Printer")
    desk.run(Everything(desk), HELLO, SummaryCommentAction())

    assert verify()[0] == 0


def test_comments_of_the_original_daemon_are_not_held_against_us(
    desk: Desk, verify: Verify
) -> None:
    """An adopted row has neither plan nor history; it accounts for one comment of its time."""
    ticket = desk.ticket("Printer")
    desk.world.add_feed_entry(ticket.id, "As of old", desk.world.admin)
    sql(
        desk.database_url,
        "INSERT INTO meta.daemon_action_log (ticket_id, action_type, action_id)"
        " VALUES (%s, 'comment', 'comment:0123456789ab:v1')",
        ticket.id,
    )
    assert verify()[0] == 0

    desk.world.add_feed_entry(ticket.id, "As of old", desk.world.admin)
    assert verify()[0] == 2


def test_a_sandbox_is_not_compared_with_production_s_log(
    desk: Desk, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ticket("Printer")
    desk.run(HELLO)
    for name, value in desk.simulator.env(sandbox=True).items():
        monkeypatch.setenv(name, value)

    code, told = verify()

    assert code == 2
    assert "This database belongs to" in told["error"]


def test_tdx_away_concludes_nothing(
    desk: Desk, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ticket("Printer")
    desk.run(HELLO)
    monkeypatch.setenv("TDX_BASE_URL", "http://127.0.0.1:9/TDWebApi/api")
    monkeypatch.setattr(app, "SystemClock", BriefClock)
    sql(desk.database_url, "DELETE FROM meta.daemon_instance")

    assert verify()[0] == 3


def test_the_database_away_concludes_nothing(
    desk: Desk, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

    assert verify()[0] == 3


def test_a_span_in_the_future_is_refused(verify: Verify) -> None:
    code, told = verify("--since", "2999-01-01")

    assert code == 2
    assert "in the future" in told["error"]


def test_for_people_there_is_a_table(
    desk: Desk, verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)
    desk.world.add_feed_entry(ticket.id, "Nobody\nplanned \x1b[31mthis", desk.world.admin)

    code = main(["verify"])

    out = capsys.readouterr().out
    assert code == 2
    assert "unexplained" in out
    assert str(ticket.id) in out
    assert "1 posted, 1 unexplained" in out
    assert "nothing was changed" in out
    assert "\x1b" not in out
