"""A look tells our comment from a technician's, and one effect's from another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.actions import CommentAction

if TYPE_CHECKING:
    from desk import Desk

FEED = r"/tickets/\{id\}/feed$"


def lose_the_answer_before_it_is_applied(desk: Desk) -> None:
    desk.simulator.faults.add("drop_before", method="POST", route=FEED, nth=1)


def test_the_same_words_by_a_technician_are_not_ours(desk: Desk) -> None:
    """They were typed in the very second; ours still has to be posted."""
    ticket = desk.ticket("Printer")
    desk.world.behaviour.clock_offset = 0
    desk.world.add_feed_entry(ticket.id, "Hello", desk.theo)
    lose_the_answer_before_it_is_applied(desk)

    desk.run(CommentAction(comment_text="Hello"))

    assert desk.comments(ticket) == ["Hello"]


def test_the_same_words_by_another_version_are_another_effect(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.run(CommentAction(comment_text="Hello", version="v1"))
    lose_the_answer_before_it_is_applied(desk)

    desk.run(CommentAction(comment_text="Hello", version="v2"))

    assert desk.comments(ticket) == ["Hello", "Hello"]
