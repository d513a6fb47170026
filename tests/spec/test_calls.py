"""What each action costs in calls to TDX; ``docs/tdx-calls.md`` prints these numbers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desk import Desk
from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    BaseAction,
    CommentAction,
    SummaryCommentAction,
    TicketFacade,
)
from ticket_queue_daemon.simulator.campus import campus
from ticket_queue_daemon.simulator.server import SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.entities import Ticket

TICKETS = 20
# Once a run: signing in, the applications' check, the report; and the assets, page by page.
ONCE = {
    "post /auth/loginadmin",
    "get /auth/getuser",
    "get /applications",
    "get /reports/{id}",
    "post /{appid}/assets/search",
}


def per_ticket(desk: Desk, *actions: BaseAction) -> dict[str, float]:
    """What a daemon that was just started asks for each ticket."""
    return counted(desk, lambda: desk.run(*actions))


def counted(desk: Desk, run: Callable[[], object]) -> dict[str, float]:
    """Calls for each ticket, after checking that what is due once a run was asked once."""
    before = Counter(desk.simulator.requests.counts())
    run()
    counts = Counter(desk.simulator.requests.counts()) - before
    assert all(counts[route] <= 1 for route in ONCE - {"post /{appid}/assets/search"})
    return {
        route.replace("/{appid}", ""): number / TICKETS
        for route, number in counts.items()
        if route not in ONCE
    }


class Asking(BaseAction):
    """An action that asks for what it is given."""

    def __init__(self, *wishes: Callable[[TicketFacade, int], object]) -> None:
        super().__init__()
        self.wishes = wishes

    def get_action_type(self) -> str:
        return "asking"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        for wish in self.wishes:
            wish(facade, ticket_id)
        return ActionResult()


class Reopening(CommentAction):
    on_closed = True


TICKET, FEED, POST = "get /tickets/{id}", "get /tickets/{id}/feed", "post /tickets/{id}/feed"
ITEMS, ATTACH = "get /tickets/{id}/assets", "post /tickets/{id}/assets/{assetid}"
REPLIES = "get /feed/{id}"
RETIRED = 39


def test_a_comment_costs_the_look_at_its_status_and_the_post(desk: Desk) -> None:
    for number in range(TICKETS):
        desk.ticket(f"Printer {number}")
    assert per_ticket(desk, CommentAction("Hello")) == {TICKET: 1, POST: 1}
    assert per_ticket(desk, CommentAction("Hello")) == {}
    many = [CommentAction("Hello", version=f"v{n}") for n in range(2, 5)]
    assert per_ticket(desk, *many) == {TICKET: 1, POST: 3}
    assert per_ticket(desk, Reopening("Whatever its status")) == {POST: 1}


def test_a_computer_that_is_named_costs_no_look_at_the_conversation(desk: Desk) -> None:
    for number in range(TICKETS):
        desk.asset(f"IC-EHLB760-F{number + 10}", f"SN{number}")
        desk.ticket(f"IC-EHLB760-F{number + 10} does not boot")
    counts = per_ticket(desk, AddAssetAction(), SummaryCommentAction())
    assert counts == {TICKET: 1, ITEMS: 1, ATTACH: 1, POST: 1}


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("nothing is named", {TICKET: 1, FEED: 1}),
        ("IC-GONE001-F20 is slow", {TICKET: 1, FEED: 1, ITEMS: 1}),
        ("see https://ic-ehlb760-f16/", {TICKET: 1, FEED: 1, ITEMS: 1}),
        ("IC-EHLB760-F16 is slow", {TICKET: 1, ITEMS: 1}),
    ],
    ids=["nothing", "retired", "in a URL", "on the ticket already"],
)
def test_what_is_on_a_ticket_is_read_only_where_its_text_could_name_an_asset(
    desk: Desk, text: str, cost: dict[str, float]
) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN0")
    desk.asset("IC-GONE001-F20", "SN1", status_id=RETIRED)
    for _ in range(TICKETS):
        ticket = desk.ticket("Help", text)
        desk.world.attach_asset(ticket.id, machine.id)
    assert per_ticket(desk, AddAssetAction(), SummaryCommentAction()) == cost


def test_a_computer_that_only_the_conversation_names_costs_the_feed_beside(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN0")
    for number in range(TICKETS):
        ticket = desk.ticket(f"Printer {number}")
        desk.world.add_feed_entry(ticket.id, "IC-EHLB760-F16 is slow", desk.alice)
    counts = per_ticket(desk, AddAssetAction(), SummaryCommentAction())
    assert counts == {TICKET: 1, FEED: 1, ITEMS: 1, ATTACH: 1, POST: 1}


def test_the_requestors_only_computer_costs_a_look_at_the_conversation(desk: Desk) -> None:
    desk.asset("IC-ALICE1-F20", "SN0", owner=desk.alice)
    for number in range(TICKETS):
        desk.ticket(f"Printer {number}")
    counts = per_ticket(desk, AddAssetAction(), SummaryCommentAction())
    assert counts == {TICKET: 1, FEED: 1, ITEMS: 1, ATTACH: 1, POST: 1}


def test_a_conversation_costs_its_list_and_one_call_for_each_entry_with_replies(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN0")
    for number in range(TICKETS):
        ticket = desk.ticket(f"Printer {number}")
        for text in ("one", "two", "three"):
            desk.world.add_feed_entry(ticket.id, text, desk.theo)
        for text in ("four", "five"):
            desk.world.add_feed_entry(ticket.id, text, desk.theo, replies=["a", "b", "c"])
    counts = per_ticket(desk, AddAssetAction())
    assert counts == {TICKET: 1, FEED: 1, REPLIES: 2}


@pytest.mark.parametrize("whole", [False, True])
def test_replies_that_the_list_shows_itself_cost_nothing(desk: Desk, whole: bool) -> None:
    desk.world.behaviour.replies_in_feed_list = whole
    desk.asset("IC-EHLB760-F16", "SN0")
    for number in range(TICKETS):
        ticket = desk.ticket(f"Printer {number}")
        desk.world.add_feed_entry(ticket.id, "one", desk.theo, replies=["a"])
    counts = per_ticket(desk, AddAssetAction())
    assert counts.get("get /feed/{id}", 0) == (0 if whole else 1)


def test_fields_and_tags_cost_one_look_and_one_call_each(desk: Desk) -> None:
    for number in range(TICKETS):
        desk.ticket(f"Printer {number}")
    action = Asking(
        lambda facade, ticket: facade.update_ticket(ticket, {"StatusID": 117}),
        lambda facade, ticket: facade.add_tags(ticket, ["one"]),
        lambda facade, ticket: facade.update_ticket(ticket, {"Title": "Printer"}),
        lambda facade, ticket: facade.add_tags(ticket, ["two"]),
    )
    counts = per_ticket(desk, action)
    assert counts == {TICKET: 2, "patch /tickets/{id}": 1, "post /tickets/{id}/tags": 1}


def test_a_status_with_its_comment_costs_one_look_and_one_post(desk: Desk) -> None:
    for number in range(TICKETS):
        desk.ticket(f"Printer {number}")
    action = Asking(
        lambda facade, ticket: facade.update_ticket(ticket, {"StatusID": 117}),
        lambda facade, ticket: facade.add_comment(ticket, "We are on it"),
    )
    assert per_ticket(desk, action) == {TICKET: 2, POST: 1}


def said(desk: Desk, text: str, *replies: str, later: bool = True) -> Ticket:
    """A ticket about nothing, and what is said on it; ``later``: its modified date tells."""
    ticket = desk.ticket("Printer")
    at = desk.world.now() + timedelta(minutes=1)
    desk.world.add_feed_entry(ticket.id, text, desk.theo, list(replies), created=at)
    if not later:
        ticket.modified = ticket.created
    return ticket


def test_where_tdx_has_shown_that_words_move_the_date_untouched_tickets_cost_no_look_at_the_feed(
    desk: Desk,
) -> None:
    desk.asset("IC-ALICE1-F20", "SN0", owner=desk.alice)
    app = desk.app(AddAssetAction(), SummaryCommentAction())
    said(desk, "a comment")
    said(desk, "a comment", "and a reply")
    app.run_once(dry_run=False)
    for number in range(TICKETS):
        desk.ticket(f"Printer {number}")
    counts = counted(desk, lambda: app.run_once(dry_run=False))
    assert counts == {TICKET: 1, ITEMS: 1, ATTACH: 1, POST: 1}


def test_where_words_once_did_not_move_the_date_every_feed_is_read(desk: Desk) -> None:
    machine = desk.asset("IC-EHLB760-F16", "SN0")
    desk.asset("IC-ALICE1-F20", "SN1", owner=desk.alice)
    app = desk.app(AddAssetAction())
    said(desk, "a comment", later=False)
    said(desk, "a comment")
    said(desk, "a comment", "and a reply")
    app.run_once(dry_run=False)
    ticket = said(desk, "it is IC-EHLB760-F16", later=False)
    app.run_once(dry_run=False)
    assert desk.attached(ticket) == [machine.id]


def campus_calls(seed: int, tickets: int, database_url: str, *, workers: int) -> tuple[int, int]:
    """Calls for the tickets of a believable campus, and how many of them read replies."""
    with SimulatorServer(campus(seed, tickets=tickets, assets=40), limits="off") as simulator:
        desk = Desk(simulator, database_url)
        desk.run(max_new_tickets=tickets, workers=workers)
        counts = simulator.requests.counts()
        for ticket_id, truth in simulator.world.truth.items():
            attached = simulator.journal.for_ticket(ticket_id, "asset_attached")
            assert {write.details["asset_id"] for write in attached} == truth.asset_ids
        desk.close()
    assert all(counts.pop(route) == 1 for route in ONCE)
    return sum(counts.values()), counts.get(REPLIES, 0)


@pytest.mark.parametrize(
    ("seed", "calls", "replies"),
    [(1, 155, 3), (2, 156, 4), (3, 166, 7), (22, 164, 3), (31, 159, 3)],
)
def test_a_campus_of_forty_tickets(database_url: str, seed: int, calls: int, replies: int) -> None:
    # One worker: what is known of TDX's dates depends on whose feed was read before.
    assert campus_calls(seed, 40, database_url, workers=1) == (calls, replies)


def test_two_hundred_tickets_cost_less_than_four_calls_each(database_url: str) -> None:
    """Of the seeds above the dearest one; the calls of the run are counted in."""
    calls, _ = campus_calls(3, 200, database_url, workers=4)
    assert calls + len(ONCE) < 4 * 200
