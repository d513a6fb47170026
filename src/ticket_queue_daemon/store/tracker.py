"""StateTracker: the one door to the state of every (ticket, action), by the seed's name.

The seed's questions come first, then what the engine needs, in the order in which a ticket travels.
What each promises in full stands where it is done: ``records``, ``claims``, ``outcomes``.
"""

from __future__ import annotations

import os
import secrets
import socket
from typing import TYPE_CHECKING, Any, Literal

from ticket_queue_daemon.store.anomalies import Anomalies
from ticket_queue_daemon.store.claims import Claims
from ticket_queue_daemon.store.corrections import Correction, Corrections, OurAsset
from ticket_queue_daemon.store.labs import HubLabs
from ticket_queue_daemon.store.once import Once
from ticket_queue_daemon.store.outcomes import Outcomes
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.records import Records
from ticket_queue_daemon.store.recovery import Lost, Recovery
from ticket_queue_daemon.store.rows import (
    ActionKey,
    Claim,
    EffectsSent,
    HistoryEvent,
    LookAgain,
    Pending,
    Resolved,
    Settled,
    SummaryLine,
)
from ticket_queue_daemon.store.session import Session
from ticket_queue_daemon.store.undo import Undo

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import Self
    from uuid import UUID

__all__ = ["ActionKey", "Claim", "HistoryEvent", "Pending", "StateTracker", "SummaryLine"]


class StateTracker:
    """The state of every (ticket, action), safe to share between threads.

    Every method is one transaction, committed before it returns. Errors are raised, never read as
    "no": :class:`StoreError` and its leaves.

    Args:
        database: a :class:`Database`, or a URL, for which it opens its own.
        worker: who is at work; by default host, process and a random part.
    """

    _own: Database | None = None

    def __init__(self, database: Database | str, *, worker: str | None = None) -> None:
        if isinstance(database, str):
            database = self._own = Database(database)
        self.worker = worker or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        session = Session(database, self.worker)
        self._records = Records(session)
        self._claims = Claims(session)
        self._outcomes = Outcomes(session)
        self._corrections = Corrections(database)
        self._once = Once(session)
        self._recovery = Recovery(database)
        self.hub_labs = HubLabs(database)
        self.undo = Undo(session)
        self.anomalies = Anomalies(session)

    def close(self) -> None:
        """Close the pool, if this opened one."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- as in the seed ---

    def has_executed(self, ticket_id: int, action_id: str) -> bool:
        """Whether the action is completed or skipped on the ticket."""
        return self._records.has_executed(ticket_id, action_id)

    def mark_completed(
        self,
        ticket_id: int,
        action_id: str,
        action_type: str,
        action_hash: str | None,
        status: str = "completed",
        error_message: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Record an outcome by hand; StoreError while a daemon is executing it."""
        self._records.mark_completed(
            ticket_id, action_id, action_type, action_hash, status, error_message, metadata
        )

    def get_ticket_actions(self, ticket_id: int) -> list[dict[str, Any]]:
        """All that is recorded of a ticket, newest first: the seed's columns, attempts, plan, lease."""
        return self._records.get_ticket_actions(ticket_id)

    def statuses(self, ticket_id: int) -> dict[str, str]:
        """How each action stands on a ticket, by action id: its status, or ``failed for good``.

        What was ever completed there is so, whatever became of a later occurrence.
        """
        return {row["action_id"]: _standing(row) for row in self.get_ticket_actions(ticket_id)}

    def under_way(self, ticket_id: int) -> set[str]:
        """The actions on a ticket of whose plan something was sent."""
        return self._records.under_way(ticket_id)

    def get_action_stats(self) -> dict[str, Any]:
        """``total_actions``, ``by_status``, ``by_type``."""
        return self._records.get_action_stats()

    def clear_failed_actions(self, ticket_id: int | None = None) -> int:
        """Make failed rows (of one ticket, or all) due now; how many. Applied effects stay ticked."""
        return self._records.clear_failed_actions(ticket_id)

    # --- before a run ---

    def bind_instance(self, instance: str) -> None:
        """Bind the database to a TDX instance; InstanceMismatch if it is bound to another."""
        self._records.bind_instance(instance)

    def check_instance(self, instance: str) -> None:
        """See that the database is bound to this TDX instance or to none; InstanceMismatch if not."""
        self._records.check_instance(instance)

    def is_confirmed(self, instance: str) -> bool:
        """Whether somebody has confirmed that tickets of this TDX instance may be changed."""
        return self._records.is_confirmed(instance)

    def confirm_instance(self, instance: str, by: str) -> None:
        """Remember who has confirmed it, and bind to it; InstanceMismatch if bound to another."""
        self._records.confirm_instance(instance, by)

    def register_actions(self, actions: Sequence[ActionKey]) -> None:
        """Remember configured actions."""
        self._records.register_actions(actions)

    def previous_actions(self, action_type: str) -> list[dict[str, Any]]:
        """The actions of one type that were ever configured, newest first, with their config."""
        return self._records.previous_actions(action_type)

    def baseline(
        self, queue: str, ticket_ids: Sequence[int], actions: Sequence[ActionKey], reason: str
    ) -> int:
        """Mark pairs as done without executing them; how many had no row yet."""
        return self._records.baseline(queue, ticket_ids, actions, reason)

    def effects_last_hour(self) -> EffectsSent:
        """How many effects were sent in the last hour, by whichever daemon."""
        return self._records.effects_last_hour()

    def lost(self) -> Lost | None:
        """What was done since a backup and may be missing from the log; ask before anything is written."""
        return self._recovery.lost()

    def circuit_is_open(self, queue: str) -> bool:
        """Whether the queue's last run was stopped because too much failed."""
        return self._records.circuit_is_open(queue)

    def open_circuit(self, queue: str, reason: str) -> None:
        """Make the queue's next run, by whichever process, a probe."""
        self._records.open_circuit(queue, reason)

    def close_circuit(self, queue: str) -> None:
        """The queue works again."""
        self._records.close_circuit(queue)

    # --- the straight line ---

    def pending(
        self,
        queue: str,
        ticket_ids: Sequence[int],
        actions: Sequence[ActionKey],
        modified: Mapping[int, datetime] | None = None,
    ) -> list[Pending]:
        """The pairs that need work, in the order to do it: one statement that only reads."""
        return self._records.pending(queue, ticket_ids, actions, modified)

    def claim(
        self,
        ticket_id: int,
        actions: Sequence[ActionKey],
        *,
        queue: str,
        run_id: UUID,
        lease_seconds: float,
        modified: datetime | None = None,
    ) -> list[Claim]:
        """Take what is new, due, abandoned, or skipped before ``modified``; nothing if it is busy."""
        return self._claims.claim(
            ticket_id,
            actions,
            queue=queue,
            run_id=run_id,
            lease_seconds=lease_seconds,
            modified=modified,
        )

    def claim_recovery(
        self,
        ticket_id: int,
        action_ids: Sequence[str],
        *,
        queue: str,
        run_id: UUID,
        lease_seconds: float,
    ) -> list[Claim]:
        """Take rows that exist and are due or abandoned, configured or not."""
        return self._claims.claim_recovery(
            ticket_id, action_ids, queue=queue, run_id=run_id, lease_seconds=lease_seconds
        )

    def claim_summary(
        self,
        ticket_id: int,
        action: ActionKey,
        *,
        queue: str,
        run_id: UUID,
        lease_seconds: float,
    ) -> Claim | None:
        """Take a ticket's summary with the lines it is to tell; None if there is nothing to do."""
        return self._claims.claim_summary(
            ticket_id, action, queue=queue, run_id=run_id, lease_seconds=lease_seconds
        )

    def renew(self, claims: Sequence[Claim], lease_seconds: float) -> set[UUID]:
        """Extend leases; the ``log_id`` of those still ours."""
        return self._claims.renew(claims, lease_seconds)

    def release(self, claim: Claim) -> None:
        """Let go at once; LeaseLost if it was not ours."""
        self._claims.release(claim)

    def write_plan(self, claim: Claim, plan: Mapping[str, Any]) -> None:
        """Store the plan ahead of every write; StoreError if it forgets what was sent or applied."""
        self._outcomes.write_plan(claim, plan)

    def effect_sending(self, claim: Claim, effect_no: int, patch: Mapping[str, Any]) -> None:
        """Note that an effect is about to be sent, committed before it is."""
        self._outcomes.effect_sending(claim, effect_no, patch)

    def effect_settled(
        self, claim: Claim, effect_no: int, state: Settled, patch: Mapping[str, Any]
    ) -> None:
        """Tick an effect off, or note what else became of it."""
        self._outcomes.effect_settled(claim, effect_no, state, patch)

    def in_doubt(self, claim: Claim) -> bool:
        """Whether something of its plan was sent and is not settled."""
        return self._outcomes.in_doubt(claim)

    def note(
        self, claim: Claim, event: str, effect_no: int | None, detail: Mapping[str, Any]
    ) -> None:
        """Add a line to the history only."""
        self._outcomes.note(claim, event, effect_no, detail)

    def finish(
        self,
        claim: Claim,
        status: Literal["completed", "skipped"],
        *,
        message: str,
        metadata: Mapping[str, Any],
        lines: Sequence[str] = (),
        covers: Sequence[int] = (),
        again: LookAgain | None = None,
        wakes: Sequence[str] = (),
    ) -> None:
        """Record a good outcome, the lines it wants told, those it has told, and what is due again when."""
        self._outcomes.finish(
            claim,
            status,
            message=message,
            metadata=metadata,
            lines=lines,
            covers=covers,
            again=again,
            wakes=wakes,
        )

    def take_once(self, claim: Claim, subject: str) -> tuple[int, bool]:
        """The ticket that has what is done once for several, and whether it may yet lose it."""
        return self._once.take(claim, subject)

    def holds_once(self, action_id: str, subject: str) -> int | None:
        """The ticket that has what an action does once for several; None: it is free. Only reads."""
        return self._once.holder(action_id, subject)

    def withdraw(self, claim: Claim, why: str) -> None:
        """Nobody wants it any more, and nothing was sent: as if it had never been claimed."""
        self._outcomes.withdraw(claim, why)

    def fail(
        self,
        claim: Claim,
        error: str,
        *,
        metadata: Mapping[str, Any],
        lines: Sequence[str] = (),
        final: bool,
        retry_seconds: float,
        max_attempts: int,
        rule_hash: str | None = None,
    ) -> None:
        """Record a failed attempt and when the next is due, if there is one."""
        self._outcomes.fail(
            claim,
            error,
            metadata=metadata,
            lines=lines,
            final=final,
            retry_seconds=retry_seconds,
            max_attempts=max_attempts,
            rule_hash=rule_hash,
        )

    def park(
        self, claim: Claim, reason: str, *, metadata: Mapping[str, Any], lines: Sequence[str] = ()
    ) -> None:
        """Hold it for a person as ``needs_review``."""
        self._outcomes.park(claim, reason, metadata=metadata, lines=lines)

    def our_assets(self, ticket_id: int) -> list[OurAsset]:
        """What we attached to a ticket, whichever action and version did; not what was there before."""
        return self._corrections.ours(ticket_id)

    def note_corrections(
        self, ticket_id: int, present: Collection[int], found: Sequence[Correction]
    ) -> int:
        """Write down what people corrected, given the assets on the ticket now; how many are new."""
        return self._corrections.note(ticket_id, present, found)

    # --- afterwards ---

    def resolve(self, log_id: UUID, done: bool, who: str) -> Resolved:
        """Settle what was parked: it is done, or it is to be tried again now."""
        return self._outcomes.resolve(log_id, done=done, who=who)

    def history(self, ticket_id: int) -> list[HistoryEvent]:
        """What happened on a ticket, in order."""
        return self._records.history(ticket_id)

    def known_entry_ids(self, ticket_id: int) -> set[int]:
        """Feed entries of the ticket that are known to be effects of ours."""
        return self._records.known_entry_ids(ticket_id)

    def known_task_ids(self, ticket_id: int) -> set[int]:
        """Tasks of the ticket that are known to be effects of ours."""
        return self._records.known_task_ids(ticket_id)


def _standing(row: Mapping[str, Any]) -> str:
    if row["done_before"] is not None:
        return "completed"
    if row["status"] == "failed" and row["next_attempt_at"] is None:
        return "failed for good"
    return str(row["status"])
