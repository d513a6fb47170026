"""Whether the rule around an action lets it at a ticket now: yes, no, or not before a moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.store.rows import LookAgain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.rules.facts import Facts
    from ticket_queue_daemon.rules.rule import Rule
    from ticket_queue_daemon.store.rows import Claim

BY_THE_CLOCK = timedelta(hours=1)
"""How often a condition whose answer drifts is asked again of a ticket that does not change."""


AFTER_OTHERS = timedelta(minutes=5)
"""How often it is asked whether an action that is waited for is done."""


FOR_GOOD = "failed for good"
"""How an action stands that is not tried again by itself."""
WAITS = "waits"
"""How an action stands that could not get at the ticket in this run."""
_YET_TO_STOP = frozenset({"started", "failed", "needs_review", WAITS})


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The rule says no. ``again`` says when and under which rule it is asked anew."""

    reason: str
    again: LookAgain


def admit(
    rule: Rule,
    facts: Facts,
    *,
    occurrence: int = 1,
    due_at: datetime | None = None,
    done_before: bool = False,
) -> TurnedAway | None:
    """Ask a rule; what it does not need is not fetched.

    Args:
        rule: the rule.
        facts: the ticket's.
        occurrence: how often the action will then have acted on the ticket.
        due_at: when the occurrence was due; None: no moment was set.
        done_before: it has acted on the ticket before.

    Returns:
        why not, or None: the action may look at the ticket.

    Raises:
        ConditionFailed: the condition can't be decided for this ticket.
        NoBusinessTime: the calendar is closed for ten years on end.
        DaemonError: what the facts raise when they can't be fetched.
    """
    if missed := _by_occurrence(rule, facts.now, occurrence, due_at, done_before=done_before):
        return missed
    if rule.timing is not None:
        due = rule.timing.due(facts)
        if due is None:
            return _turned(rule, f"waits for {in_words(rule.timing.since)}, which has not happened")
        if due > facts.now:
            reason = f"waits until {moment(due)}: {rule.timing.after} after {in_words(rule.timing.since)}"
            return _turned(rule, reason, LookAgain(due, None, rule.hash))
    if rule.when is not None:
        verdict = rule.when.decide(facts)
        if not verdict.holds:
            by_the_clock = facts.now + BY_THE_CLOCK if rule.when.drifts else None
            return _turned(rule, verdict.because, LookAgain(by_the_clock, None, rule.hash))
    return None


def _by_occurrence(
    rule: Rule, now: datetime, occurrence: int, due_at: datetime | None, *, done_before: bool
) -> TurnedAway | None:
    if rule.repeat is None and done_before:
        return _turned(rule, "it was done here, and is not repeated any more")
    # Before the first one a moment that has not come is of no weight: the rule may be another one by now.
    waits = due_at is not None and (occurrence > 1 or (rule.timing is not None and due_at <= now))
    if rule.repeat is not None and due_at is not None and waits:
        coming = rule.occurrence(occurrence, due_at, now)
        if coming is None:
            return _turned(rule, f"occurrence {occurrence} is past, and there is no later one")
        if coming.due > now:
            return _turned(
                rule,
                f"{coming.missed} missed and left out; the next is due {moment(coming.due)}",
                LookAgain(coming.due, coming.number, rule.hash),
            )
    return None


def held_by_others(
    bound: BoundAction, statuses: Mapping[str, str], now: datetime
) -> TurnedAway | None:
    """Whether another action keeps this one off the ticket.

    Args:
        bound: the action.
        statuses: how the actions stand on this ticket, by action id, this run's outcomes among them;
            what is not tried again is :data:`FOR_GOOD`.
        now: the present.
    """
    for stopper in bound.stoppers:
        if statuses.get(stopper) == "completed":
            return _turned(bound.rule, f"{stopper} was done here, and stops those after it")
        if (status := statuses.get(stopper)) in _YET_TO_STOP:
            reason = f"{stopper} would stop it, and {_in_full(status)}"
            return _turned(bound.rule, reason, LookAgain(now + AFTER_OTHERS, None, bound.rule.hash))
    if not bound.depends_on or statuses.get(bound.depends_on) == "completed":
        return None
    status = statuses.get(bound.depends_on, "not done")
    reason = f"depends on {bound.depends_on}, which {_in_full(status)}"
    # When it is completed this one is woken, unless a person completes it.
    again = now + AFTER_OTHERS if status in _YET_TO_STOP else None
    return _turned(bound.rule, reason, LookAgain(again, None, bound.rule.hash))


def _in_full(status: str) -> str:
    if status == WAITS:
        return "waits for its turn here"
    return f"is {status.replace('_', ' ')} here"


def _turned(rule: Rule, reason: str, again: LookAgain | None = None) -> TurnedAway:
    return TurnedAway(reason, again or LookAgain(rule_hash=rule.hash))


def after_done(rule: Rule, claim: Claim, now: datetime) -> LookAgain | None:
    """When a repeating action is due again on a ticket, now that it was completed or skipped it; None: never.

    Args:
        rule: the rule.
        claim: the claim under which it was.
        now: the present.
    """
    due = min(claim.due_at or claim.claimed_at, claim.claimed_at)
    done = rule.occurrence(claim.occurrence, due, now)
    number, due = (done.number, done.due) if done and done.due <= now else (claim.occurrence, due)
    coming = rule.following(number, due, now)
    return None if coming is None else LookAgain(coming.due, coming.number)


def moment(when: datetime) -> str:
    """As a person's clock shows it."""
    return f"{when.astimezone():%Y-%m-%d %H:%M}"


def in_words(since: str) -> str:
    """``last_requestor_reply`` as people say it."""
    return f"the {since.replace('_', ' ')}" if "_" in since else f"it was {since}"
