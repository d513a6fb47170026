"""Tasks of a ticket (fact sheet 10.12); the ticket itself does not list them once it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.fields import Guid, Moment, Name, Number, TdxModel, TdxRequest, Text
from ticket_queue_daemon.tdx.matching import matching
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session


class TicketTask(TdxModel):
    """A task. ``type_id``: 1 plain, 2 maintenance activity, 3 workflow task."""

    id: int
    ticket_id: Number = 0
    title: Text = ""
    description: Text = ""
    is_active: bool | None = None
    start_date: Moment = None
    end_date: Moment = None
    complete_within_minutes: Number = 0
    estimated_minutes: Number = 0
    percent_complete: float | None = None
    created_date: Moment = None
    created_uid: Guid = None
    modified_date: Moment = None
    completed_date: Moment = None
    completed_uid: Guid = None
    responsible_uid: Guid = None
    responsible_full_name: Name = None
    responsible_group_id: Number = 0
    responsible_group_name: Name = None
    predecessor_id: Number = 0
    order: Number = 0
    type_id: Number = 0


class NewTask(TdxRequest):
    """A task to add; TDX adds plain ones only."""

    title: str
    description: str | None = None
    start_date: Moment = None
    end_date: Moment = None
    complete_within_minutes: int | None = None
    estimated_minutes: int | None = None
    responsible_uid: str | None = None
    responsible_group_id: int | None = None
    predecessor_id: int | None = None


class TasksApi:
    """Tasks of tickets. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps

    def list(self, ticket_id: int) -> list[TicketTask]:
        """The ticket's tasks; those that name another ticket are dropped."""
        call = Call("GET", "tickets/{id}/tasks", self._path(ticket_id), Due.LIST)
        return matching(self._session.fetch_list(call, TicketTask), {"ticket_id": [ticket_id]})

    def get(self, ticket_id: int, task_id: int) -> TicketTask:
        """One task."""
        path = f"{self._path(ticket_id)}/{task_id}"
        return self._session.fetch(
            Call("GET", "tickets/{id}/tasks/{id}", path, Due.OBJECT), TicketTask
        )

    def create(self, ticket_id: int, task: NewTask) -> TicketTask:
        """Add a task; sent once. After a lost answer, look for it in :meth:`list` before again."""
        call = Call(
            "POST",
            "tickets/{id}/tasks",
            self._path(ticket_id),
            Due.ENTITY,
            writes=True,
            body=task.body(),
        )
        return self._session.fetch(call, TicketTask)

    def _path(self, ticket_id: int) -> str:
        return f"{self._apps.ticket}/tickets/{ticket_id}/tasks"
