"""Run one action against a recording facade; what comes out is a plan, or a reason not to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.admission import TurnedAway, admit, held_by_others
from ticket_queue_daemon.engine.allowing import check_plan
from ticket_queue_daemon.engine.facade import PREVIEW_LOG_ID, RecordingFacade
from ticket_queue_daemon.engine.facts import TicketFacts
from ticket_queue_daemon.engine.merging import merged
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.store.rows import LookAgain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.actions.base import ActionResult
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.rules.rule import Rule

# StatusClass Completed and Cancelled (fact sheet 15).
CLOSED_CLASSES = frozenset({3, 4})


@dataclass(frozen=True, slots=True)
class Turn:
    """Which occurrence of an action a claim would be; see ``store.rows.Claim``."""

    occurrence: int = 1
    due_at: datetime | None = None
    done_before: bool = False


FIRST = Turn()


@dataclass(frozen=True, slots=True)
class Declined:
    """The action has nothing to do here; a value with a reason, not an error.

    ``lines``: what the action itself wants people told of it. A change that was planned and is
    left alone is never among them. ``again``: when it is looked at anew, if a rule turned it away.
    """

    reason: str
    plan: Plan
    lines: tuple[str, ...] = ()
    again: LookAgain | None = None


@dataclass(frozen=True, slots=True)
class Unsuccessful:
    """The action itself says that it did not succeed."""

    reason: str
    plan: Plan


def make_plan(
    bound: BoundAction,
    reader: TicketReader,
    *,
    dry_run: bool,
    summaries: Sequence[tuple[int, str]] = (),
    log_id: UUID = PREVIEW_LOG_ID,
    turn: Turn = FIRST,
    shared: dict[str, Any] | None = None,
    outcomes: Mapping[str, str] | None = None,
) -> Plan | Declined | Unsuccessful:
    """Ask the rule whether the action may look at the reader's ticket, and the action what it wants.

    Args:
        bound: the action; its own exceptions pass through.
        reader: the ticket's reads of this run.
        dry_run: handed to the action; nothing here depends on it.
        summaries: (line id, text) of what is not yet told; for a summarising action.
        log_id: the claimed row.
        turn: which occurrence it is.
        shared: what the actions of this ticket and run share.
        outcomes: what this run did on the ticket so far, by action id.

    Raises:
        ActionError: the action asks for two values of one member.
        ConditionFailed: the rule's condition can't be decided for this ticket.
        NotAllowed: the plan holds an effect that may not be sent.
    """
    reader.deciding(bound.key.action_id, log_id, turn.occurrence, turn.due_at, summaries)
    action = bound.action
    if turned := _turned_away(bound, reader, turn, outcomes or {}):
        return Declined(turned.reason, Plan(), again=turned.again)
    facade = RecordingFacade(reader, log_id=log_id, occurrence=turn.occurrence)
    context = shared if shared is not None else {}
    # The seed's actions append to this list; a summarising action reads it.
    context |= {"ticket_id": reader.ticket_id, "summaries": [text for _, text in summaries]}
    result = action.call(reader.ticket_id, facade, dry_run=dry_run, context=context)
    appended = () if action.summarises else tuple(str(line) for line in context["summaries"])
    plan = Plan(
        effects=merged(facade.effects),
        message=result.message,
        summary=(*appended, *((result.summary,) if result.summary else ())),
        details=result.details,
        lines=tuple(line_id for line_id, _ in summaries),
        on_unknown=action.on_unknown,
    )
    return _judged(bound, reader, plan, result)


def _judged(
    bound: BoundAction, reader: TicketReader, plan: Plan, result: ActionResult
) -> Plan | Declined | Unsuccessful:
    """What the action asked for, or why it is not to be carried out."""
    if not result.success:
        return Unsuccessful(result.message or "the action reported no success, and no reason", plan)
    if result.skipped:
        # A summary's own line would ask for another summary, for ever.
        told = result.summary and not bound.action.summarises
        if told and bound.rule.shadow:
            return _in_shadow(replace(plan, summary=(result.summary,)), bound.rule)
        return Declined(result.message, plan, (result.summary,) if told else ())
    if plan.effects and not bound.action.on_closed and _is_closed(reader):
        return Declined("the ticket is closed; a change might reopen it, so it is left alone", plan)
    check_plan(plan.effects, reader.allowed)
    if bound.rule.shadow:
        return _in_shadow(plan, bound.rule)
    return plan


def _turned_away(
    bound: BoundAction,
    reader: TicketReader,
    turn: Turn,
    outcomes: Mapping[str, str],
) -> TurnedAway | None:
    if bound.action.summarises:
        return None
    facts = TicketFacts.of(reader, bound.rule)
    return _held(bound, reader, facts.now, outcomes) or admit(
        bound.rule,
        facts,
        occurrence=turn.occurrence,
        due_at=turn.due_at,
        done_before=turn.done_before,
    )


def _held(
    bound: BoundAction, reader: TicketReader, now: datetime, outcomes: Mapping[str, str]
) -> TurnedAway | None:
    if not (bound.depends_on or bound.stoppers):
        return None
    before = reader.statuses()
    # What is skipped this time was done all the same if an earlier occurrence of it was.
    new = {name: one for name, one in outcomes.items() if before.get(name) != "completed"}
    return held_by_others(bound, {**before, **new}, now)


def _in_shadow(plan: Plan, rule: Rule) -> Declined:
    """What it would do is kept with the outcome; a rule without shadow asks the ticket anew."""
    would = [effect.describe() for effect in plan.effects]
    would += [f"tell: {line}" for line in plan.summary]
    details = {**plan.details, "in_shadow": would}
    return Declined(
        f"in shadow, nothing was sent; it would: {', '.join(would) or 'change nothing'}",
        Plan(details=details),
        again=LookAgain(rule_hash=rule.hash),
    )


def _is_closed(reader: TicketReader) -> bool:
    return reader.ticket().status_class in CLOSED_CLASSES
