"""Add a task to a ticket: append-like, found again by author, time and a visible reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Effect, Look, Seen, Sight
from ticket_queue_daemon.effects.feed_entry import CLOCK_SLACK
from ticket_queue_daemon.effects.fingerprint import carries, folded, with_reference
from ticket_queue_daemon.tdx.tasks import NewTask

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.tasks import TicketTask

_ANY_REFERENCE = re.compile(r"\bref [0-9a-z]{4}-[0-9a-z]{2}\b")


@dataclass(frozen=True, slots=True)
class CreateTaskEffect(Effect):
    """A plain task; its description ends with the reference."""

    kind: ClassVar[str] = "create_task"

    title: str
    ref: str
    description: str = ""
    responsible_uid: str = ""
    responsible_group_id: int = 0
    estimated_minutes: int = 0
    complete_within_minutes: int = 0

    def describe(self) -> str:
        """``create task Fetch the machine``."""
        return f"create task {self.title}"

    def stale_reads(self) -> tuple[str, ...]:
        """See the base class."""
        return ("tasks", "feed", "ticket")

    def text(self) -> str:
        """The description as it is sent."""
        return with_reference(self.description, self.ref, is_rich_html=False).strip()

    def look(self, sight: Sight) -> Look:
        """Search the ticket's tasks for our reference.

        The list is complete, so its silence means "not there". A task with our reference whose author
        TDX does not name, or by our account and with our title whose description a person has
        rewritten, can't be told from this one.
        """
        own_uid = sight.tdx.me().uid
        tasks = sight.tdx.tasks.list(self.ticket_id)
        doubtful: int | None = None
        for task in tasks:
            if self._is_older(task, sight.not_before):
                continue
            named = own_uid is not None and task.created_uid is not None
            if named and task.created_uid != own_uid:
                continue
            said = self._said(sight.tdx, task)
            if carries(said, sent="", sent_is_html=False, ref=self.ref):
                if named:
                    return Look(Seen.THERE, {"task_id": task.id})
                doubtful = task.id
            elif folded(task.title) == folded(self.title) and not _ANY_REFERENCE.search(
                folded(said)
            ):
                doubtful = task.id
        if doubtful is not None:
            why = f"task {doubtful} may be it, and can't be told by author or reference"
            return Look(Seen.CANNOT_TELL, {"task_id": doubtful, "why": why})
        return Look(Seen.NOT_THERE, {"tasks_read": len(tasks)})

    def recall(self, sight: Sight) -> Look:
        """Search the ticket's tasks for one of ours with our title, by whatever reference."""
        own_uid = sight.tdx.me().uid
        doubtful: int | None = None
        for task in sight.tdx.tasks.list(self.ticket_id):
            if task.id in sight.foreign_task_ids or self._is_older(task, sight.not_before):
                continue
            if folded(task.title) != folded(self.title):
                continue
            if own_uid is None or task.created_uid is None:
                doubtful = task.id
            elif task.created_uid == own_uid:
                return Look(Seen.THERE, {"task_id": task.id})
        if doubtful is None:
            return Look(Seen.NOT_THERE)
        why = f"task {doubtful} has its title, and its author is not named"
        return Look(Seen.CANNOT_TELL, {"task_id": doubtful, "why": why})

    def _said(self, tdx: TdxClient, task: TicketTask) -> str:
        # Whether the list has descriptions is not established (fact sheet 10.12).
        return task.description or tdx.tasks.get(self.ticket_id, task.id).description

    def _is_older(self, task: TicketTask, not_before: datetime | None) -> bool:
        return (
            not_before is not None
            and task.created_date is not None
            and task.created_date < not_before - CLOCK_SLACK
        )

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """One POST."""
        task = tdx.tasks.create(
            self.ticket_id,
            NewTask(
                title=self.title,
                description=self.text(),
                responsible_uid=self.responsible_uid or None,
                responsible_group_id=self.responsible_group_id or None,
                estimated_minutes=self.estimated_minutes or None,
                complete_within_minutes=self.complete_within_minutes or None,
            ),
        )
        return {"task_id": task.id}
