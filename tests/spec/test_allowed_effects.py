"""DAEMON_ALLOWED_EFFECTS: what may be sent at all, whatever the actions ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import AddAssetAction, BaseAction, CommentAction, TicketFacade
from ticket_queue_daemon.effects.codec import KINDS
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker

FEED = r"/tickets/\{id\}/feed$"


class Both(BaseAction):
    """A plug-in that does not say beforehand what it asks for: tags, then a comment."""

    status = 0

    def get_action_type(self) -> str:
        return "both"

    def get_action_config(self) -> dict[str, Any]:
        return {"status": self.status}

    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> None:
        if not self.status:
            facade.add_tags(ticket_id, ["seen"])
        facade.add_comment(ticket_id, "Hello", new_status_id=self.status)


class Closes(Both):
    """Moves the ticket by a status that rides on a comment."""

    status = 117


def test_an_action_of_which_it_is_known_is_refused_at_the_start(desk: Desk) -> None:
    hello = CommentAction(comment_text="Hello")

    with pytest.raises(ConfigError) as refused:
        desk.run(AddAssetAction(), hello, allowed_effects=("attach_asset",))

    assert f"{hello.get_action_id()} asks for feed_entry" in refused.value.message
    assert "add_asset" not in refused.value.message


def test_a_word_that_is_no_effect_is_refused_with_those_that_there_are(desk: Desk) -> None:
    with pytest.raises(ConfigError) as refused:
        desk.run(Both(), allowed_effects=("coment",))

    assert "coment" in refused.value.message
    assert all(kind in refused.value.advice for kind in KINDS)


@pytest.mark.parametrize(
    ("action", "allowed", "missing"),
    [
        (Both(), "feed_entry", "tags"),
        (Both(), "tags", "feed_entry"),
        (Closes(), "feed_entry", "patch_ticket"),
    ],
    ids=["tags", "comment", "a status that rides on a comment"],
)
def test_a_plan_that_holds_another_effect_fails_whole_and_for_good(
    desk: Desk, log: StateTracker, action: BaseAction, allowed: str, missing: str
) -> None:
    ticket = desk.ticket("Printer")

    dry = desk.run(action, dry_run=True, allowed_effects=(allowed,))
    real = desk.run(action, allowed_effects=(allowed,))

    assert f"would fail: Nothing of this plan was sent: {missing} is not" in dry.plans[0].reason
    assert (real.failed, desk.writes()) == (1, 0)
    (row,) = log.get_ticket_actions(ticket.id)
    assert missing in row["error_message"]
    assert f"retry --ticket {ticket.id}" in row["error_message"]
    assert row["next_attempt_at"] is None


class Reaches(BaseAction):
    """Asks for a change of another ticket than it is called for."""

    def get_action_type(self) -> str:
        return "reaches"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> None:
        facade.add_comment(ticket_id + 1, "Hello")


def test_an_action_changes_no_other_ticket_than_the_one_that_it_is_called_for(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(Reaches())

    assert (report.failed, desk.writes()) == (1, 0)
    (row,) = log.get_ticket_actions(ticket.id)
    assert f"asked for {ticket.id + 1}" in row["error_message"]


def test_once_it_is_allowed_and_retried_it_is_done(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    desk.run(Both(), allowed_effects=("tags",))
    log.clear_failed_actions(ticket.id)

    desk.run(Both(), allowed_effects=("tags", "feed_entry"))

    assert desk.comments(ticket) == ["Hello"]


@pytest.mark.parametrize(
    ("status", "then"), [(400, "failed"), (500, "needs_review")], ids=["not applied", "in doubt"]
)
def test_what_is_left_of_a_plan_under_way_is_not_sent_either(
    desk: Desk, log: StateTracker, status: int, then: str
) -> None:
    """What may have been applied already is never called failed: a person looks."""
    ticket = desk.ticket("Printer")
    rule = desk.simulator.faults.add("status_before", method="POST", route=FEED, status=status)
    desk.run(Both(), retry_seconds=0)
    desk.simulator.faults.remove(rule)
    log.clear_failed_actions(ticket.id)

    desk.run(Both(), retry_seconds=0, allowed_effects=("tags",))

    assert desk.comments(ticket) == []
    assert desk.writes() == 1
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["status"] == then
    assert "DAEMON_ALLOWED_EFFECTS" in str(row["error_message"]) + str(row["metadata"])
