"""Apply a stored plan's effects in order: mark sent, do, tick off; and after doubt, look.

One effect goes through at most this line::

    planned ── look first? ── mark sent (committed) ── do ─┬─ applied ─────────── tick off
                                                           ├─ not applied, later ─ back to planned
                                                           ├─ not applied, ever ── refused
                                                           └─ in doubt ─ wait, look ─┬ there: tick off
                                                                                     ├ not there: send again
                                                                                     └ can't tell: park

Nothing is sent unless the mark before it was committed under a live lease.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.effects.base import Seen, Sight
from ticket_queue_daemon.engine.allowing import refusal
from ticket_queue_daemon.engine.checkpoints import Checkpoint, reach
from ticket_queue_daemon.engine.plan import DONE_STATES
from ticket_queue_daemon.engine.recalling import is_younger, recall
from ticket_queue_daemon.errors import LeaseLost, OutsideError, TdxError
from ticket_queue_daemon.observe.events import EffectSettled
from ticket_queue_daemon.tdx.errors import Delivery, delivery_of, is_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.effects.base import Doors, Effect, Look
    from ticket_queue_daemon.engine.plan import Plan
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.recovery import Lost
    from ticket_queue_daemon.store.rows import Claim, Settled
    from ticket_queue_daemon.store.tracker import StateTracker


FULL_WAIT = 0.9
"""The share of a wait after which it counts as waited; clocks and timers are not exact."""


class End(enum.Enum):
    """How an effect stands when this attempt is over."""

    APPLIED = "applied"
    ALREADY_THERE = "already there"
    REFUSED = "refused"
    POSTPONED = "postponed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EffectEnd:
    """One effect's end in this attempt, with the words to say why."""

    effect: Effect
    end: End
    reason: str = ""
    away: TdxError | None = None
    """The error that says that TDX as a whole is away, not just this effect."""
    later: bool = False
    """For UNKNOWN: another look may still tell."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan's effects: those settled before this attempt, and those met in it.

    Attributes:
        told: on the ticket since an earlier attempt, whose outcome told people of them.
        untold: on the ticket since an earlier attempt that died before it could tell.
        now: met in this attempt.
    """

    told: tuple[Effect, ...] = ()
    untold: tuple[Effect, ...] = ()
    now: tuple[EffectEnd, ...] = ()

    def ended(self, *ends: End) -> list[EffectEnd]:
        """The effects of this attempt that ended in one of ``ends``."""
        return [one for one in self.now if one.end in ends]

    @property
    def to_tell(self) -> list[Effect]:
        """What is on the ticket and nobody has been told of, in the plan's order."""
        return [*self.untold, *(one.effect for one in self.ended(End.APPLIED, End.ALREADY_THERE))]

    @property
    def count(self) -> int:
        """How many of the plan's effects were met at all."""
        return len(self.told) + len(self.untold) + len(self.now)


@dataclass(slots=True)
class Applier:
    """Carries out the plan of one claim.

    Attributes:
        settle_seconds: the growing waits before each look at an effect in doubt.
        deadline: the moment, on ``clock.monotonic``, at which the lease of a claim may be over.
        lost: what was done since a backup and may be missing from the log; None: nothing.
    """

    doors: Doors
    tracker: StateTracker
    clock: Clock
    reader: TicketReader
    observer: Observer
    settle_seconds: Sequence[float]
    deadline: Callable[[Claim], float]
    lost: Lost | None = None

    def apply(self, claim: Claim, plan: Plan, stored: Mapping[str, Any], *, fresh: bool) -> Applied:
        """Send what is not settled yet, one by one.

        A refused effect does not stop the ones after it; TDX being away does.

        Args:
            claim: the claim whose row holds the plan.
            plan: the plan, read from the row.
            stored: the plan as it stands on the row.
            fresh: the plan was made a moment ago, so what it was planned on was just read.

        Raises:
            LeaseLost: another daemon may own the work; nothing more is sent.
            StoreError: the database is away; nothing more is sent.
        """
        known = set(stored.get("told", ()))
        # What a person told to send again is not looked for once more, in a plan made anew neither.
        told_to = "resolved" in stored or "resolved" in (claim.plan or {})
        told: list[Effect] = []
        untold: list[Effect] = []
        now: list[EffectEnd] = []
        for number, (effect, row) in enumerate(zip(plan.effects, stored["effects"], strict=True)):
            if row["state"] in DONE_STATES:
                (told if number in known else untold).append(effect)
                continue
            end = None if told_to else self._recall(claim, number, effect, row)
            end = end or self._drive(claim, number, effect, row, plan.on_unknown, fresh=fresh)
            now.append(end)
            if end.away is not None:
                break
        reach(Checkpoint.APPLIED)
        return Applied(tuple(told), tuple(untold), tuple(now))

    def _recall(
        self, claim: Claim, number: int, effect: Effect, row: dict[str, Any]
    ) -> EffectEnd | None:
        """In a restored database: what was sent in the span that the log lost is not sent again."""
        if self.lost is None or row["state"] == "sent" or is_younger(claim, self.lost):
            return None
        try:
            tasks = frozenset(self.tracker.known_task_ids(claim.ticket_id))
            sight = replace(self._sight(claim, self.lost.since), foreign_task_ids=tasks)
            look = recall(effect, self.reader, sight, self.lost)
        except TdxError as error:
            return _postponed(effect, error)
        if look.seen is Seen.THERE:
            evidence = {**look.evidence, "recovered": True, "ours": True}
            self._settled(claim, number, effect, "already_there", evidence)
            return EffectEnd(effect, End.ALREADY_THERE)
        if look.seen is Seen.NOT_THERE:
            return None
        # As if it had been sent just now: then a person's word settles it, one way or the other.
        why = f"can't tell whether it was sent before the restore: {look.evidence.get('why', '')}"
        self.tracker.effect_sending(claim, number, {"tdx_time": self.lost.since.isoformat()})
        self._settled(claim, number, effect, "in_doubt", {"error": why})
        return EffectEnd(effect, End.UNKNOWN, why)

    def _drive(
        self,
        claim: Claim,
        number: int,
        effect: Effect,
        row: dict[str, Any],
        on_unknown: str,
        *,
        fresh: bool,
    ) -> EffectEnd:
        if row["state"] == "sent":
            return self._settle(claim, number, effect, row, on_unknown)
        if effect.needs_look or not fresh:
            try:
                look = effect.look(self._sight(claim, None))
            except TdxError as error:
                return _postponed(effect, error)
            if look.seen in (Seen.THERE, Seen.SUPERSEDED):
                return self._record_look(claim, number, effect, look)
        return self._send(claim, number, effect, on_unknown, row.get("sends", 0) + 1)

    def _send(
        self,
        claim: Claim,
        number: int,
        effect: Effect,
        on_unknown: str,
        sends: int,
        *,
        since: str | None = None,
        again: bool = False,
    ) -> EffectEnd:
        if why := refusal(effect, self.reader.allowed):
            # What was sent before may still be applied: then only a person can tell.
            if again:
                return EffectEnd(effect, End.UNKNOWN, why)
            self.tracker.effect_settled(claim, number, "refused", {"error": why})
            return EffectEnd(effect, End.REFUSED, why)
        # The look goes by the first send: an earlier one may still be applied.
        mark = {"tdx_time": since or self.doors.tdx.tdx_now().isoformat(), "sends": sends}
        self.tracker.effect_sending(claim, number, mark)
        reach(Checkpoint.EFFECT_MARKED_SENT)
        try:
            # Asked after every wait of the client (its pacing, a 429, a renewal), not only now.
            check = partial(self._still_ours, claim, effect)
            with self.doors.tdx.guarding(check):
                answer = effect.send(replace(self.doors, before=check))
        except (TdxError, OutsideError) as error:
            return self._answered_badly(claim, number, effect, error, on_unknown, mark, again=again)
        finally:
            self.reader.forget(*effect.stale_reads())
        reach(Checkpoint.EFFECT_DONE)
        self._settled(claim, number, effect, "applied", answer)
        reach(Checkpoint.EFFECT_TICKED_OFF)
        return EffectEnd(effect, End.APPLIED)

    def _still_ours(self, claim: Claim, effect: Effect) -> None:
        """Refuse to send once the lease may be over: whoever took over decides now."""
        if self.clock.monotonic() >= self.deadline(claim):
            raise LeaseLost(
                f"The lease on ticket {claim.ticket_id} ran out before {effect.describe()!r} was sent.",
                "Nothing to do: the work is taken up again after its lease.",
            )

    def _answered_badly(
        self,
        claim: Claim,
        number: int,
        effect: Effect,
        error: TdxError | OutsideError,
        on_unknown: str,
        mark: dict[str, Any],
        *,
        again: bool,
    ) -> EffectEnd:
        delivery = delivery_of(error)
        words = {"error": error.message}
        if delivery is Delivery.NEVER:
            self._settled(claim, number, effect, "refused", words)
            return EffectEnd(effect, End.REFUSED, error.message)
        if delivery is Delivery.LATER:
            # This send was not applied; one before it that was in doubt still may be, late.
            self._settled(claim, number, effect, "in_doubt" if again else "postponed", words)
            return _postponed(effect, error)
        self._settled(claim, number, effect, "in_doubt", words)
        return self._settle(claim, number, effect, mark, on_unknown, again=again)

    def _settle(
        self,
        claim: Claim,
        number: int,
        effect: Effect,
        row: dict[str, Any],
        on_unknown: str,
        *,
        again: bool = False,
    ) -> EffectEnd:
        """Find out whether an effect that was sent is there: wait, look, and wait longer.

        TDX may apply late, so "not there" counts only after the last wait. The waits are counted
        from now, whatever the age of the mark: the request may have left long after it.
        """
        if effect.repeatable or on_unknown == "repeat":
            return self._send_again(claim, number, effect, row, on_unknown, again=again)
        not_before = datetime.fromisoformat(row["tdx_time"]) if row.get("tdx_time") else None
        look: Look | None = None
        for pause in (effect.can_be_seen and self.settle_seconds) or (0.0,):
            if not self._waited(pause):
                told = TdxError("Told to stop before a lost answer could be settled.")
                return EffectEnd(effect, End.UNKNOWN, told.message, told, later=True)
            try:
                look = effect.look(self._sight(claim, not_before))
            except TdxError as error:
                reason = f"the look did not succeed: {error.message}"
                return EffectEnd(effect, End.UNKNOWN, reason, _if_away(error), later=True)
            self.tracker.note(
                claim, "effect_looked_up", number, {"seen": look.seen.value, **look.evidence}
            )
            if look.seen in (Seen.THERE, Seen.SUPERSEDED):
                return self._record_look(claim, number, effect, look, sent=True)
        if look is not None and look.seen is Seen.NOT_THERE and on_unknown == "verify":
            return self._send_again(claim, number, effect, row, on_unknown, again=again)
        why = "it was not found, and this action is never repeated"
        if look is None or look.seen is Seen.CANNOT_TELL:
            why = str(look.evidence.get("why", "")) if look else "there was no time to look"
        return EffectEnd(effect, End.UNKNOWN, f"can't tell whether TDX applied it: {why}")

    def _waited(self, seconds: float) -> bool:
        """Wait; False when woken early, since "not there" would then be said too soon."""
        began = self.clock.monotonic()
        self.clock.sleep(seconds)
        return self.clock.monotonic() - began >= seconds * FULL_WAIT

    def _send_again(
        self,
        claim: Claim,
        number: int,
        effect: Effect,
        row: dict[str, Any],
        on_unknown: str,
        *,
        again: bool,
    ) -> EffectEnd:
        """Send once more in this attempt; an effect that is in doubt twice waits for the next."""
        sends = int(row.get("sends", 1))
        if again:
            reason = f"sent {sends} times and not seen applied"
            return EffectEnd(effect, End.UNKNOWN, reason, later=True)
        return self._send(
            claim, number, effect, on_unknown, sends + 1, since=row.get("tdx_time"), again=True
        )

    def _record_look(
        self, claim: Claim, number: int, effect: Effect, look: Look, *, sent: bool = False
    ) -> EffectEnd:
        # What is seen after a send of ours is taken for ours; else somebody was there before us.
        evidence = {**look.evidence, **({"ours": True} if sent else {})}
        if look.seen is Seen.SUPERSEDED:
            reason = "somebody has changed it since it was planned; their value stands"
            self._settled(claim, number, effect, "refused", {"error": reason, **evidence})
            return EffectEnd(effect, End.REFUSED, reason)
        self._settled(claim, number, effect, "already_there", evidence)
        return EffectEnd(effect, End.ALREADY_THERE)

    def _settled(
        self, claim: Claim, number: int, effect: Effect, answer: Settled, patch: Mapping[str, Any]
    ) -> None:
        """Note on the row how an effect was answered, and tell whoever counts."""
        self.tracker.effect_settled(claim, number, answer, patch)
        self.observer.on_event(EffectSettled(claim.ticket_id, effect.kind, answer))

    def _sight(self, claim: Claim, not_before: datetime | None) -> Sight:
        known = self.tracker.known_entry_ids(claim.ticket_id)
        return Sight(self.doors.tdx, not_before, frozenset(known))


def _postponed(effect: Effect, error: TdxError | OutsideError) -> EffectEnd:
    return EffectEnd(effect, End.POSTPONED, error.message, _if_away(error))


def _if_away(error: TdxError | OutsideError) -> TdxError | None:
    # A receiver that is away is away for its own effects only.
    return error if isinstance(error, TdxError) and is_away(error) else None
