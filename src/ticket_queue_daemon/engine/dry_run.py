"""A dry run: the same line, stopped after the plan. Nothing is claimed, written or sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.admission import WAITS
from ticket_queue_daemon.engine.facts import TicketFacts
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.engine.planning import Unsuccessful, make_plan
from ticket_queue_daemon.engine.report import PlanView
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.engine.rehearsal import Rehearsal
    from ticket_queue_daemon.store.rows import LookAgain


@dataclass(frozen=True, slots=True)
class Look:
    """What one action would do to a ticket.

    Attributes:
        view: its plan in words.
        outcome: the outcome word that it would have.
        lines: what it would want told.
        details: what it found.
    """

    view: PlanView
    outcome: str
    lines: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


def preview(
    reader: TicketReader,
    actions: Sequence[BoundAction],
    pending_ids: Collection[str],
    rehearsal: Rehearsal,
) -> tuple[list[PlanView], list[str]]:
    """What would be done for one ticket, and the outcome words that it would have.

    The summary that would follow is made from the lines that the other plans would leave. What is
    over an action's limit waits, and comes to no outcome.
    """
    views: list[PlanView] = []
    outcomes: list[str] = []
    lines: list[str] = []
    shared: dict[str, Any] = {}
    done: dict[str, str] = {}
    for bound in actions:
        summarises = bound.key.summarises
        if not summarises and bound.key.action_id not in pending_ids:
            continue
        if summarises and bound.key.skip_if_empty and not lines:
            continue
        if not rehearsal.share.take(bound):
            done[bound.key.action_id] = WAITS
            views.append(_view(reader, bound, Plan(), over_limit(bound)))
            continue
        seen = look(bound, reader, lines if summarises else (), shared, rehearsal, done)
        if seen.outcome == "skipped":
            rehearsal.share.put_back(bound)
        done[bound.key.action_id] = seen.outcome
        lines += seen.lines
        views.append(seen.view)
        outcomes.append(seen.outcome)
    return views, outcomes


def look(
    bound: BoundAction,
    reader: TicketReader,
    lines: Sequence[str],
    shared: dict[str, Any],
    rehearsal: Rehearsal,
    outcomes: Mapping[str, str] | None = None,
) -> Look:
    """Let one action look at the ticket; never raises, since the rest is to go on.

    Args:
        bound: the action.
        reader: the ticket's reads.
        lines: what a summarising action is to tell.
        shared: what the actions of this ticket share.
        rehearsal: what the tickets leave each other.
        outcomes: what the actions before it would come to, by action id.
    """
    try:
        turn = rehearsal.turn(bound, reader.ticket_id)
        made = make_plan(
            bound,
            reader,
            dry_run=True,
            summaries=list(enumerate(lines)),
            turn=turn,
            shared=shared,
            outcomes=outcomes,
        )
        if isinstance(made, Plan):
            made = rehearsal.once(bound, reader, made)
    except DaemonError as error:
        return _failing(reader, bound, error.message)
    except Exception as error:  # noqa: BLE001  a plug-in's bug is shown, and the rest goes on
        return _failing(reader, bound, f"{type(error).__name__}: {error}")
    if isinstance(made, Unsuccessful):
        return _failing(reader, bound, made.reason, made.plan.details)
    if isinstance(made, Plan):
        plan, reason, lines, outcome, again = made, made.message, made.summary, "completed", None
    else:
        plan = Plan(summary=made.lines, details=made.plan.details)
        reason, lines, outcome, again = made.reason, made.lines, "skipped", made.again
    view = _view(reader, bound, plan, reason, outcome=outcome, again=again)
    return Look(view, outcome, tuple(lines), plan.details)


def over_limit(bound: BoundAction) -> str:
    """Why an action leaves a ticket to the next run."""
    return f"its limit of {bound.rule.limit} in a run is reached; the next run looks at it"


def _failing(
    reader: TicketReader,
    bound: BoundAction,
    why: str,
    details: Mapping[str, Any] | None = None,
) -> Look:
    view = _view(reader, bound, Plan(), f"would fail: {why}", outcome="failed")
    return Look(view, "failed", (), details or {})


def _view(
    reader: TicketReader,
    bound: BoundAction,
    plan: Plan,
    reason: str,
    *,
    outcome: str = "",
    again: LookAgain | None = None,
) -> PlanView:
    ticket = reader.ticket_if_known
    admitted = outcome == "completed" or (outcome == "skipped" and again is None)
    return PlanView(
        ticket_id=reader.ticket_id,
        title=ticket.title if ticket is not None and ticket.title else "",
        action_id=bound.key.action_id,
        effects=tuple(effect.describe() for effect in plan.effects),
        summary="; ".join(plan.summary),
        reason=reason,
        outcome=outcome,
        planned=plan.effects,
        condition=_let_through(reader, bound) if admitted else "",
        details=plan.details,
        again=again,
    )


def _let_through(reader: TicketReader, bound: BoundAction) -> str:
    """The deciding parts of a condition that held; all it reads was read, so this costs no call."""
    when = bound.rule.when
    if when is None or bound.key.summarises:
        return ""
    return when.decide(TicketFacts.of(reader, bound.rule)).because
