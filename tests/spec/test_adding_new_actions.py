"""Seed: "Adding New Actions", with its example as printed and only the import changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035  as the seed's example has it

import pytest

from ticket_queue_daemon.actions import ActionResult, CommentAction, TicketFacade
from ticket_queue_daemon.actions.base import BaseAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from desk import Desk
    from ticket_queue_daemon.store.tracker import StateTracker


# fmt: off
class StatusChangeAction(BaseAction):
    def __init__(self, new_status_id: int, version: str = "v1"):
        super().__init__(version=version)
        self.new_status_id = new_status_id

    def get_action_type(self) -> str:
        return "status_change"

    def get_action_config(self) -> Dict[str, Any]:  # noqa: UP006
        return {"new_status_id": self.new_status_id}

    def execute_action(self, ticket_id, facade, dry_run=False):  # type: ignore[no-untyped-def]
        # Implementation here
        pass
# fmt: on


class Implemented(StatusChangeAction):
    """The example with an implementation, by the original facade's names."""

    def execute_action(self, ticket_id, facade, dry_run=False):  # type: ignore[no-untyped-def]
        facade.tickets.update_ticket(id=ticket_id, status=self.new_status_id)
        return {"success": True, "message": "ok", "summary": "Changed status", "details": {"n": 1}}


def test_the_example_works_as_printed(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")
    actions = [CommentAction(comment_text="Hello"), StatusChangeAction(new_status_id=117)]

    report = desk.run(*actions)

    assert (report.executed, report.succeeded) == (2, 2)
    assert log.has_executed(ticket.id, StatusChangeAction(117).get_action_id())


def test_its_writes_are_recorded_and_sent_once(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    desk.run(Implemented(117))
    desk.run(Implemented(117))

    assert desk.world.tickets[ticket.id].status_id == 117
    assert desk.simulator.journal.count("ticket_patched") == 1
    (row,) = log.get_ticket_actions(ticket.id)
    assert row["metadata"]["details"] == {"n": 1}


def test_a_dry_run_sends_none_of_them(desk: Desk) -> None:
    desk.ticket("Printer")

    report = desk.run(Implemented(117), dry_run=True)

    assert "StatusID" in report.plans[0].effects[0]
    assert desk.writes() == 0


class Wordy(BaseAction):
    """Takes the seed's ``action_context``."""

    def get_action_type(self) -> str:
        return "wordy"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self,
        ticket_id: int,
        facade: TicketFacade,
        dry_run: bool = False,
        action_context: dict[str, Any] | None = None,
    ) -> ActionResult:
        assert action_context is not None
        action_context["summaries"].append("from the context")
        return ActionResult(message=f"ticket {action_context['ticket_id']}")


def test_an_action_may_take_a_context(desk: Desk, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    desk.run(Wordy())

    (row,) = log.get_ticket_actions(ticket.id)
    assert row["metadata"]["message"] == f"ticket {ticket.id}"


class Broken(Wordy):
    def execute_action(self, ticket_id, facade, dry_run=False):  # type: ignore[no-untyped-def, override]
        raise ZeroDivisionError("a bug in a plug-in")


def test_a_bug_in_an_action_fails_its_ticket_and_no_other_action(
    desk: Desk, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(Broken(), CommentAction(comment_text="Hello"))

    assert (report.failed, report.succeeded) == (1, 1)
    failed = next(row for row in log.get_ticket_actions(ticket.id) if row["status"] == "failed")
    assert "ZeroDivisionError: a bug in a plug-in" in failed["error_message"]


def test_actions_come_from_a_python_file(desk: Desk, tmp_path: Path) -> None:
    ticket = desk.ticket("Printer")
    file = tmp_path / "actions.py"
    file.write_text(
        "from ticket_queue_daemon.actions import CommentAction\n"
        "actions = [CommentAction(comment_text='From a file')]\n"
    )

    desk.run(config_path=file)

    assert desk.comments(ticket) == ["From a file"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("actions = 5\n", "no list named actions"),
        ("nothing = []\n", "no list named actions"),
        ("x = 1\ny = 1 / 0\n", "line 2: ZeroDivisionError"),
        ("actions = [\n", "line 1: SyntaxError"),
        ("actions = []\n", "No action is configured"),
    ],
)
def test_a_wrong_python_file_is_refused_with_its_place(
    desk: Desk, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "actions.py"
    file.write_text(text)

    with pytest.raises(ConfigError, match=said):
        desk.run(config_path=file)
