"""Each action: applied, dry, refused, in doubt, repeated, and kept off a closed ticket.

A new action is one row of ``ROWS``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import (
    AssignAction,
    BaseAction,
    CommentAction,
    CustomFieldAction,
    NotifyAction,
    SetFieldsAction,
    StatusChangeAction,
    SummaryCommentAction,
    TagAction,
)
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

PATCH, POST = "PATCH", "POST"
TICKET, FEED = r"/tickets/\{id\}$", r"/tickets/\{id\}/feed$"


@dataclass(frozen=True)
class Row:
    """How an action is made, how it writes, and how it is seen to be done.

    ``line`` is what the summary tells; ``word`` the journal's word for the write.
    """

    make: Callable[[Desk], BaseAction]
    verb: str
    route: str
    word: str
    is_done: Callable[[Desk, Ticket], bool]
    line: str


ROWS = {
    "status": Row(
        lambda _: StatusChangeAction(new_status_id=117),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: t.status_id == 117,
        "Changed status to In Progress",
    ),
    "status with a comment": Row(
        lambda _: StatusChangeAction("in progress", comment="Hello {{ requestor.first_name }}",
                                     template=True),
        POST, FEED, "feed_entry",
        lambda d, t: t.status_id == 117 and d.comments(t) == ["Hello Alice"],
        "Changed status to In Progress",
    ),
    "status on hold": Row(
        lambda _: StatusChangeAction("On Hold", goes_off_hold_days=7),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: t.status_id == 622 and t.goes_off_hold is not None,
        "Changed status to On Hold",
    ),
    "assign a person": Row(
        lambda _: AssignAction(responsible_uid="tnovak"),
        PATCH, TICKET, "ticket_patched",
        lambda d, t: t.responsible_uid == d.theo.uid,
        "Assigned to Theo Novak",
    ),
    "assign a group": Row(
        lambda _: AssignAction(responsible_group_id="LSA-TS-Infrastructure"),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: t.responsible_group_id == 371,
        "Assigned to LSA-TS-Infrastructure",
    ),
    "assign the least loaded": Row(
        lambda d: AssignAction(responsible_uids=[d.theo.uid], pick="least_loaded"),
        PATCH, TICKET, "ticket_patched",
        lambda d, t: t.responsible_uid == d.theo.uid,
        "Assigned to Theo Novak",
    ),
    "tags": Row(
        lambda _: TagAction(add=["vip", "lab"]),
        POST, r"/tickets/\{id\}/tags$", "tags_added",
        lambda _, t: t.tags == ["vip", "lab"],
        "Added tags vip, lab",
    ),
    "choice": Row(
        lambda _: CustomFieldAction("Operating System", "macos"),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: t.attributes == {18375: "26191"},
        "Set Operating System to macOS",
    ),
    "several choices": Row(
        lambda _: CustomFieldAction(18377, ["Wi-Fi", "E-mail"]),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: t.attributes == {18377: "5176,2364"},
        "Set Affected Services to Wi-Fi, E-mail",
    ),
    "text field": Row(
        lambda _: CustomFieldAction(18376, "{{ ticket.title | upper }}", template=True),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: t.attributes == {18376: "PRINTER"},
        "Set Room to PRINTER",
    ),
    "fields": Row(
        lambda _: SetFieldsAction({"priority": "High", "location_id": "East Hall", "Title": "New"}),
        PATCH, TICKET, "ticket_patched",
        lambda _, t: (t.priority_id, t.location_id, t.title) == (21, 46, "New"),
        "Set priority to High, location to East Hall, title to New",
    ),
    "contact": Row(
        lambda _: NotifyAction(contact_uids=["Theo Novak"]),
        POST, r"/tickets/\{id\}/contacts/", "contact_added",
        lambda d, t: t.contacts == [d.theo.uid],
        "Added contact Theo Novak",
    ),
    "notify": Row(
        lambda _: NotifyAction(notify=["requestor", "desk@example.edu"], comments="We are on it."),
        POST, FEED, "feed_entry",
        lambda d, t: d.world.notifications[-1].addresses == [d.alice.email, "desk@example.edu"],
        "Notified arivera@umich.edu, desk@example.edu",
    ),
    "comment": Row(
        lambda _: CommentAction("About {{ ticket.title }}", template=True),
        POST, FEED, "feed_entry",
        lambda d, t: d.comments(t) == ["About Printer"],
        "",
    ),
}  # fmt: skip

IN_DOUBT: dict[str, dict[str, Any]] = {
    "lost after it was applied": {"effect": "drop_after"},
    "lost before": {"effect": "drop_before"},
    "a 500 after it was applied": {"effect": "status_after", "status": 500},
}

every = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())


@every
def test_applied_and_told(desk: Desk, log: StateTracker, row: Row) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(row.make(desk), SummaryCommentAction())

    assert report.failed == 0
    *_, told = ["", *desk.comments(ticket)]
    assert row.line in told
    ticket.feed.clear()
    assert len(desk.simulator.journal.for_ticket(ticket.id, row.word)) >= 1
    assert {one["status"] for one in log.get_ticket_actions(ticket.id)} <= {"completed", "skipped"}


@every
def test_a_dry_run_says_it_and_touches_nothing(desk: Desk, log: StateTracker, row: Row) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(row.make(desk), dry_run=True)

    assert report.plans[0].effects
    assert desk.writes() == 0
    assert log.get_ticket_actions(ticket.id) == []


@every
def test_what_tdx_refuses_fails_in_tdxs_words(desk: Desk, log: StateTracker, row: Row) -> None:
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add(
        "status_before", row.verb, row.route, status=400, body="Not on a Friday."
    )

    report = desk.run(row.make(desk))

    assert report.failed == 1
    (one,) = log.get_ticket_actions(ticket.id)
    assert "Not on a Friday." in one["error_message"]


@every
@pytest.mark.parametrize("fault", IN_DOUBT)
def test_in_doubt_it_is_done_once(desk: Desk, log: StateTracker, row: Row, fault: str) -> None:
    ticket = desk.ticket("Printer")
    rule = dict(IN_DOUBT[fault])
    desk.simulator.faults.add(rule.pop("effect"), row.verb, row.route, nth=1, **rule)

    for _ in range(2):
        desk.run(row.make(desk), retry_seconds=0)

    assert row.is_done(desk, ticket)
    assert len(desk.simulator.journal.for_ticket(ticket.id, row.word)) == 1
    (one,) = log.get_ticket_actions(ticket.id)
    assert one["status"] == "completed"


@every
def test_repeated_it_does_nothing(desk: Desk, row: Row) -> None:
    ticket = desk.ticket("Printer")
    desk.run(row.make(desk))
    assert row.is_done(desk, ticket)
    before = desk.writes()

    again = desk.run(row.make(desk))

    assert (again.executed, desk.writes()) == (0, before)


@every
def test_verify_finds_it_done(
    desk: Desk, row: Row, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.ticket("Printer")
    desk.run(row.make(desk))
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")
    capsys.readouterr()

    code = main(["verify", "--json"])

    counts = json.loads(capsys.readouterr().out)["counts"]
    seen = {kind for kind, number in counts.items() if number}
    assert (code, seen) == (0, {"unchecked" if row.word == "tags_added" else "posted"})


@every
def test_a_closed_ticket_is_left_alone(desk: Desk, log: StateTracker, row: Row) -> None:
    ticket = desk.ticket("Printer", status_id=122)
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])

    desk.run(row.make(desk))

    assert desk.writes() == 0
    (one,) = log.get_ticket_actions(ticket.id)
    assert one["status"] == "skipped"
