"""What leaves the room: one frozen dataclass for each kind of row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

Why = Literal["new", "retry", "update", "due", "rule", "recover", "summary"]
Settled = Literal["applied", "already_there", "refused", "postponed", "in_doubt"]

SETTLED: tuple[Settled, ...] = get_args(Settled)


@dataclass(frozen=True, slots=True)
class ActionKey:
    """A configured action as the store knows it.

    Attributes:
        action_id: ``{type}:{first 12 hex of the config's SHA-256}:{version}``.
        action_hash: the whole SHA-256, hex.
        config: what the hash was made of; kept so that a change can be named.
        position: its place in the queue's list of actions.
        summarises: whether it tells the lines of the others.
        skip_if_empty: for a summarising action: whether it rests while there is nothing to tell.
        on_update: whether it looks again at a ticket that it skipped, once the ticket has changed.
        repeats: whether it is carried out again on a ticket when the next occurrence is due.
        rule_hash: of the rule around the action; "" for none. It is no part of the action's id.
    """

    action_id: str
    action_type: str
    action_hash: str
    version: str
    config: Mapping[str, Any]
    position: int
    summarises: bool = False
    skip_if_empty: bool = True
    on_update: bool = False
    repeats: bool = False
    rule_hash: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A (ticket, action) pair that needs work, and why."""

    ticket_id: int
    action_id: str
    why: Why
    in_report: bool


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line that a recorded outcome wants told in the ticket's summary."""

    line_id: int
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to execute one action on one ticket, until ``lease_until`` in the database's clock.

    Attributes:
        token: what every write with this claim carries.
        attempts: failed outcomes so far.
        claims: claims since the last outcome, this one included; more than one means that somebody
            died or let go with this work in hand.
        occurrence: 1, or more for a summary that was told before and an action that repeats.
        claimed_at: the first claim of this occurrence; nothing of it was sent before.
        db_now: the database's clock when the claim was made.
        plan: the stored plan, if a former claim wrote one.
        fresh: whether the row did not exist before.
        due_at: when it was to be looked at again; None: no such moment was set.
        done_before: whether an occurrence before this one was completed.
        lines: what a summary is to tell, oldest first.
    """

    log_id: UUID
    ticket_id: int
    action_id: str
    action_type: str
    token: UUID
    attempts: int
    claims: int
    occurrence: int
    claimed_at: datetime
    db_now: datetime
    lease_until: datetime
    plan: dict[str, Any] | None
    fresh: bool
    due_at: datetime | None = None
    done_before: bool = False
    lines: tuple[SummaryLine, ...] = ()

    @property
    def lease_seconds(self) -> float:
        """How long the lease was when it was given; each effect sent extends it by as much."""
        return (self.lease_until - self.db_now).total_seconds()


@dataclass(frozen=True, slots=True)
class LookAgain:
    """When a pair is due again, and what a rule that turned the ticket away was.

    Attributes:
        at: the moment; None: never by itself.
        occurrence: the number that the next claim is; None: this one, or the next after a completed one.
        rule_hash: of the rule that turned the ticket away; None: no rule did.
    """

    at: datetime | None = None
    occurrence: int | None = None
    rule_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a person's word did to a parked row.

    Attributes:
        due: the next run takes it up; else it is completed.
        lines: how many lines were left for the next summary.
    """

    due: bool
    lines: int


@dataclass(frozen=True, slots=True)
class EffectsSent:
    """The effects of the last hour: how many, and when the oldest is an hour old (None: none)."""

    sent: int
    next_free: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One line of the append-only history."""

    history_id: int
    at: datetime
    log_id: UUID
    ticket_id: int
    action_id: str
    run_id: UUID | None
    worker: str | None
    attempt: int
    event: str
    effect_no: int | None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands.

    Attributes:
        current: the number of the newest migration applied; 0 for none.
        wanted: the number of the newest migration of this program.
        missing: names of the migrations to apply.
        problems: what a migration can't heal: an edited past, a database ahead of the program, a
            table or constraint taken away by hand.
    """

    current: int
    wanted: int
    missing: list[str]
    problems: list[str]

    @property
    def ready(self) -> bool:
        """Whether the program can work with it."""
        return not self.missing and not self.problems
