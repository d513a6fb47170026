"""The record of runs: what each did, how it ended, and why; for people and for digests."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.store.pool import Database

Cause = tuple[str, str, str, int]
"""(action type, outcome, reason without a ticket's words, how many)."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run to be recorded.

    Attributes:
        result: how it ended, as in the metrics; ``reason``: why, if early.
        outcomes: how many actions ended how, by type.
        causes: why what was not done was not done.
    """

    run_id: UUID | None
    queue: str
    worker: str
    result: str
    reason: str = ""
    found: int = 0
    pending: int = 0
    seconds: float = 0.0
    api_calls: int = 0
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    causes: Sequence[Cause] = ()


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run on record; ``again``: as many after it ended in just the same way, the last at ``last_at``."""

    run_id: UUID | None
    queue: str
    worker: str
    ended_at: datetime
    result: str
    reason: str
    found: int
    pending: int
    seconds: float
    api_calls: int
    outcomes: dict[str, dict[str, int]]
    again: int
    last_at: datetime

    def count(self, outcome: str) -> int:
        """How many actions ended so."""
        return sum(by_outcome.get(outcome, 0) for by_outcome in self.outcomes.values())


@dataclass(frozen=True, slots=True)
class NotDone:
    """An action that failed (``due_at`` None: for good) or is held for review."""

    ticket_id: int
    action_type: str
    action_id: str
    status: str
    reason: str | None
    since: datetime | None
    due_at: datetime | None


class Runs:
    """Reads and appends. Every method raises StoreError when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, run: RunRow) -> None:
        """Remember a run."""
        given = asdict(run)
        given |= {"outcomes": Jsonb(given["outcomes"]), "causes": Jsonb(list(given["causes"]))}
        with self._database.transaction() as connection:
            connection.execute(sql("record_run"), given)

    def recent(self, queue: str | None, since: datetime, most: int) -> list[PastRun]:
        """The newest first, of one queue or all."""
        given = {"queue": queue, "since": since, "most": most}
        return [PastRun(**row) for row in self._database.rows(sql("recent_runs"), given)]

    def between(self, queue: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """``result``, ``reason``, ``outcomes``, ``causes`` and ``again`` of each run, oldest first."""
        given = {"queue": queue, "since": since, "until": until}
        return self._database.rows(sql("runs_between"), given)

    def not_done(self) -> list[NotDone]:
        """Everything that failed or is held for review, newest first."""
        return [NotDone(**row) for row in self._database.rows(sql("failing_causes"))]
