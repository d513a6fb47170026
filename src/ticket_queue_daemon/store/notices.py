"""What people are told once by any number of daemons: digests, and alerts of the quiet hours."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ticket_queue_daemon.store.pool import Database


@dataclass(frozen=True, slots=True)
class HeldAlert:
    """An alert that waits for the end of the quiet hours; ``weight`` is the alert's own word."""

    held_at: datetime
    subject: str
    body: str
    weight: str


class Notices:
    """Rows that decide who tells. Every method raises StoreError when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_digest(self, queue: str, period_ends: datetime) -> bool:
        """Whether the digest of a period is ours to send; True at most once for each.

        False also for the first period that a queue ever had.
        """
        given = {"queue": queue, "period_ends": period_ends}
        return bool(self._database.rows(sql("take_digest"), given)[0]["ours"])

    def keep(self, alerts: Iterable[HeldAlert]) -> None:
        """Keep alerts for another process."""
        with self._database.transaction() as connection:
            for alert in alerts:
                connection.execute(sql("keep_alert"), asdict(alert))

    def take_alerts(self) -> list[HeldAlert]:
        """What others have kept, oldest first; it is whoever's takes it from now on."""
        return [HeldAlert(**row) for row in self._database.rows(sql("take_alerts"))]
