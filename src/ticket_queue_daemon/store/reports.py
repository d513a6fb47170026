"""What the state looks like from outside: read-only answers for ``verify``, ``status``, ``resolve``.

Nothing of the engine's bookkeeping is used here, so that an audit does not repeat its mistakes.
Each method is one read-only transaction: its figures belong together, and it can't change anything.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.store.anomalies import HeldAction
from ticket_queue_daemon.store.corrections import Pause
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.orders import Process, QueuePause
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

    from ticket_queue_daemon.store.pool import Database, Row

SHORTEST_PREFIX = 4
"""As many letters of a ``log_id`` must be given."""
_LARGEST_TICKET_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One action on one ticket, as it stands.

    Attributes:
        in_hand: a daemon is executing it just now.
        pruned_to: until when its history is pruned; None: it is whole.
        pruned_entry_ids: feed entries of ours that the pruned history knew.
    """

    log_id: UUID
    action_id: str
    status: str
    executed_at: datetime | None
    error_message: str | None
    plan: dict[str, Any] | None
    in_hand: bool
    pruned_to: datetime | None = None
    pruned_entry_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A line of the history that tells of a plan or of an effect."""

    log_id: UUID
    action_id: str
    at: datetime
    event: str
    effect_no: int | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failing:
    """A failed action; ``due_at`` None: failed for good."""

    ticket_id: int
    action_id: str
    log_id: UUID
    since: datetime
    reason: str | None
    attempts: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parked:
    """An action that waits for a person."""

    ticket_id: int
    action_id: str
    log_id: UUID
    since: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """An action under way; ``lease_over_seconds`` is negative while the lease lives."""

    ticket_id: int
    action_id: str
    log_id: UUID
    since: datetime
    worker: str
    lease_until: datetime
    lease_over_seconds: float


@dataclass(frozen=True, slots=True)
class Recent:
    """What came of the last 24 hours' work, by outcome."""

    outcome: str
    actions: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class OpenCircuit:
    """A queue whose last run was stopped because too much failed; its next run is a probe."""

    queue: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RateWindow:
    """How much of TDX's limit on one route is taken, as the daemons last told.

    Attributes:
        scope: what TDX counts together: this host's address (``host NAME``), or the account.
        taken: places given out in the window that is open; ``resets_in`` None: none is open.
        processes: those at work that use it.
        refused: answers 429 of the last hour; ``waited``: seconds that calls waited for places, of
            processes that were at work in the last hour.
    """

    scope: str
    route: str
    limit: int
    taken: int
    resets_in: float | None
    processes: int
    refused: int
    waited: float


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How the daemon's work stands. Counts are whole; lists hold the first so many.

    Attributes:
        due, for_good: failed actions that are tried again, and those that are not.
        overdue: started, and their leases ran out longer ago than was asked for.
        uncovered: summary lines that no summary has told yet.
        instance: the TDX instance that the database belongs to; None before the first run.
        assets, assets_at, assets_from: the asset index: how many, when it was complete, from where.
        sent_last_hour: effects that were sent in the last hour, by whichever daemon.
        server, schema: PostgreSQL's version and the number of the newest migration.
    """

    at: datetime
    instance: str | None
    server: str
    schema: int
    due: int
    for_good: int
    parked: int
    started: int
    overdue: int
    uncovered: int
    uncovered_tickets: int
    uncovered_since: datetime | None
    assets: int = 0
    assets_at: datetime | None = None
    assets_from: str | None = None
    failing_rows: list[Failing] = field(default_factory=list)
    parked_rows: list[Parked] = field(default_factory=list)
    started_rows: list[Started] = field(default_factory=list)
    recent: list[Recent] = field(default_factory=list)
    paused_patterns: list[Pause] = field(default_factory=list)
    open_circuits: list[OpenCircuit] = field(default_factory=list)
    rate_windows: list[RateWindow] = field(default_factory=list)
    paused_queues: list[QueuePause] = field(default_factory=list)
    daemons: list[Process] = field(default_factory=list)

    sent_last_hour: int = 0
    held_actions: list[HeldAction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StateFigures:
    """What the metrics tell of the state.

    Attributes:
        in_doubt: actions with an effect that was sent and whose answer is not known.
        needs_review: actions that wait for a person.
        oldest_pending: seconds for which the oldest work of the queue that was begun, and not
            finished, has been due; 0.0 if nothing is.
        index_age: seconds since the asset index was complete; None: it never was.
        circuit_open: whether the queue's last run was stopped by its failures.
    """

    in_doubt: int
    needs_review: int
    oldest_pending: float
    index_age: float | None
    circuit_open: bool


class Reports:
    """Read-only questions about the state. Every method raises StoreError when it can't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """The database's clock, aware."""
        with self._reading() as connection:
            moment: datetime = fetch(connection, sql("reports_now"))[0]["now"]
        return moment

    def tickets_since(self, since: datetime) -> list[int]:
        """The tickets on which something was done or is under way since then, in order."""
        with self._reading() as connection:
            found = fetch(connection, sql("tickets_since"), {"since": since})
        return [row["ticket_id"] for row in found]

    def of_ticket(self, ticket_id: int) -> tuple[list[AuditRow], list[AuditEvent]]:
        """A ticket's rows, and what its history tells of plans and effects, both oldest first."""
        given = {"ticket_id": ticket_id}
        with self._reading() as connection:
            rows = fetch(connection, sql("audit_rows"), given)
            events = fetch(connection, sql("audit_events"), given)
        return [AuditRow(**row) for row in rows], [AuditEvent(**event) for event in events]

    def lost_span(self) -> list[tuple[datetime, datetime]]:
        """The span of which the log of a restored database may know nothing; empty if there is none."""
        with self._reading() as connection:
            found = fetch(connection, sql("recovery_state"))
        return [(row["since"], row["began_at"]) for row in found]

    def open_lines(self, ticket_id: int) -> list[str]:
        """What no summary of a ticket has told yet, oldest first."""
        with self._reading() as connection:
            found = fetch(connection, sql("open_lines"), {"ticket_id": ticket_id})
        return [row["text"] for row in found]

    def standings(
        self, ticket_ids: Sequence[int], action_ids: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The rows of these actions on these tickets, with what tells how they stand."""
        given = {"ticket_ids": list(ticket_ids), "action_ids": list(action_ids)}
        with self._reading() as connection:
            return fetch(connection, sql("standings"), given)

    def status(self, *, overdue_seconds: float, most: int) -> StatusReport:
        """How the work stands; at most ``most`` rows in each list."""
        state = Migrator(self._database).status()
        server = self._database.check()
        every = {"queue": None}
        given: Mapping[str, Any] = {"overdue_seconds": float(overdue_seconds), "most": most}
        with self._reading() as connection:
            counts = fetch(connection, sql("status_counts"), given)[0]
            bound = fetch(connection, sql("bound_instance"))
            index = fetch(connection, sql("asset_index_state"))[0]
            return StatusReport(
                at=fetch(connection, sql("reports_now"))[0]["now"],
                instance=bound[0]["instance"] if bound else None,
                server=server,
                schema=state.current,
                uncovered_tickets=counts.pop("tickets"),
                uncovered_since=counts.pop("oldest"),
                **counts,
                assets=fetch(connection, sql("asset_index_count"))[0]["assets"],
                assets_at=index["complete_at"],
                assets_from=index["source"],
                failing_rows=[
                    Failing(**row) for row in fetch(connection, sql("status_failing"), given)
                ],
                parked_rows=[
                    Parked(**row) for row in fetch(connection, sql("status_parked"), given)
                ],
                started_rows=[
                    Started(**row) for row in fetch(connection, sql("status_started"), given)
                ],
                recent=[Recent(**row) for row in fetch(connection, sql("status_recent"))],
                paused_patterns=[Pause(**row) for row in fetch(connection, sql("paused_patterns"))],
                open_circuits=[
                    OpenCircuit(**row) for row in fetch(connection, sql("open_circuits"), every)
                ],
                rate_windows=[RateWindow(**row) for row in fetch(connection, sql("status_rates"))],
                paused_queues=[
                    QueuePause(**row) for row in fetch(connection, sql("pauses"), every)
                ],
                daemons=[Process(**row) for row in fetch(connection, sql("processes"), every)],
                sent_last_hour=fetch(connection, sql("effects_last_hour"))[0]["sent"],
                held_actions=[HeldAction(**row) for row in fetch(connection, sql("held_actions"))],
            )

    def figures(self, queue: str) -> StateFigures:
        """What the metrics tell, by one statement."""
        return StateFigures(**self._database.rows(sql("figures"), {"queue": queue})[0])

    def parked(self, text: str) -> list[Parked]:
        """The parked rows that ``text`` may mean: a ticket's id, or the beginning of a ``log_id``."""
        word = text.strip().lower()
        ticket_id = int(word) if word.isascii() and word.isdecimal() and len(word) < 11 else 0  # noqa: PLR2004  as many digits as an id may have
        if ticket_id > _LARGEST_TICKET_ID:
            ticket_id = 0
        # A prefix that no log_id has, when what was given is too short to be one.
        prefix = word if len(word) >= SHORTEST_PREFIX else "-"
        with self._reading() as connection:
            found = fetch(
                connection, sql("parked_rows"), {"ticket_id": ticket_id, "prefix": prefix}
            )
        return [Parked(**row) for row in found]

    @contextmanager
    def _reading(self) -> Iterator[Connection[Row]]:
        with self._database.transaction() as connection:
            fetch(connection, sql("read_only"))
            yield connection
