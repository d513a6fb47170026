"""A command decides; what it wishes is done like any other change, once, and never in a dry run."""

from __future__ import annotations

import json
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import ScriptAction, SummaryCommentAction, script
from ticket_queue_daemon.actions.base import ActionError
from ticket_queue_daemon.actions.script_answer import read_answer
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.outside.command import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker


def answering(*effects: dict[str, Any], **more: Any) -> ScriptAction:
    """A script that wishes the same whatever it is given."""
    Path("answer.json").write_text(json.dumps({"effects": list(effects), **more}))
    return ScriptAction(["cat", "answer.json"])


def python(text: str, **options: Any) -> ScriptAction:
    return ScriptAction([sys.executable, "-I", "-S", "-c", text], **options)


def row_of(log: StateTracker, ticket: Ticket) -> dict[str, Any]:
    rows = log.get_ticket_actions(ticket.id)
    return next(row for row in rows if row["action_type"] == "script")


def test_every_wish_is_done_and_told(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    new, old = desk.asset("IC-NEW-F16", "SN-NEW"), desk.asset("IC-OLD-F16", "SN-OLD")
    lab = desk.world.add_lab("aabol Lab")
    desk.world.attach_asset(ticket.id, old.id)
    action = answering(
        {"comment": {"text": "Hello", "is_private": True}},
        {"add_asset": {"asset_id": new.id, "name": new.name}},
        {"remove_asset": {"asset_id": old.id}},
        {"add_configuration_item": {"item_id": lab.id}},
        {"set_fields": {"priority": "High", "title": "Printer on fire"}},
        {"custom_field": {"attribute_id": "Operating System", "value": "macOS"}},
        {"add_tags": ["vip"]},
        {"add_contact": {"person_uid": "tnovak"}},
        {"add_task": {"title": "Fetch it", "responsible_uid": "Theo Novak"}},
        summary="Triaged",
    )

    report = desk.run(action, SummaryCommentAction())

    assert report.failed == 0
    assert list(desk.attached(ticket)) == [new.id]
    assert (ticket.priority_id, ticket.title, ticket.tags) == (21, "Printer on fire", ["vip"])
    assert ticket.attributes == {18375: "26191"}
    assert ticket.contacts == [desk.theo.uid]
    assert len(desk.simulator.journal.for_ticket(ticket.id, "ci_linked")) == 1
    assert len(desk.simulator.journal.for_ticket(ticket.id, "task_created")) == 1
    said, told = desk.comments(ticket)
    assert said.startswith("Hello")
    assert "Triaged" in told
    assert row_of(log, ticket)["status"] == "completed"


def test_it_is_given_the_ticket_and_what_it_asks_for(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    asset = desk.asset("IC-NEW-F16", "SN-NEW")
    desk.world.attach_asset(ticket.id, asset.id)
    ticket.contacts.append(desk.theo.uid)
    desk.world.add_feed_entry(ticket.id, "It smells", author=desk.alice)
    keep = (
        "import sys; text = sys.stdin.read(); open('given.json', 'w').write(text); "
        'print(\'{"skip": "seen"}\')'
    )

    desk.run(python(keep, include=["feed", "assets", "contacts"]))

    given = json.loads(Path("given.json").read_text())
    assert (given["ticket"]["id"], given["ticket"]["title"]) == (ticket.id, "Printer")
    assert "It smells" in [one["text"] for one in given["feed"]]
    assert [one["asset_id"] for one in given["assets"]] == [asset.id]
    assert [one["person_uid"] for one in given["contacts"]] == [desk.theo.uid]
    row = row_of(log, ticket)
    assert (row["status"], row["metadata"]["message"]) == ("skipped", "seen")


def test_and_of_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ticket("Printer")
    monkeypatch.setenv("TDX_PASSWORD", "never")
    monkeypatch.setenv("TRIAGE_TOKEN", "asked-for")
    keep = (
        "import os, sys, json; given = json.load(sys.stdin); "
        "open('given.json', 'w').write(json.dumps([sorted(given), dict(os.environ)])); "
        'print(\'{"skip": "seen"}\')'
    )

    desk.run(python(keep, environment=["TRIAGE_TOKEN"]))

    members, environment = json.loads(Path("given.json").read_text())
    assert members == ["action", "link", "now", "ticket"]
    assert environment["TRIAGE_TOKEN"] == "asked-for"
    assert [name for name in environment if name.startswith(("TDX_", "DATABASE_", "PG"))] == []


def test_a_dry_run_asks_it_and_touches_nothing(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(answering({"comment": {"text": "Hello"}}), dry_run=True)

    assert report.plans[0].effects == ("post public comment: Hello",)
    assert (desk.writes(), log.get_ticket_actions(ticket.id)) == (0, [])


def test_what_tdx_refuses_fails_in_tdxs_words(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add(
        "status_before", "POST", r"/tickets/\{id\}/feed$", status=400, body="Not on a Friday."
    )

    desk.run(answering({"comment": {"text": "Hello"}}))

    assert "Not on a Friday." in row_of(log, ticket)["error_message"]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_in_doubt_it_is_done_once_by_the_plan_that_was_made(
    desk: Desk, log: StateTracker, fault: str
) -> None:
    """The script is not asked again: what it would say by then is another thing."""
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add(fault, "POST", r"/tickets/\{id\}/feed$", nth=1)
    count = (
        "open('runs', 'a').write('x'); "
        'print(\'{"effects": [{"comment": {"text": "Hello"}}]}\')'
    )

    for _ in range(2):
        desk.run(python(count), retry_seconds=0)

    assert desk.comments(ticket) == ["Hello"]
    assert row_of(log, ticket)["status"] == "completed"
    assert Path("runs").read_text() == "x"


def test_repeated_it_is_not_even_asked(desk: Desk) -> None:
    desk.ticket("Printer")
    action = answering({"add_tags": ["vip"]})

    desk.run(action)
    again = desk.run(action)

    assert (again.executed, desk.writes()) == (0, 1)


def test_what_is_so_already_is_left_out(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    asset = desk.asset("IC-NEW-F16", "SN-NEW")
    desk.world.attach_asset(ticket.id, asset.id)

    desk.run(
        answering(
            {"add_asset": {"asset_id": asset.id, "name": asset.name}},
            {"set_fields": {"title": "Printer"}},
        )
    )

    assert desk.writes() == 0
    row = row_of(log, ticket)
    assert row["status"] == "skipped"
    assert "asset IC-NEW-F16 is on the ticket already" in row["metadata"]["message"]


def test_what_a_person_took_off_stays_off(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    asset = desk.asset("IC-NEW-F16", "SN-NEW")
    wish = {"add_asset": {"asset_id": asset.id}}
    desk.run(answering(wish))
    desk.world.remove_asset_from_ticket(ticket.id, asset.id)

    again = answering(wish)
    again.version = "v2"
    desk.run(again)

    assert list(desk.attached(ticket)) == []
    rows = {row["action_id"]: row for row in log.get_ticket_actions(ticket.id)}
    assert "a person took asset" in rows[again.get_action_id()]["metadata"]["message"]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            lambda: python(
                "import os, sys; sys.exit('no route to ' + os.environ['TRIAGE_TOKEN'])",
                environment=["TRIAGE_TOKEN"],
            ),
            'ended with code 1: "no route to ***"',
        ),
        (lambda: python("import os; os.kill(os.getpid(), 15)"), "by signal 15"),
        (lambda: python("while True: pass", timeout=0.3), "longer than 0.3 seconds"),
        (lambda: ScriptAction(["./nowhere"]), "can't be started: No such file"),
        (lambda: answering({"set_fields": {"prioritee": 1}}), "effects[0]: SetFieldsAction: a"),
        (
            lambda: answering({"set_fields": {"priority": "Hihg"}}),
            "no active priority named 'Hihg'",
        ),
    ],
    ids=["code", "signal", "timeout", "missing", "field", "name"],
)
def test_what_goes_wrong_is_said_and_nothing_is_done(
    desk: Desk,
    log: StateTracker,
    monkeypatch: pytest.MonkeyPatch,
    action: Callable[[], ScriptAction],
    words: str,
) -> None:
    ticket = desk.ticket("Printer")
    monkeypatch.setenv("TRIAGE_TOKEN", "tok-4711-do-not-show")

    report = desk.run(action())

    assert (report.failed, desk.writes()) == (1, 0)
    assert words in row_of(log, ticket)["error_message"]


def test_told_to_stop_it_is_ended_given_back_and_taken_up_by_the_next_run(
    desk: Desk, log: StateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ticket("Printer")
    monkeypatch.setattr(script, "Command", partial(Command, grace=0.0))
    text = 'test -e again && exec echo \'{"effects": [{"add_tags": ["vip"]}]}\'; touch began; sleep 600'
    action = ScriptAction(["sh", "-c", text])
    stop = FileAppears(Path("began").absolute())

    stopped = desk.app(action).run_once(dry_run=False, stop=stop)
    assert (stopped.failed, stopped.stopped != "") == (0, True)
    assert log.get_ticket_actions(ticket.id) == []
    Path("again").touch()
    desk.run(action)

    assert ticket.tags == ["vip"]


class FileAppears(threading.Event):
    """Set once there is a file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def is_set(self) -> bool:
        return self._file.exists()


WRONG = {
    "": "answered nothing",
    "Hello": "no JSON: Expecting value: line 1 column 1",
    '{"effects": [}': "no JSON: Expecting value: line 1 column 14",
    "[]": "it: input should be a valid dictionary",
    '{"efects": []}': "efects: there is no such word. Did you mean effects?",
    '{"effects": {}}': "effects: input should be a valid list",
    '{"effects": [{}]}': "effects[0]: names one effect: comment, add_asset",
    '{"effects": [{"add_tags": ["a"], "remove_tags": ["b"]}]}': "effects[0]: names one effect",
    '{"effects": [{"comment": null}]}': "effects[0]: names one effect",
    '{"effects": [{"add_tag": ["a"]}]}': "effects[0].add_tag: there is no such word. Did you mean",
    '{"effects": [{"comment": {"txt": "a"}}]}': "effects[0].comment.text: field required",
    '{"effects": [{"comment": {"text": "a", "private": true}}]}':
        "effects[0].comment.private: there is no such word. Did you mean is_private?",
    '{"effects": [{"comment": {"text": " "}}]}': "effects[0].comment.text: ",
    '{"effects": [{"add_tags": ["a"]}, {"add_asset": {"asset_id": "7"}}]}':
        "effects[1].add_asset.asset_id: input should be a valid integer",
    '{"effects": [{"add_asset": {"asset_id": 7, "ticket_id": 8}}]}':
        "effects[0].add_asset.ticket_id: there is no such word",
    '{"effects": [{"add_tags": []}]}': "effects[0].add_tags: list should have at least 1 item",
    '{"effects": [{"set_fields": {"title": [1]}}]}': "effects[0].set_fields.title: ",
    '{"skip": "why", "effects": [{"add_tags": ["a"]}]}': "it: has both effects and a reason",
}  # fmt: skip


@pytest.mark.parametrize(("output", "words"), WRONG.items(), ids=range(len(WRONG)))
def test_a_wrong_answer_is_told_by_its_place(output: str, words: str) -> None:
    with pytest.raises(ActionError) as raised:
        read_answer(output.encode())

    assert words in raised.value.message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"command": "python3 triage.py"}, "no list of words"),
        ({"command": []}, "no list of words"),
        ({"command": ["a\0b"]}, "no list of words"),
        ({"include": ["feeds"]}, "'feeds'"),
        ({"include": "feed"}, "include is a text"),
        ({"timeout": 301}, "timeout is 301"),
        ({"environment": ["TOKEN=secret-4711"]}, "environment has 'TOKEN'"),
    ],
)
def test_what_can_not_work_is_said_at_the_start(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        ScriptAction(**{"command": ["true"], **options})

    assert words in raised.value.message
    assert "secret-4711" not in raised.value.message


def test_neither_a_longer_timeout_nor_a_mended_script_runs_it_again() -> None:
    first = answering()
    first_id = first.get_action_id()
    second = answering({"add_tags": ["vip"]})
    second.timeout = 60

    assert second.get_action_id() == first_id
    assert ScriptAction(first.command, version="v2").get_action_id() != first_id
    assert ScriptAction(["other"]).get_action_id() != first_id
