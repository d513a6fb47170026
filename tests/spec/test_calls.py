"""What each action costs in calls to TDX; ``docs/tdx-calls.md`` prints these numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    BaseAction,
    CommentAction,
    SummaryCommentAction,
    TicketFacade,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk

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
    """Calls for each ticket, after checking that what is due once a run was asked once."""
    before = Counter(desk.simulator.requests.counts())
    desk.run(*actions)
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


def test_a_conversation_costs_its_list_and_one_call_for_each_entry_with_replies(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN0")
    for number in range(TICKETS):
        ticket = desk.ticket(f"Printer {number}")
        for text in ("one", "two", "three"):
            desk.world.add_feed_entry(ticket.id, text, desk.theo)
        for text in ("four", "five"):
            desk.world.add_feed_entry(ticket.id, text, desk.theo, replies=["a", "b", "c"])
    counts = per_ticket(desk, AddAssetAction())
    assert counts == {TICKET: 1, ITEMS: 1, FEED: 1, "get /feed/{id}": 2}


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
