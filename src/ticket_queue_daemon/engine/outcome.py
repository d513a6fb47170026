"""What to record of an attempt: a pure reading of how its effects ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ticket_queue_daemon.engine.applying import End

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.engine.applying import Applied, EffectEnd
    from ticket_queue_daemon.engine.plan import Plan

Status = Literal["completed", "failed", "failed_for_good", "needs_review"]


class Ended(NamedTuple):
    """How an attempt ended, as observers are told it: see ``ActionFinished``."""

    outcome: str
    message: str
    final: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The row's next state, its message, and the lines that people are told.

    ``reason`` is the message without what the effects hold.
    """

    status: Status
    message: str
    lines: tuple[str, ...]
    metadata: dict[str, Any]
    reason: str = ""

    def untold(self) -> Outcome:
        """Without lines: of what the person who asked for it is told, and no summary."""
        return replace(self, lines=())


def judge(plan: Plan, applied: Applied, *, last_attempt: bool) -> Outcome:
    """Decide the outcome of a plan whose effects have all been met (or not, TDX being away).

    ``completed`` only if every effect is on the ticket. What is unknown is never called failed
    for good: on the last attempt it is parked for a person.
    """
    unknown = applied.ended(End.UNKNOWN)
    postponed = applied.ended(End.POSTPONED)
    refused = applied.ended(End.REFUSED)
    unsettled = [*unknown, *postponed]
    complete = applied.count == len(plan.effects)
    metadata = _metadata(plan, applied)
    if complete and not unsettled and not refused:
        lines = _partial_lines(applied, given_up=False) if applied.told else plan.summary
        return Outcome("completed", plan.message or _words(applied), lines, metadata)
    open_ends = [*unknown, *postponed, *refused]
    message = _reasons(open_ends)
    status: Status = "failed"
    if any(last_attempt or not one.later for one in unknown):
        status = "needs_review"
    elif complete and not unsettled:
        status = "failed_for_good"
    given_up = status == "failed_for_good" or (status == "failed" and last_attempt)
    # Whoever was told "not yet done" is told as well that it never will be.
    tells = applied.to_tell or (given_up and applied.told)
    lines = _partial_lines(applied, given_up=given_up) if tells else ()
    return Outcome(status, message, lines, metadata, _bare_reasons(open_ends))


def _partial_lines(applied: Applied, *, given_up: bool) -> tuple[str, ...]:
    """The truth about an attempt that did not do everything that its plan's summary says."""
    parts = []
    if applied.to_tell:
        parts.append("Done: " + ", ".join(effect.describe() for effect in applied.to_tell))
    later = applied.ended(End.POSTPONED, End.UNKNOWN)
    refused = applied.ended(End.REFUSED)
    if given_up:
        later, refused = [], [*later, *refused]
    if later:
        parts.append("Not yet done: " + ", ".join(one.effect.describe() for one in later))
    if refused:
        parts.append(
            "Not done: " + ", ".join(f"{one.effect.describe()} ({one.reason})" for one in refused)
        )
    return (". ".join(parts),) if parts else ()


def _words(applied: Applied) -> str:
    return ", ".join(effect.describe() for effect in applied.to_tell) or "nothing to change"


def _reasons(ends: Sequence[EffectEnd]) -> str:
    return "; ".join(f"{one.effect.describe()}: {one.reason}" for one in ends) or "interrupted"


def _bare_reasons(ends: Sequence[EffectEnd]) -> str:
    each = [f"{one.effect.kind.replace('_', ' ')}: {one.reason}" for one in ends]
    return "; ".join(dict.fromkeys(each)) or "interrupted"


def _metadata(plan: Plan, applied: Applied) -> dict[str, Any]:
    return {
        "message": plan.message,
        "details": dict(plan.details),
        "effects": [
            {"effect": one.effect.describe(), "end": one.end.value, "reason": one.reason}
            for one in applied.now
        ],
    }
