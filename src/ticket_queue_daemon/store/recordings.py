"""What decisions were made from: kept for some days, read by ``replay``, then deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from ticket_queue_daemon.store.pool import Database

BATCH = 200
"""Rows deleted by one statement, and read by one."""
MOST_BATCHES = 50


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A row: one ticket in one run. ``data`` is the engine's own; nobody else reads it."""

    recording_id: int
    ticket_id: int
    recorded_at: datetime
    run_id: UUID
    queue: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """Since when there are recordings, and the database's present."""

    oldest: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """When an action was first done on a ticket; not ``completed``: a baseline only said so."""

    at: datetime
    completed: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Which ticket took what is done once, and when."""

    ticket_id: int
    at: datetime


class Recordings:
    """The recordings. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, ticket_id: int, run_id: UUID, queue: str, data: bytes) -> None:
        """Keep one; one statement."""
        given = {"ticket_id": ticket_id, "run_id": run_id, "queue": queue, "data": data}
        self._database.rows(sql("keep_recording"), given)

    def prune(self, days: int) -> int:
        """Delete those that are older, in small batches; how many. What is left waits for the next."""
        gone = 0
        for _ in range(MOST_BATCHES):
            found = self._database.rows(sql("prune_recordings"), {"days": days, "most": BATCH})
            gone += int(found[0]["pruned"])
            if int(found[0]["pruned"]) < BATCH:
                break
        return gone

    def held(self) -> Held:
        """Since when there are any."""
        return Held(**self._database.rows(sql("oldest_recording"))[0])

    def count(self, moment: datetime, queue: str | None = None) -> int:
        """How many there are since a moment, of one queue or of all."""
        given = {"since": moment, "queue": queue}
        return int(self._database.rows(sql("count_recordings"), given)[0]["many"])

    def since(
        self, moment: datetime, *, queue: str | None = None, most: int = BATCH
    ) -> Iterator[list[KeptRecording]]:
        """Those since a moment, oldest first, in batches.

        Args:
            moment: aware.
            queue: of this queue only; None: of every queue.
            most: rows in a batch.
        """
        after: tuple[datetime, int] = (datetime.min.replace(tzinfo=UTC), 0)
        while True:
            rows = self._database.rows(
                sql("recordings"),
                {
                    "since": moment,
                    "queue": queue,
                    "after_at": after[0],
                    "after_id": after[1],
                    "most": most,
                },
            )
            batch = [KeptRecording(**{**row, "data": bytes(row["data"])}) for row in rows]
            if batch:
                yield batch
            if len(batch) < most:
                return
            after = (batch[-1].recorded_at, batch[-1].recording_id)

    def decided(
        self, ticket_ids: Sequence[int], run_ids: Sequence[UUID]
    ) -> dict[tuple[UUID, UUID], dict[str, Mapping[str, Any]]]:
        """What came of claims: by log id and run, the details of each kind of event."""
        found: dict[tuple[UUID, UUID], dict[str, Mapping[str, Any]]] = {}
        given = {"ticket_ids": list(set(ticket_ids)), "run_ids": list(set(run_ids))}
        for row in self._database.rows(sql("decided_in_runs"), given):
            events = found.setdefault((row["log_id"], row["run_id"]), {})
            events[row["event"]] = row["detail"]
        return found

    def settled(self, ticket_ids: Sequence[int]) -> dict[tuple[int, str], Settled]:
        """When each action of these tickets was first done, by ticket and action id."""
        rows = self._database.rows(sql("settled_before"), {"ticket_ids": list(set(ticket_ids))})
        return {
            (row["ticket_id"], row["action_id"]): Settled(row["at"], row["completed"])
            for row in rows
        }

    def once_taken(self) -> dict[tuple[str, str], Taken]:
        """Which ticket has what is done once, by action id and subject."""
        rows = self._database.rows(sql("once_taken"))
        return {
            (row["action_id"], row["subject"]): Taken(row["ticket_id"], row["at"]) for row in rows
        }
