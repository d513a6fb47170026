"""Claims: who executes what, until when. Any number of daemons may race; one wins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.store import values
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.rows import ActionKey, Claim, SummaryLine
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from psycopg import Connection

    from ticket_queue_daemon.store.pool import Row
    from ticket_queue_daemon.store.session import Session


class Claims:
    """Taking, keeping and letting go of claims."""

    def __init__(self, session: Session) -> None:
        self._session = session

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
        """Take what is new, due, abandoned, skipped before the ticket or the rule changed; in order.

        Nothing is taken while any row of the ticket is in the hands of another run.
        ``modified`` is the ticket's modified date, as it was before anything of it is read.
        """
        if not actions:
            return []
        claimed = self._take(
            "claim",
            ticket_id,
            {
                **columns(actions),
                "on_update_ids": [action.action_id for action in actions if action.on_update],
                "repeat_ids": [action.action_id for action in actions if action.repeats],
                "rule_hashes": values.jsonb({one.action_id: one.rule_hash for one in actions}),
                "modified": modified,
                **self._signature(queue, run_id, lease_seconds),
            },
        )
        place = {action.action_id: action.position for action in actions}
        return sorted(claimed, key=lambda claim: place[claim.action_id])

    def claim_recovery(
        self,
        ticket_id: int,
        action_ids: Sequence[str],
        *,
        queue: str,
        run_id: UUID,
        lease_seconds: float,
    ) -> list[Claim]:
        """Take rows that exist and are due or abandoned, also of actions not configured any more."""
        if not action_ids:
            return []
        claimed = self._take(
            "claim_recovery",
            ticket_id,
            {"action_ids": list(action_ids), **self._signature(queue, run_id, lease_seconds)},
        )
        place = {action_id: at for at, action_id in enumerate(action_ids)}
        return sorted(claimed, key=lambda claim: place[claim.action_id])

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
        taken = self._take(
            "claim_summary",
            ticket_id,
            {
                "action_id": action.action_id,
                "action_type": action.action_type,
                "action_hash": action.action_hash,
                "even_if_empty": not action.skip_if_empty,
                **self._signature(queue, run_id, lease_seconds),
            },
        )
        return taken[0] if taken else None

    def renew(self, claims: Sequence[Claim], lease_seconds: float) -> set[UUID]:
        """Extend leases; the ``log_id`` of those that are still ours."""
        if not claims:
            return set()
        kept = self._session.rows(
            "renew",
            {
                "log_ids": [claim.log_id for claim in claims],
                "tokens": [claim.token for claim in claims],
                "lease_seconds": float(lease_seconds),
            },
        )
        return {row["log_id"] for row in kept}

    def release(self, claim: Claim) -> None:
        """Let go at once, so that anyone may take it; a first claim without a plan leaves no row.

        Raises:
            LeaseLost: it was not ours any more.
        """
        self._session.write("release", claim)

    def _signature(self, queue: str, run_id: UUID, lease_seconds: float) -> dict[str, Any]:
        return {
            "queue": queue,
            "run_id": run_id,
            "worker": self._session.worker,
            "lease_seconds": float(lease_seconds),
        }

    def _take(self, name: str, ticket_id: int, params: Mapping[str, Any]) -> list[Claim]:
        given = {"ticket_id": ticket_id, **params}
        with self._session.database.transaction() as connection:
            fetch(connection, sql("lock_ticket"), given)
            if fetch(connection, sql("ticket_is_busy"), given)[0]["busy"]:
                return []
            claimed = [_claim(row) for row in fetch(connection, sql(name), given)]
            if name == "claim_summary":
                for claim in claimed:
                    if claim.plan is None:
                        reserve = {**given, "log_id": claim.log_id}
                        fetch(connection, sql("reserve_lines"), reserve)
            return _with_lines(connection, claimed)


def columns(actions: Iterable[ActionKey]) -> dict[str, list[str]]:
    """Actions as the arrays that ``unnest`` takes."""
    ordered = list(actions)
    return {
        "action_ids": [action.action_id for action in ordered],
        "action_types": [action.action_type for action in ordered],
        "action_hashes": [action.action_hash for action in ordered],
    }


def _claim(row: Row) -> Claim:
    return Claim(
        log_id=row["log_id"],
        ticket_id=row["ticket_id"],
        action_id=row["action_id"],
        action_type=row["action_type"],
        token=row["claim_token"],
        attempts=row["attempts"],
        claims=row["claims"],
        occurrence=row["occurrence"],
        claimed_at=row["claimed_at"],
        db_now=row["db_now"],
        lease_until=row["lease_until"],
        plan=row["plan"],
        fresh=row["claims"] == 1 and row["executed_at"] is None,
        due_at=row["look_again_at"],
        done_before=row["done_before"] is not None,
    )


def _with_lines(connection: Connection[Row], claims: Sequence[Claim]) -> list[Claim]:
    if not claims:
        return []
    lines: dict[UUID, list[SummaryLine]] = {}
    log_ids = {"log_ids": [claim.log_id for claim in claims]}
    for row in fetch(connection, sql("reserved_lines"), log_ids):
        line = SummaryLine(row["line_id"], row["text"], row["created_at"])
        lines.setdefault(row["reserved_by"], []).append(line)
    return [replace(claim, lines=tuple(lines.get(claim.log_id, ()))) for claim in claims]
