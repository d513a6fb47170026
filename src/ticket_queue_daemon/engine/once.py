"""What an action does once for several tickets: the first that has a plan for it gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.admission import AFTER_OTHERS
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.engine.planning import Declined
from ticket_queue_daemon.store.rows import LookAgain

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.rules.rule import Rule
    from ticket_queue_daemon.store.rows import Claim
    from ticket_queue_daemon.store.tracker import StateTracker


def once(
    tracker: StateTracker, reader: TicketReader, claim: Claim, rule: Rule, plan: Plan
) -> Plan | Declined:
    """The plan, unless another ticket has what its action does once.

    Raises:
        LeaseLost: the claim is not ours any more.
    """
    subject = subject_of(rule, reader)
    if isinstance(subject, Declined) or not subject:
        return subject or plan
    holder, is_open = tracker.take_once(claim, subject)
    if holder == reader.ticket_id:
        return plan
    return held(rule, holder, reader.directory.now() + AFTER_OTHERS if is_open else None)


def subject_of(rule: Rule, reader: TicketReader) -> str | Declined:
    """What the rule lets act once for; "" if that is the ticket; or that the ticket has no such thing."""
    if rule.once_per == "ticket":
        return ""
    try:
        return rule.subject(reader.ticket().requestor_uid, reader.directory.now())
    except LookupError as error:
        return Declined(str(error), Plan(), again=LookAgain(rule_hash=rule.hash))


def held(rule: Rule, holder: int, again: datetime | None = None) -> Declined:
    """Another ticket has it; ``again``: when to see whether it still has."""
    reason = f"once per {rule.once_per}: ticket {holder} has it"
    return Declined(reason, Plan(), again=LookAgain(again, rule_hash=rule.hash))
