"""Add a task to a ticket, from a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.ids import number, uid
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.names import NameBook


class TaskAction(BaseAction):
    """Adds one task to the ticket.

    The description ends with a short reference, such as ``ref 7KX2-9F``, by which the task is known
    again after a lost answer.

    Args:
        title: the task's title.
        description: what is to be done, plain text.
        responsible_uid: the person who is to do it, by name, user name, e-mail address or UID.
        responsible_group_id: the group that is to do it, by number or name.
        estimated_minutes: how long it is thought to take; 0 leaves it open.
        complete_within_minutes: how soon it is to be done, once it is active; 0 leaves it open.
        skip_if_task_exists: add none to a ticket that has a task of this title, whoever made it.
        template: title and description are templates, filled in for each ticket.
        version: raise it to add the task again.
    """

    asks_for = frozenset({"create_task"})

    def __init__(
        self,
        title: str,
        description: str = "",
        responsible_uid: str = "",
        responsible_group_id: int | str = 0,
        estimated_minutes: int = 0,
        complete_within_minutes: int = 0,
        skip_if_task_exists: bool = True,
        template: bool = False,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if not title.strip():
            raise ConfigError("TaskAction has an empty title.", "Say what is to be done.")
        if min(estimated_minutes, complete_within_minutes) < 0:
            raise ConfigError("TaskAction has a negative number.", "0 leaves it open.")
        self.title = title.strip()
        self.description = description
        self.responsible_uid = responsible_uid.strip()
        self.responsible_group_id = responsible_group_id
        self.estimated_minutes = estimated_minutes
        self.complete_within_minutes = complete_within_minutes
        self.skip_if_task_exists = skip_if_task_exists
        self.template = template
        self._title = Wording(self.title, template=template, where="TaskAction: title")
        self._description = Wording(description, template=template, where="TaskAction: description")

    def get_action_type(self) -> str:
        """``task``."""
        return "task"

    def get_action_config(self) -> dict[str, Any]:
        """All options."""
        return {
            "title": self.title,
            "description": self.description,
            "responsible_uid": self._person(),
            "responsible_group_id": self._group(),
            "estimated_minutes": self.estimated_minutes,
            "complete_within_minutes": self.complete_within_minutes,
            "skip_if_task_exists": self.skip_if_task_exists,
            "template": self.template,
        }

    def resolve(self, names: NameBook) -> None:
        """Person and group by their names."""
        if self.responsible_uid:
            where = "TaskAction: responsible_uid"
            self.responsible_uid = names.person(self.responsible_uid, where)
        where = "TaskAction: responsible_group_id"
        self.responsible_group_id = names.number("group", self.responsible_group_id, where)

    def _person(self) -> str:
        where = "TaskAction: responsible_uid"
        return uid(self.responsible_uid, where) if self.responsible_uid else ""

    def _group(self) -> int:
        return number(self.responsible_group_id, "TaskAction: responsible_group_id")

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Fill the template and ask for the task, unless there is one of its title."""
        del dry_run
        title = " ".join(self._title.fill(ticket_id, facade).split())
        if not title:
            return skip("the template of the title says nothing for this ticket")
        if self.skip_if_task_exists:
            for task in facade.get_tasks(ticket_id):
                if " ".join(task.title.split()).casefold() == title.casefold():
                    return skip(f"the ticket has a task {task.title!r} already", task_id=task.id)
        facade.add_task(
            ticket_id,
            title,
            self._description.fill(ticket_id, facade),
            responsible_uid=self._person(),
            responsible_group_id=self._group(),
            estimated_minutes=self.estimated_minutes,
            complete_within_minutes=self.complete_within_minutes,
        )
        summary = f"Added task: {title}"
        return ActionResult(message=summary, summary=summary, details={"title": title})
