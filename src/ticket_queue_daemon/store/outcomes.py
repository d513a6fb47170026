"""Writes in the name of a claim: the plan, its ticks, and the outcome.

Each is one statement, committed before it returns, and refused with LeaseLost when the claim is no
longer ours. So a crash between any two leaves a row that tells exactly how far it got.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.store import values
from ticket_queue_daemon.store.rows import SETTLED, Claim, LookAgain, Resolved, Settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from ticket_queue_daemon.store.session import Session

_STATE = {"postponed": "planned", "in_doubt": "sent"}
"""Where an effect stands after an answer that did not settle it."""
WITHDRAWN: Final = "withdrawn"
"""In the place of a rule's hash: of a pair that was taken up where its action is not configured."""


class Outcomes:
    """What became of a claim."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write_plan(self, claim: Claim, plan: Mapping[str, Any]) -> None:
        """Store the plan ahead of every write.

        Raises:
            LeaseLost: the claim is not ours any more.
            StoreError: the stored plan has an effect that was sent or applied, and this one forgets it.
        """
        self._session.write("write_plan", claim, plan=values.jsonb(plan))

    def effect_sending(self, claim: Claim, effect_no: int, patch: Mapping[str, Any]) -> None:
        """Note that an effect is about to be sent; extends the lease.

        Raises:
            LeaseLost: the claim is not ours any more; it must not be sent.
            StoreError: the plan has no such effect, or it is ticked off already.
        """
        self._session.write(
            "effect_sending",
            claim,
            effect_no=effect_no,
            patch=values.jsonb(patch),
            lease_seconds=claim.lease_seconds,
        )

    def effect_settled(
        self, claim: Claim, effect_no: int, state: Settled, patch: Mapping[str, Any]
    ) -> None:
        """Tick an effect off, or note that it is still to do or in doubt.

        Raises:
            LeaseLost: the claim is not ours any more.
            StoreError: no such effect, or it is ticked off already.
            ValueError: not a state that an effect can settle in.
        """
        if state not in SETTLED:
            raise ValueError(f"an effect can't settle as {state!r}")
        self._session.write(
            "effect_settled",
            claim,
            effect_no=effect_no,
            state=_STATE.get(state, state),
            event=f"effect_{state}",
            patch=values.jsonb(patch),
        )

    def in_doubt(self, claim: Claim) -> bool:
        """Whether something of its plan was sent and is not settled, by the row and not by memory."""
        found = self._session.rows("in_doubt", {"log_id": claim.log_id, "token": claim.token})
        return bool(found and found[0]["in_doubt"])

    def note(
        self, claim: Claim, event: str, effect_no: int | None, detail: Mapping[str, Any]
    ) -> None:
        """Add a line to the history only.

        Raises:
            LeaseLost: the claim is not ours any more.
        """
        self._session.write(
            "note", claim, event=event, effect_no=effect_no, detail=values.jsonb(detail)
        )

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
        """Record a good outcome, the lines it wants told, and the lines that it has told.

        Args:
            claim: the claim.
            status: the outcome.
            message: one sentence.
            metadata: what was found.
            lines: what is to be told.
            covers: the lines that were told.
            again: when the pair is due again; None: never by itself.
            wakes: the actions that are due on the ticket once this one is completed, if their rule
                turned them away.

        Raises:
            LeaseLost: the claim is not ours any more; nothing was recorded.
        """
        if status not in {"completed", "skipped"}:
            raise ValueError(f"{status!r} is no good outcome")
        told = {"message": message} if message else {}
        self._session.write(
            "finish",
            claim,
            status=status,
            metadata=values.jsonb({**metadata, **told}),
            lines=[values.text(line) for line in lines],
            covers=list(covers),
            look_again_at=again.at if again else None,
            next_occurrence=again.occurrence if again else None,
            rule_hash=again.rule_hash if again else None,
            wakes=list(wakes),
        )

    def withdraw(self, claim: Claim, why: str) -> None:
        """Nobody here wants it any more: leave no row, or ``skipped`` if an earlier outcome stands there.

        Whoever still wants it asks it anew, as if its rule were another: it may have been waiting.

        Raises:
            LeaseLost: the claim is not ours any more; nothing was recorded.
        """
        given = {"log_id": claim.log_id, "token": claim.token, "why": why}
        if not self._session.rows("forget", given):
            self.finish(
                claim,
                "skipped",
                message=why,
                metadata={"details": {}},
                again=LookAgain(claim.due_at, claim.occurrence, WITHDRAWN),
            )

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
        """Record a failed attempt; due again after ``retry_seconds`` doubled for each attempt before.

        ``rule_hash``: of the rule, if that is what failed: another one asks anew, and so does a change
        of the ticket.

        Raises:
            LeaseLost: the claim is not ours any more; nothing was recorded.
        """
        self._session.write(
            "fail",
            claim,
            error=values.text(error),
            metadata=values.jsonb(metadata),
            lines=[values.text(line) for line in lines],
            final=final,
            retry_seconds=float(retry_seconds),
            max_attempts=max_attempts,
            rule_hash=rule_hash,
        )

    def park(
        self,
        claim: Claim,
        reason: str,
        *,
        metadata: Mapping[str, Any],
        lines: Sequence[str] = (),
    ) -> None:
        """Hold it for a person as ``needs_review``.

        Raises:
            LeaseLost: the claim is not ours any more; nothing was recorded.
        """
        self._session.write(
            "park",
            claim,
            reason=values.text(reason),
            metadata=values.jsonb(metadata),
            lines=[values.text(line) for line in lines],
        )

    def resolve(self, log_id: UUID, *, done: bool, who: str) -> Resolved:
        """Settle what was parked: it is done, or it is to be tried again now.

        Done settles what was in doubt; effects of the same plan that were never sent become due.

        Raises:
            StoreError: the row is not parked.
        """
        name = "resolve_done" if done else "resolve_retry"
        settled = self._session.rows(name, {"log_id": log_id, "who": values.text(who)})
        if not settled:
            raise StoreError(
                f"{log_id} is not held for review.",
                "`ticket-queue-daemon ticket ID` shows how each action of a ticket stands.",
            )
        return Resolved(due=settled[0]["status"] == "failed", lines=settled[0]["lines"])
