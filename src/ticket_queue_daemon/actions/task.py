"""Add a task to a ticket, from a template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.tdx.models import Ticket

_BLANK = re.compile(r"\{([a-z_]+)\}")
_BLANKS: dict[str, Callable[[Ticket], str]] = {
    "ticket_id": lambda ticket: str(ticket.id),
    "title": lambda ticket: ticket.title,
    "requestor": lambda ticket: ticket.requestor_name or "the requestor",
    "location": lambda ticket: ticket.location_name or "an unknown place",
}


class TaskAction(BaseAction):
    """Adds one task to the ticket.

    Title and description may have blanks that the ticket fills: ``{ticket_id}``, ``{title}``,
    ``{requestor}``, ``{location}``. The description ends with a short reference, such as
    ``ref 7KX2-9F``, by which the task is known again after a lost answer.

    Args:
        title: the task's title; may have blanks.
        description: what is to be done, plain text; may have blanks.
        responsible_uid: the person who is to do it, by UID.
        responsible_group_id: the group that is to do it.
        estimated_minutes: how long it is thought to take; 0 leaves it open.
        complete_within_minutes: how soon it is to be done, once it is active; 0 leaves it open.
        skip_if_task_exists: add none to a ticket that has a task of this title, whoever made it.
        version: raise it to add the task again.
    """

    def __init__(
        self,
        title: str,
        description: str = "",
        responsible_uid: str = "",
        responsible_group_id: int = 0,
        estimated_minutes: int = 0,
        complete_within_minutes: int = 0,
        skip_if_task_exists: bool = True,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if not title.strip():
            raise ConfigError("TaskAction has an empty title.", "Say what is to be done.")
        if min(responsible_group_id, estimated_minutes, complete_within_minutes) < 0:
            raise ConfigError("TaskAction has a negative number.", "0 leaves it open.")
        for text in (title, description):
            for word in _BLANK.findall(text):
                if word not in _BLANKS:
                    known = ", ".join(f"{{{name}}}" for name in _BLANKS)
                    raise ConfigError(
                        f"TaskAction has a blank {{{word}}} that no ticket fills.",
                        f"The blanks are {known}.",
                    )
        self.title = title.strip()
        self.description = description
        self.responsible_uid = responsible_uid.strip().lower()
        self.responsible_group_id = responsible_group_id
        self.estimated_minutes = estimated_minutes
        self.complete_within_minutes = complete_within_minutes
        self.skip_if_task_exists = skip_if_task_exists

    def get_action_type(self) -> str:
        """``task``."""
        return "task"

    def get_action_config(self) -> dict[str, Any]:
        """All options."""
        return {
            "title": self.title,
            "description": self.description,
            "responsible_uid": self.responsible_uid,
            "responsible_group_id": self.responsible_group_id,
            "estimated_minutes": self.estimated_minutes,
            "complete_within_minutes": self.complete_within_minutes,
            "skip_if_task_exists": self.skip_if_task_exists,
        }

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Fill the template and ask for the task, unless there is one of its title."""
        del dry_run
        ticket = facade.get_ticket(ticket_id)
        title = " ".join(_filled(self.title, ticket).split())
        if self.skip_if_task_exists:
            for task in facade.get_tasks(ticket_id):
                if " ".join(task.title.split()).casefold() == title.casefold():
                    return skip(f"the ticket has a task {task.title!r} already", task_id=task.id)
        facade.add_task(
            ticket_id,
            title,
            _filled(self.description, ticket),
            responsible_uid=self.responsible_uid,
            responsible_group_id=self.responsible_group_id,
            estimated_minutes=self.estimated_minutes,
            complete_within_minutes=self.complete_within_minutes,
        )
        summary = f"Added task: {title}"
        return ActionResult(message=summary, summary=summary, details={"title": title})


def _filled(template: str, ticket: Ticket) -> str:
    return _BLANK.sub(lambda blank: _BLANKS[blank[1]](ticket), template)
