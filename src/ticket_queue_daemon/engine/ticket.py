"""START HERE: one ticket's whole life in a run, from top to bottom.

::

    claim ── plan ── (a dry run ends here) ── write ahead ── apply ── record ── summarise

It does not matter when the lights go out: each step is committed before the next begins, and what
was left behind is claimed again when its lease has run out and enters by this same door, with its
stored plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.admission import FOR_GOOD, WAITS, after_done
from ticket_queue_daemon.engine.applying import Applier
from ticket_queue_daemon.engine.checkpoints import Checkpoint, reach
from ticket_queue_daemon.engine.correcting import note_corrections
from ticket_queue_daemon.engine.expected import PlanChanged
from ticket_queue_daemon.engine.line import TdxAway
from ticket_queue_daemon.engine.once import once
from ticket_queue_daemon.engine.outcome import Ended, Outcome, judge
from ticket_queue_daemon.engine.plan import Plan, is_under_way
from ticket_queue_daemon.engine.planning import Declined, Turn, Unsuccessful, make_plan
from ticket_queue_daemon.errors import DaemonError, LeaseLost, Stopped, StoreError, TdxError
from ticket_queue_daemon.observe.events import ActionFinished, Note, TicketFinished, TicketStarted
from ticket_queue_daemon.rules.calendar import NoBusinessTime
from ticket_queue_daemon.rules.conditions import ConditionFailed
from ticket_queue_daemon.store.undo import UNDO
from ticket_queue_daemon.tdx.errors import is_away, is_final, may_be_one_tickets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.line import Line
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.store.rows import Claim, LookAgain


@dataclass(slots=True)
class TicketWork:
    """One ticket on the line.

    Attributes:
        modified: the ticket's modified date as the report has it, which was read before all else.
        undecided: how many attempts failed since a rule could not be decided.
    """

    line: Line
    reader: TicketReader
    modified: datetime | None = None
    outcomes: list[str] = field(default_factory=list)
    done: dict[str, str] = field(default_factory=dict)
    undecided: int = 0
    shared: dict[str, Any] = field(default_factory=dict)

    @property
    def ticket_id(self) -> int:
        """The ticket."""
        return self.reader.ticket_id

    def run(self, action_ids: Sequence[str]) -> list[str]:
        """Carry out the pending actions in order, then tell what was done.

        Args:
            action_ids: what the poll found pending here; may name actions that are no longer
                configured but whose stored plan is to be finished.

        Returns:
            the outcome word of each action that was carried out.

        Raises:
            StoreError: the database is away; nothing more was sent.
            TdxAway: TDX is away; what was claimed is given back.
        """
        self.line.observer.on_event(TicketStarted(self.ticket_id))
        claims = self._claim(action_ids)
        reach(Checkpoint.CLAIMED)
        held = list(claims)
        try:
            for claim in claims:
                if self.line.stopping():
                    break
                self._carry_out(claim, self.line.bound(claim.action_id))
                held.remove(claim)
            else:
                self._summarise()
        except LeaseLost as lost:
            held.clear()
            self.outcomes.append("lease_lost")
            told = ActionFinished(self.ticket_id, "", "lease_lost", lost.message, 0.0)
            self.line.observer.on_event(told)
        finally:
            self._give_back(held)
            self.line.leases.forget(claims)
        reach(Checkpoint.TICKET_DONE)
        self.line.observer.on_event(TicketFinished(self.ticket_id))
        return self.outcomes

    def _claim(self, action_ids: Sequence[str]) -> list[Claim]:
        line, wanted = self.line, set(action_ids)
        since = line.clock.monotonic()
        waiting = line.waiting(self.ticket_id, wanted)
        self.done |= dict.fromkeys(waiting, WAITS)
        configured = [
            bound.key
            for bound in line.actions
            if bound.key.action_id in wanted - waiting and not bound.key.summarises
        ]
        known = {bound.key.action_id for bound in line.actions}
        claims: list[Claim] = []
        if orphans := [action_id for action_id in action_ids if action_id not in known]:
            claims += line.tracker.claim_recovery(
                self.ticket_id,
                orphans,
                queue=line.queue,
                run_id=line.run_id,
                lease_seconds=line.limits.lease_seconds,
            )
        if configured:
            claims += line.tracker.claim(
                self.ticket_id,
                configured,
                queue=line.queue,
                run_id=line.run_id,
                lease_seconds=line.limits.lease_seconds,
                modified=self.modified,
            )
        line.leases.watch(claims, since)
        return claims

    def _carry_out(self, claim: Claim, bound: BoundAction | None) -> None:
        """Plan, write ahead, apply, record: one action on this ticket."""
        started = self.line.clock.monotonic()
        fresh = not is_under_way(claim.plan)
        if fresh and bound is not None and not self.line.lets(bound):
            self.done[claim.action_id] = WAITS
            self._give_back([claim])
            return
        try:
            ended = self._attempt(claim, bound, fresh=fresh)
        except PlanChanged as changed:
            self._give_back([claim])
            self.line.observer.on_event(Note("warning", changed.message))
            return
        if fresh and bound is not None and ended.outcome == "skipped":
            self.line.share.put_back(bound)
        reach(Checkpoint.RECORDED)
        self.outcomes.append(ended.outcome)
        self.done[claim.action_id] = FOR_GOOD if ended.final else ended.outcome
        self.line.observer.on_event(
            ActionFinished(
                self.ticket_id,
                claim.action_id,
                ended.outcome,
                ended.message,
                self.line.clock.monotonic() - started,
                ended.final,
                ended.reason,
            )
        )

    def _attempt(self, claim: Claim, bound: BoundAction | None, *, fresh: bool) -> Ended:
        try:
            if claim.claims > self.line.limits.max_attempts:
                died = f"the daemon died {claim.claims - 1} times while it worked on this"
                return self._fail(claim, died, final=True)
            if fresh:
                plan = self._plan_through_hiccups(claim, bound)
                if not isinstance(plan, Plan):
                    return plan
                stored = plan.stored()
                self.line.tracker.write_plan(claim, stored)
                reach(Checkpoint.WRITTEN_AHEAD)
            else:
                stored = claim.plan or {}
                plan = Plan.read(stored)
                self.line.hold(claim, bound, plan, stored=True)
            return self._apply(claim, bound, plan, stored, fresh=fresh)
        except (StoreError, TdxAway, Stopped, PlanChanged):
            raise
        except TdxError as error:
            if self._is_away(error):
                raise TdxAway(error.message, error.advice) from error
            return self._fail(claim, error.message, final=is_final(error))
        except DaemonError as error:
            why = f"{error.message} {error.advice}".strip()
            asked = bound if isinstance(error, (ConditionFailed, NoBusinessTime)) else None
            return self._fail(
                claim, why, final=error.final, rule=asked.rule.hash if asked else None
            )
        except Exception as error:  # noqa: BLE001  a plug-in's bug fails its ticket, never the run
            kind = type(error).__name__
            return self._fail(
                claim, f"{kind}: {error}", final=False, reason=f"{kind} in the action"
            )

    def _plan_through_hiccups(self, claim: Claim, bound: BoundAction | None) -> Plan | Ended:
        """Plan; once more if TDX seemed away and answers again, so that no attempt is counted."""
        try:
            return self._plan(claim, bound)
        except TdxError as error:
            if not is_away(error) or self._is_away(error):
                raise
            return self._plan(claim, bound)

    def _plan(self, claim: Claim, bound: BoundAction | None) -> Plan | Ended:
        """The plan, or how the attempt ended when there is nothing to apply."""
        if bound is None:
            self.line.tracker.withdraw(claim, why := "the action is no longer configured")
            return Ended("skipped", why)
        made = make_plan(
            bound,
            self.reader,
            dry_run=False,
            summaries=[(line.line_id, line.text) for line in claim.lines],
            log_id=claim.log_id,
            turn=Turn(claim.occurrence, claim.due_at, claim.done_before),
            shared=self.shared,
            outcomes=self.done,
        )
        made = self.line.settle(claim, bound, made)
        if isinstance(made, Plan):
            made = once(self.line.tracker, self.reader, claim, bound.rule, made)
        note_corrections(self.line, self.reader, claim)
        reach(Checkpoint.PLANNED)
        if isinstance(made, Declined):
            # What a summary declines to tell is settled too, or it would be asked for ever.
            return self._finish(
                claim,
                "skipped",
                made.reason,
                dict(made.plan.details),
                lines=made.lines,
                covers=made.plan.lines,
                again=made.again or after_done(bound.rule, claim, claim.db_now),
            )
        if isinstance(made, Unsuccessful):
            return self._fail(claim, made.reason, final=False, details=dict(made.plan.details))
        return made

    def _apply(
        self,
        claim: Claim,
        bound: BoundAction | None,
        plan: Plan,
        stored: Mapping[str, Any],
        *,
        fresh: bool,
    ) -> Ended:
        line = self.line
        applier = Applier(
            doors=line.doors,
            tracker=line.tracker,
            clock=line.clock,
            reader=self.reader,
            observer=line.observer,
            settle_seconds=line.limits.settle_seconds,
            deadline=line.leases.deadline,
            lost=line.lost,
        )
        applied = applier.apply(claim, plan, stored, fresh=fresh)
        away = next((one.away for one in applied.now if one.away is not None), None)
        if away is not None and self._is_away(away):
            raise TdxAway(away.message, away.advice)
        last = claim.attempts + 1 >= line.limits.max_attempts
        return self._record(claim, bound, plan, judge(plan, applied, last_attempt=last))

    def _record(
        self, claim: Claim, bound: BoundAction | None, plan: Plan, outcome: Outcome
    ) -> Ended:
        line = self.line
        outcome = outcome.untold() if claim.action_type == UNDO else outcome
        match outcome.status:
            case "completed":
                return self._finish(
                    claim,
                    "completed",
                    outcome.message,
                    outcome.metadata,
                    lines=outcome.lines,
                    covers=plan.lines,
                    again=after_done(bound.rule, claim, claim.db_now) if bound else None,
                )
            case "needs_review":
                line.tracker.park(
                    claim, outcome.message, metadata=outcome.metadata, lines=outcome.lines
                )
                return Ended("needs_review", outcome.message, reason=outcome.reason)
            case _:
                return self._fail(
                    claim,
                    outcome.message,
                    final=outcome.status == "failed_for_good",
                    details=outcome.metadata,
                    lines=outcome.lines,
                    reason=outcome.reason,
                )

    def _is_away(self, error: TdxError) -> bool:
        """Whether TDX as a whole is away.

        A page or a 503 may be about this ticket alone (a filter before TDX that dislikes its
        text); then TDX still answers for our account, and the ticket must not stop the queue.
        """
        return is_away(error) and not (may_be_one_tickets(error) and self.line.tdx.answers())

    def _finish(
        self,
        claim: Claim,
        status: str,
        message: str,
        details: dict[str, Any],
        *,
        lines: Sequence[str] = (),
        covers: Sequence[int] = (),
        again: LookAgain | None = None,
    ) -> Ended:
        metadata = details if "details" in details else {"message": message, "details": details}
        self.line.tracker.finish(
            claim,
            "completed" if status == "completed" else "skipped",
            message=message,
            metadata=metadata,
            lines=lines,
            covers=covers,
            again=again,
            wakes=self.line.dependents(claim.action_id),
        )
        return Ended(status, message)

    def _fail(
        self,
        claim: Claim,
        error: str,
        *,
        final: bool,
        details: dict[str, Any] | None = None,
        lines: Sequence[str] = (),
        reason: str = "",
        rule: str | None = None,
    ) -> Ended:
        """Record a failed attempt; what may have been applied is never failed for good."""
        limits = self.line.limits
        self.undecided += rule is not None
        last = final or claim.attempts + 1 >= limits.max_attempts
        if last and self.line.tracker.in_doubt(claim):
            self.line.tracker.park(claim, error, metadata=details or {}, lines=lines)
            return Ended("needs_review", error, reason=reason)
        self.line.tracker.fail(
            claim,
            error,
            metadata=details or {},
            lines=lines,
            final=final,
            retry_seconds=limits.retry_seconds,
            max_attempts=limits.max_attempts,
            rule_hash=rule,
        )
        return Ended("failed", error, last, reason)

    def _summarise(self) -> None:
        """Tell what was done here and not yet told, by each summarising action in turn."""
        line = self.line
        for bound in line.actions:
            if not line.tells(self.ticket_id, bound):
                continue
            since = line.clock.monotonic()
            claim = line.tracker.claim_summary(
                self.ticket_id,
                bound.key,
                queue=line.queue,
                run_id=line.run_id,
                lease_seconds=line.limits.lease_seconds,
            )
            if claim is None:
                continue
            line.leases.watch([claim], since)
            reach(Checkpoint.SUMMARY_CLAIMED)
            try:
                self._carry_out(claim, bound)
            except TdxAway:
                self._give_back([claim])
                raise
            finally:
                line.leases.forget([claim])
            reach(Checkpoint.SUMMARY_RECORDED)

    def _give_back(self, claims: Sequence[Claim]) -> None:
        """Let anyone take up what we did not get to, at once instead of after the lease."""
        for claim in claims:
            try:
                self.line.tracker.release(claim)
            except StoreError:
                # The lease runs out by itself; that is what it is for.
                return
