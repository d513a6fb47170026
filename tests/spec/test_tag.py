"""The seed's "Tag/label action"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import TagAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


def test_it_adds_and_removes(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    ticket.tags += ["new", "lab"]

    desk.run(TagAction(add=["vip"], remove=["new"]))

    assert ticket.tags == ["lab", "vip"]


def test_what_is_so_already_is_no_failure(desk: Desk, log: StateTracker) -> None:
    """TDX answers 304, and tells nobody which tags a ticket has."""
    ticket = desk.ticket("Printer")
    ticket.tags.append("vip")

    desk.run(TagAction(add=["vip"], remove=["new"]))

    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == "completed"
    assert ticket.tags == ["vip"]


def test_the_order_of_tags_makes_no_other_action() -> None:
    one, other = TagAction(add=["a", "b"]), TagAction(add=["b", " a ", "b"])

    assert one.get_action_id() == other.get_action_id()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "neither add nor remove"),
        ({"add": "vip"}, "add is a text"),
        ({"add": [" "]}, "an empty tag"),
        ({"add": ["vip"], "remove": ["VIP"]}, "adds and removes 'VIP'"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        TagAction(**options)
