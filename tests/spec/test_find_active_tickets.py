"""``find_active_tickets``: what else is open of the same person, machine, lab; told in the summary."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import (
    AddAssetAction,
    AddLabAction,
    FindActiveTicketsAction,
    SummaryCommentAction,
)
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

SEARCH = "POST /{appId}/tickets/search"
RICH = SummaryCommentAction(is_rich_html=True)


def of_status_class(desk: Desk, wanted: int) -> int:
    return next(
        one.id
        for one in desk.world.ticket_statuses
        if one.status_class == wanted and one.app_id == 46
    )


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """The only ticket of the report."""
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.world.set_report(1344, rows=[{"TicketID": ticket.id}])
    return ticket


def row(log: StateTracker, ticket: Ticket) -> dict[str, Any]:
    [found] = [
        one
        for one in log.get_ticket_actions(ticket.id)
        if one["action_type"] == "find_active_tickets"
    ]
    return found


def lines(desk: Desk, ticket: Ticket) -> list[str]:
    return desk.comments(ticket)[0].splitlines()[2:]


def test_others_of_the_requestor_are_listed_the_last_changed_first(
    desk: Desk, ticket: Ticket
) -> None:
    old = desk.ticket("Mouse")
    new = desk.ticket("Screen")
    desk.world.tickets[old.id].modified = desk.world.now() + timedelta(days=1)
    desk.ticket("Another person's", requestor=desk.theo)

    desk.run(FindActiveTicketsAction(), SummaryCommentAction())

    root = desk.simulator.url.removesuffix("/TDWebApi/api")
    address = f"{root}/TDNext/Apps/46/Tickets/TicketDet?TicketID="
    first, whose, heading, *rows = lines(desk, ticket)[:5]
    assert (first, whose) == ("1. Other open tickets", "of Alice Rivera: 2")
    assert heading == "Ticket | Title | Status | Last changed"
    days = [f"{desk.world.tickets[one.id].modified:%Y-%m-%d}" for one in (old, new)]
    status = desk.world.status(old).name
    assert rows == [
        f"#{old.id} <{address}{old.id}> | Mouse | {status} | {days[0]}",
        f"#{new.id} <{address}{new.id}> | Screen | {status} | {days[1]}",
    ]


@pytest.mark.parametrize(
    ("status_class", "counts"), [(1, True), (2, True), (5, True), (3, False), (4, False)]
)
def test_what_is_open_is_decided_by_the_class_of_the_status(
    desk: Desk, log: StateTracker, ticket: Ticket, status_class: int, counts: bool
) -> None:
    other = desk.ticket("Mouse", status_id=of_status_class(desk, status_class))

    desk.run(FindActiveTicketsAction())

    found = row(log, ticket)["metadata"]["details"]
    assert found == ({"requestor": {"tickets": [other.id], "too_many": False}} if counts else {})


def test_or_by_the_statuses_that_are_named(desk: Desk, log: StateTracker, ticket: Ticket) -> None:
    wanted = desk.ticket("Mouse", status_id=117)
    desk.ticket("Screen", status_id=115)

    desk.run(FindActiveTicketsAction(status_ids=[117]))

    assert row(log, ticket)["metadata"]["details"]["requestor"]["tickets"] == [wanted.id]


def test_each_ticket_stands_once_and_each_category_costs_one_search_at_most(
    desk: Desk, log: StateTracker, ticket: Ticket
) -> None:
    machines = [desk.asset("IC-EHLB760-F16", "SN-A"), desk.asset("CHEM-SMALD1", "SN-B")]
    lab = desk.world.add_lab("aabol Lab", computers=machines)
    both = desk.ticket("Alice's, of the machine")
    theirs = desk.ticket("Theo's, of the machine", requestor=desk.theo)
    second = desk.ticket("Theo's, of the other machine", requestor=desk.theo)
    of_lab = desk.ticket("Theo's, of the lab", requestor=desk.theo)
    for one in (both, theirs):
        desk.world.attach_asset(one.id, machines[0].id)
    desk.world.attach_asset(second.id, machines[1].id)
    for one in (both, theirs, of_lab):
        desk.world.attach_item(one.id, lab.id)
    desk.world.attach_asset(ticket.id, machines[1].id)

    desk.run(AddAssetAction(), AddLabAction(), FindActiveTicketsAction(), RICH)

    found = row(log, ticket)["metadata"]["details"]
    assert {name: sorted(one["tickets"]) for name, one in found.items()} == {
        "requestor": [both.id],
        "assets": [theirs.id, second.id],
        "lab": [of_lab.id],
    }
    assert desk.simulator.requests.count(SEARCH) == 3
    assert desk.comments(ticket)[0].count("<table>") == 3


@pytest.mark.parametrize(("by", "searches"), [(["requestor"], 1), (["assets"], 0), (["lab"], 0)])
def test_what_the_ticket_does_not_have_is_not_searched_for(
    desk: Desk, ticket: Ticket, by: list[str], searches: int
) -> None:
    desk.run(FindActiveTicketsAction(by=by))

    assert desk.simulator.requests.count(SEARCH) == searches


def test_a_limit_is_said(desk: Desk, log: StateTracker, ticket: Ticket) -> None:
    for number in range(7):
        desk.ticket(f"Mouse {number}")

    desk.run(FindActiveTicketsAction(most_per_category=2), SummaryCommentAction())

    assert "of Alice Rivera: 7, the last 2 that changed" in desk.comments(ticket)[0]
    assert desk.comments(ticket)[0].count("Mouse") == 2
    assert row(log, ticket)["metadata"]["message"] == "7 other open tickets"


def test_an_answer_that_can_be_no_machines_is_not_believed(desk: Desk, ticket: Ticket) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN-A")
    desk.world.attach_asset(ticket.id, machine.id)
    for number in range(200):
        other = desk.ticket(f"Mouse {number}", requestor=desk.theo)
        desk.world.attach_asset(other.id, machine.id)

    desk.run(FindActiveTicketsAction(), SummaryCommentAction())

    [comment] = desk.comments(ticket)
    assert "about IC-EHLB760-F16: 200 or more by TDX's answer, so none is listed" in comment
    assert "Mouse" not in comment


def test_a_search_that_tdx_did_not_filter_names_nobody_elses_tickets(
    desk: Desk, log: StateTracker, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TDX answers unfiltered when it does not understand a filter."""
    from ticket_queue_daemon.simulator import searching  # noqa: PLC0415  patched here

    desk.ticket("Another person's", requestor=desk.theo)
    search = searching.tickets
    monkeypatch.setattr(searching, "tickets", lambda world, app_id, _: search(world, app_id, {}))

    desk.run(FindActiveTicketsAction())

    assert row(log, ticket)["status"] == "skipped"


def test_no_title_can_bring_html_a_link_or_a_row_along(desk: Desk, ticket: Ticket) -> None:
    evil = "<script>alert(1)</script>\t#1 <https://evil.example/>\n#2 <https://evil.example/>\tx"
    desk.ticket(evil)
    desk.ticket("#3 <https://evil.example/>")
    desk.alice.first_name = "<img src=x onerror=alert(1)>\t#4 <https://evil.example/>"

    desk.run(FindActiveTicketsAction(), RICH)

    [comment] = desk.comments(ticket)
    [stored] = [one.body for one in desk.world.comments_on(ticket.id, desk.world.admin)]
    for text in (comment, stored):
        assert "<script" not in text
        assert "<img" not in text
        assert 'href="https://evil' not in text
        assert (text.count("<table>"), text.count("<tr>"), text.count("<a ")) == (1, 3, 2)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; #1 &lt;https://evil.example/&gt;" in comment


def test_nothing_found_is_skipped_and_not_told(
    desk: Desk, log: StateTracker, ticket: Ticket
) -> None:
    desk.run(FindActiveTicketsAction(), SummaryCommentAction())

    assert row(log, ticket)["status"] == "skipped"
    assert desk.comments(ticket) == []


def test_a_ticket_without_a_requestor_has_no_such_category(
    desk: Desk, log: StateTracker, ticket: Ticket
) -> None:
    desk.world.tickets[ticket.id].requestor_uid = None

    desk.run(FindActiveTicketsAction())

    assert row(log, ticket)["status"] == "skipped"
    assert desk.simulator.requests.count(SEARCH) == 0


def test_a_dry_run_shows_it_and_touches_nothing(desk: Desk, ticket: Ticket) -> None:
    other = desk.ticket("Mouse")

    plan, summary = desk.run(FindActiveTicketsAction(), RICH, dry_run=True).plans

    assert plan.effects == ()
    assert f"#{other.id} <" in plan.summary
    assert "Other open tickets" in summary.effects[0]
    assert desk.writes() == 0


def test_a_second_pass_searches_nothing_and_tells_nothing(desk: Desk, ticket: Ticket) -> None:
    desk.ticket("Mouse")
    desk.run(FindActiveTicketsAction(), RICH)
    desk.run(FindActiveTicketsAction(), RICH)

    assert (desk.simulator.requests.count(SEARCH), len(desk.comments(ticket))) == (1, 1)


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_it_is_told_once_whatever_becomes_of_the_answer(
    desk: Desk, ticket: Ticket, fault: str
) -> None:
    desk.ticket("Mouse")
    desk.simulator.faults.add(fault, "POST", r"/tickets/\{id\}/feed$", nth=1)

    for _ in range(2):
        desk.run(FindActiveTicketsAction(), RICH, retry_seconds=0)

    assert len(desk.comments(ticket)) == 1


def test_a_refused_search_fails_in_tdxs_words(
    desk: Desk, log: StateTracker, ticket: Ticket
) -> None:
    desk.simulator.faults.add(
        "status_before",
        "POST",
        r"/tickets/search$",
        status=400,
        body='{"ID":-1,"Message":"The search is too broad."}',
    )

    desk.run(FindActiveTicketsAction())

    assert row(log, ticket)["status"] == "failed"
    assert "The search is too broad." in row(log, ticket)["error_message"]


def test_a_closed_ticket_is_left_alone(desk: Desk, log: StateTracker, ticket: Ticket) -> None:
    desk.ticket("Mouse")
    desk.world.set_status(ticket.id, of_status_class(desk, 3))

    desk.run(FindActiveTicketsAction(), RICH)

    assert row(log, ticket)["status"] == "skipped"
    assert (desk.writes(), desk.simulator.requests.count(SEARCH)) == (0, 0)


@pytest.mark.parametrize(
    "options", [{"by": ["owner"]}, {"by": []}, {"most_per_category": 0}, {"status_class_ids": []}]
)
def test_a_wrong_option_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        FindActiveTicketsAction(**options)
