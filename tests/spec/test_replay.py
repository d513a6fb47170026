"""Recorded tickets before other rules: what would have differed, asked of nobody, written nowhere."""

from __future__ import annotations

import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hook import SECRET, Hook, hook
from ledger import sql
from ticket_queue_daemon.actions import (
    AddAssetAction,
    AddLabAction,
    AssignAction,
    BaseAction,
    CommentAction,
    CustomFieldAction,
    FindActiveTicketsAction,
    NotifyAction,
    RemoveAssetAction,
    ScriptAction,
    SetFieldsAction,
    StatusChangeAction,
    SummaryCommentAction,
    TagAction,
    TaskAction,
    WebhookAction,
)
from ticket_queue_daemon.app.replay import replay
from ticket_queue_daemon.app.rules import configure, settle
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.engine.recorded_lists import TODAYS_ASSETS
from ticket_queue_daemon.engine.verdicts import Kind, Replayed
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.making import RuleWords
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.tdx.names import NameBook

if TYPE_CHECKING:
    from desk import Desk

__all__ = ["hook"]

PRINTER = 'ticket.Title.contains("printer")'


def hello(text: str = "Hello", *, label: str = "", **words: Any) -> BaseAction:
    return CommentAction(text).under(RuleWords(**words).made(), label=label)


def read_only(desk: Desk) -> str:
    """The desk's database, which PostgreSQL itself keeps from being written to."""
    return f"{desk.database_url}&options=-c%20default_transaction_read_only%3Don"


def replayed(desk: Desk, *actions: BaseAction, **settings: Any) -> Replayed:
    """By other rules, over all that is recorded; TDX hears nothing, and nothing can be written."""
    requests = desk.simulator.requests.count()
    with Database(read_only(desk)) as database:
        found = replay(
            database,
            Settings(**{"report_id": 1344, **settings}),
            settle(actions, NameBook(None)),
            lambda now: now - timedelta(days=7),
        )
    assert desk.simulator.requests.count() == requests
    return found


def differences(found: Replayed) -> list[tuple[str, Kind, int]]:
    return [
        ((one.action_id or one.old_id).partition(":")[0], one.kind, one.ticket_id)
        for group in found.groups
        for one in group.verdicts
    ]


def same(found: Replayed) -> dict[str, dict[bool, int]]:
    return {group.name.partition(":")[0]: dict(group.same) for group in found.groups}


# the same rules


def test_the_same_rules_decide_the_same_whatever_the_action(desk: Desk, hook: Hook) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    desk.asset("IC-EHLB760-F17", "SN-B")
    desk.world.add_lab("Biology lab", computers=[machine])
    elsewhere = desk.asset("IC-OTHER-01", "SN-X")
    tickets = [
        desk.ticket("IC-EHLB760-F16 is slow"),
        desk.ticket("Screen", "no machine, ic ehlb760 f18"),
    ]
    for ticket in tickets:
        desk.world.attach_asset(ticket.id, elsewhere.id)
        desk.world.add_feed_entry(ticket.id, "It is IC-EHLB760-F17 too", desk.alice)
    desk.world.set_report(1344, rows=[{"TicketID": one.id, "Days Old": 2} for one in tickets])
    actions: list[BaseAction] = [
        AddAssetAction(),
        RemoveAssetAction(names=["IC-OTHER-01"], status_ids=[38], also_by_people=True),
        AddLabAction(),
        FindActiveTicketsAction(),
        CommentAction("Hello {{ requestor.first_name }}, {{ now.year }}", template=True).under(
            RuleWords(when='int(row["Days Old"]) > 1 && feed.count > 0 && size(assets) > 0').made()
        ),
        CommentAction("For us", is_private=True),
        AssignAction(responsible_uids=[desk.theo.uid], pick="least_loaded"),
        TagAction(add=["vip"]),
        CustomFieldAction(18375, "macos"),
        SetFieldsAction({"priority": 21, "Title": "New"}),
        NotifyAction(contact_uids=[desk.theo.uid]),
        TaskAction("Fetch {{ ticket.title }}", template=True),
        WebhookAction(url=hook.url, secret=SECRET, name="inventory"),
        StatusChangeAction(new_status_id=117).under(
            RuleWords(depends_on="task", schedule=["Mon-Sun 00:00-24:00"]).made()
        ),
        SummaryCommentAction(),
    ]
    run = desk.run(*actions)
    assert (run.failed, run.held) == (0, 0)

    found = replayed(desk, *actions)

    assert differences(found) == []
    assert (found.recordings, found.tickets) == (2, 2)
    acting = {kind for kind, counts in same(found).items() if counts.get(True)}
    assert acting >= {
        "add_asset", "comment", "assign", "tag", "custom_field", "set_fields", "notify", "task",
        "webhook", "status_change", "summary_comment", "remove_asset", "add_lab",
    }  # fmt: skip


def test_a_second_run_a_reminder_and_once_per_requestor_are_no_difference(desk: Desk) -> None:
    actions = (
        hello("Once", once_per="requestor"),
        hello("Printers", label="printers", when=PRINTER),
        hello("Again", label="again", every="1d", at_most=3),
        SummaryCommentAction(),
    )
    first, second = desk.ticket("Screen"), desk.ticket("Screen as well")
    desk.run(*actions)
    second.title = "A printer"
    for ticket in (first, second):
        ticket.modified += timedelta(seconds=5)
    sql(
        desk.database_url,
        "UPDATE meta.daemon_action_log SET look_again_at = look_again_at - interval '1 day'",
    )
    desk.run(*actions)
    assert desk.comments(second).count("Printers") == 1

    found = replayed(desk, *actions)

    assert (found.recordings, differences(found)) == (4, [])


# other rules


def test_another_condition_differs_on_just_those_tickets(desk: Desk) -> None:
    printer, screen = desk.ticket("The printer"), desk.ticket("A screen")
    desk.run(hello(when=PRINTER))

    found = replayed(desk, hello(when='ticket.Title.contains("screen")'))

    assert set(differences(found)) == {
        ("comment", Kind.NOT, printer.id),
        ("comment", Kind.ACTS, screen.id),
    }
    by_kind = {one.kind: one for group in found.groups for one in group.verdicts}
    assert by_kind[Kind.NOT].then.in_words() == ["post public comment: Hello"]
    assert 'ticket.Title is "The printer"' in by_kind[Kind.NOT].now.reason
    assert 'ticket.Title is "A screen"' in by_kind[Kind.ACTS].then.reason


def test_an_edited_text_is_the_same_action_with_other_effects(desk: Desk) -> None:
    ticket = desk.ticket("Screen")
    desk.run(hello("Hello"), hello("Good day", label="second"))

    found = replayed(desk, hello("Hello!"), hello("Good day", label="second"))

    assert differences(found) == [("comment", Kind.OTHER, ticket.id)]
    assert found.groups[0].old_ids == [CommentAction("Hello").get_action_id()]
    (one,) = found.groups[0].verdicts
    assert (one.then.in_words(), one.now.in_words()) == (
        ["post public comment: Hello"],
        ["post public comment: Hello!"],
    )


def test_a_decision_whose_history_is_gone_cant_be_told(desk: Desk) -> None:
    ticket = desk.ticket("Screen")
    desk.run(hello())
    sql(desk.database_url, "DELETE FROM meta.daemon_action_history")

    found = replayed(desk, hello())

    assert differences(found) == [("comment", Kind.UNKNOWN, ticket.id)]
    assert found.groups[0].verdicts[0].missing == ("the log's history of it",)


def test_an_action_that_is_gone_and_one_that_is_new(desk: Desk) -> None:
    ticket = desk.ticket("Screen")
    desk.run(hello(), StatusChangeAction(new_status_id=117), SummaryCommentAction())

    found = replayed(desk, hello(), TagAction(add=["vip"]), SummaryCommentAction())

    assert differences(found) == [
        ("tag", Kind.ACTS, ticket.id),
        ("summary_comment", Kind.OTHER, ticket.id),
        ("status_change", Kind.NOT, ticket.id),
    ]
    (told,) = found.groups[2].verdicts[0].now.effects
    assert "Added tag vip" in told["params"]["comments"]
    assert "Changed status" not in told["params"]["comments"]


def test_what_would_have_come_sooner_or_later_is_said_so(desk: Desk) -> None:
    ticket = desk.ticket("A screen")
    again = hello("Again", label="again", every="1d")
    old = (hello("A", label="a", when=PRINTER), hello("B", label="b", when='ticket.Title != ""'))
    desk.run(*old, again)
    ticket.title = "A printer"
    ticket.modified += timedelta(seconds=5)
    sql(
        desk.database_url,
        "UPDATE meta.daemon_action_log SET look_again_at = look_again_at - interval '1 day'",
    )
    desk.run(*old, again)
    new = (hello("A", label="a", when='ticket.Title != ""'), hello("B", label="b", when=PRINTER))

    found = replayed(desk, *new, again)

    assert differences(found) == [
        ("comment", Kind.SOONER, ticket.id),
        ("comment", Kind.LATER, ticket.id),
    ]


def test_what_was_not_read_then_cant_be_told_and_says_what_is_missing(desk: Desk) -> None:
    ticket = desk.ticket("A screen")
    desk.run(hello(when=PRINTER), SummaryCommentAction())

    found = replayed(
        desk,
        hello(when="feed.count > 0"),
        AddAssetAction().under(RuleWords(when='ticket.Title != ""').made()),
        SummaryCommentAction(),
    )

    kinds = differences(found)
    assert kinds[:2] == [
        ("comment", Kind.UNKNOWN, ticket.id),
        ("add_asset", Kind.UNKNOWN, ticket.id),
    ]
    comment, asset = (group.verdicts[0] for group in found.groups[:2])
    assert comment.missing == ("its feed",)
    assert comment.now.reason == "whether its rule lets it act can't be told"
    assert asset.now.reason == "its rule lets it act; what it would do can't be told"
    assert kinds[2:] == [("summary_comment", Kind.UNKNOWN, ticket.id)]


def test_a_script_is_not_run_but_its_rule_is_asked(desk: Desk) -> None:
    script = Path("triage.py")
    script.write_text("open('ran', 'a').write('x'); print('{}')", encoding="utf-8")

    def triage(when: str) -> BaseAction:
        command = [sys.executable, str(script.resolve())]
        return ScriptAction(command).under(RuleWords(when=when).made())

    desk.ticket("The printer")
    desk.ticket("A screen")
    desk.run(triage('ticket.Title != ""'))
    ran = Path("ran").read_text(encoding="utf-8")

    found = replayed(desk, triage(PRINTER))

    assert Path("ran").read_text(encoding="utf-8") == ran
    (unknown,) = found.groups[0].verdicts
    assert (unknown.kind, unknown.title) == (Kind.UNKNOWN, "The printer")
    assert "runs none" in unknown.missing[0]


def test_other_options_are_tried_on_the_assets_that_were_met(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction(fields=["tag"]))

    found = replayed(desk, AddAssetAction())

    assert differences(found) == [("add_asset", Kind.ACTS, ticket.id)]
    assert found.groups[0].verdicts[0].remarks == ()


def test_what_was_not_looked_up_then_is_compared_with_todays_assets_and_said_so(
    desk: Desk,
) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A", owner=desk.alice)
    ticket = desk.ticket("It is slow")
    rule = RuleWords(when="size(assets) == 0").made()
    desk.run(AddAssetAction(owner_fallback="off").under(rule))

    found = replayed(desk, AddAssetAction().under(rule))

    assert differences(found) == [("add_asset", Kind.ACTS, ticket.id)]
    (one,) = found.groups[0].verdicts
    assert [effect["params"]["asset_id"] for effect in one.now.effects] == [machine.id]
    assert one.remarks == (TODAYS_ASSETS,)


def test_a_cut_text_is_told_with_the_verdict(desk: Desk) -> None:
    desk.ticket("Screen", "x" * 60_000)
    desk.run(hello(when="size(ticket.Description) > 50000"))

    found = replayed(desk, hello(when="size(ticket.Description) > 50000 && true"))

    (one,) = found.groups[0].verdicts
    assert one.kind is Kind.NOT
    assert one.remarks == (
        "the ticket's fields, cut when it was recorded: Description had 60,000 letters",
    )


def test_names_that_nobody_looked_up_leave_their_action_out(desk: Desk) -> None:
    desk.ticket("Screen")
    desk.run(hello(), StatusChangeAction(new_status_id=117))
    rules = Path("new.yaml")
    rules.write_text(
        "version: 1\nactions:\n  - comment: {comment_text: Hello}\n"
        "  - status_change: {new_status_id: In Progress}\n",
        encoding="utf-8",
    )

    with Database(desk.database_url) as database:
        found = replay(database, Settings(), configure(rules), lambda now: now - timedelta(days=7))
        assert differences(found) == []
        assert any("is left out: it has names" in note for note in found.notes)
        rules.write_text(
            "version: 1\nactions:\n  - status_change: {new_status_id: In Progress}\n", "utf-8"
        )
        with pytest.raises(ConfigError, match="all have names"):
            replay(database, Settings(), configure(rules), lambda now: now)


# the command


@pytest.fixture
def rules(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """New rules, and the old ones at work on two tickets, one of them with a bad title."""
    desk.ticket("The printer <script>alert(1)</script>\x1b[2J")
    desk.ticket("A screen")
    desk.run(hello(when=PRINTER))
    for name, value in {**desk.simulator.env(), "DATABASE_URL": read_only(desk)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAEMON_REPORT_ID", "1344")
    Path("new.yaml").write_text(
        "version: 1\nactions:\n  - comment:\n      comment_text: Hello\n"
        "      when: 'ticket.Title.contains(\"screen\")'\n",
        encoding="utf-8",
    )
    return "new.yaml"


def test_the_command_asks_tdx_nothing(
    desk: Desk, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = desk.simulator.requests.count()
    capsys.readouterr()

    assert main(["replay", "--since", "7d", "--config", rules]) == 0
    told = capsys.readouterr().out
    assert main(["replay", "--config", rules, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert main(["replay", "--config", rules, "--html", "page.html"]) == 0

    assert desk.simulator.requests.count() == requests
    assert all(len(line) <= 80 for line in told.splitlines() if "recordings of" not in line)
    assert "1 would act, 1 would not act" in told
    assert "\x1b" not in told
    assert document["counts"]["would act"] == document["counts"]["would not act"] == 1
    [action] = document["actions"]
    assert {one["kind"] for one in action["differences"]} == {"would act", "would not act"}
    page = Path("page.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_command_says_what_is_wrong(
    desk: Desk, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine.html").write_text("mine", encoding="utf-8")

    assert main(["replay"]) == 2
    assert "replay --config new.yaml" in capsys.readouterr().err
    assert main(["replay", "--config", rules, "--html", "mine.html"]) == 2
    assert Path("mine.html").read_text(encoding="utf-8") == "mine"
    sql(desk.database_url, "DELETE FROM meta.daemon_recordings")
    assert main(["replay", "--config", rules, "--no-check"]) == 0
    assert "Nothing is recorded yet" in capsys.readouterr().out


def test_the_worked_example_of_the_docs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs/replay.md").read_text(encoding="utf-8")
    for name, text in zip(
        ("old.yaml", "new.yaml"), re.findall(r"```yaml\n(.*?)```", page, re.DOTALL), strict=True
    ):
        Path(name).write_text(text, encoding="utf-8")
    for title in ("The printer jams", "Printer is out of toner", "Screen flickers"):
        desk.ticket(title)
    for name, value in {**desk.simulator.env(), "DATABASE_URL": desk.database_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAEMON_WORKERS", "1")
    assert main(["--config", "old.yaml"]) == 0
    capsys.readouterr()

    assert main(["replay", "--since", "7d", "--config", "new.yaml"]) == 0

    told = plainly(capsys.readouterr().out)
    assert told == plainly(
        re.findall(r"\$ ticket-queue-daemon replay .*?\n(.*?)```", page, re.DOTALL)[0]
    )


def plainly(text: str) -> str:
    """Without the times, and without the blanks with which a table ends its lines."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
