"""What people ask of the daemons: a pause, an end of it, a run now; and which daemons there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from ticket_queue_daemon.store.pool import Database

EVERY_QUEUE = "*"


@dataclass(frozen=True, slots=True)
class QueuePause:
    """A queue that a person has paused (``*``: every one); ``ends_at`` None: until it is resumed."""

    queue: str
    paused_at: datetime
    paused_by: str
    reason: str | None
    ends_at: datetime | None

    @property
    def told(self) -> str:
        """One line: who, since when, why, until when, and how to end it."""
        what = "Every queue is" if self.queue == EVERY_QUEUE else f"{self.queue} is"
        why = f": {self.reason}" if self.reason else ""
        until = "" if self.ends_at is None else f" Until {_at(self.ends_at)}."
        return (
            f"{what} paused by {self.paused_by} since {_at(self.paused_at)}{why}.{until} "
            f"To go on: ticket-queue-daemon resume{self._option}"
        )

    @property
    def _option(self) -> str:
        return "" if self.queue == EVERY_QUEUE else f" --queue {self.queue}"


@dataclass(frozen=True, slots=True)
class Process:
    """A daemon that is alive.

    Attributes:
        worker: host, process and a random part, as in the history.
        role: ``leads`` (alone, the others stand by), ``stands by``, or ``works`` (beside others).
        interval: seconds between its passes.
        seen_at: its last beat, some seconds ago at the most.
        next_run_at: None while it works or stands by.
        rules_rejected_at: since when it goes by old rules, as changed ones are wrong; None: it does not.
        rules_mistake: the first thing that is wrong with those.
    """

    worker: str
    queue: str
    program: str
    interval: float
    started_at: datetime
    seen_at: datetime
    next_run_at: datetime | None
    role: str
    rules_rejected_at: datetime | None = None
    rules_mistake: str | None = None


class Orders:
    """The book of orders. Every method raises StoreError when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause(
        self,
        queue: str,
        who: str,
        *,
        reason: str | None = None,
        until: datetime | None = None,
        span: timedelta | None = None,
    ) -> QueuePause:
        """Pause a queue, or ``*``; for a span by the database's clock, until a moment, or open-ended."""
        given = {"queue": queue, "who": who, "reason": reason, "until": until, "span": span}
        [row] = self._database.rows(sql("pause_queue"), given)
        row.pop("told")
        return QueuePause(**row)

    def resume(self, queue: str | None) -> list[QueuePause]:
        """End one pause, or all; those that were ended."""
        rows = self._database.rows(sql("resume_queues"), {"queue": queue})
        for row in rows:
            row.pop("told")
        return [QueuePause(**row) for row in rows]

    def paused(self, queue: str | None = None) -> list[QueuePause]:
        """The pauses that hold now: those that concern one queue, or all."""
        return [QueuePause(**row) for row in self._database.rows(sql("pauses"), {"queue": queue})]

    def processes(self, queue: str | None = None) -> list[Process]:
        """The daemons that are alive, of one queue or all."""
        return [Process(**row) for row in self._database.rows(sql("processes"), {"queue": queue})]

    def run_now(self, queue: str) -> None:
        """Wake the daemons of a queue that wait; one that works runs again when it is done."""
        self._database.rows(sql("ask_for_a_run"), {"queue": queue})


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
