"""A dry run: the same line, stopped after the plan. Nothing is claimed, written or sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.admission import WAITS
from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.engine.planning import Unsuccessful, make_plan
from ticket_queue_daemon.engine.report import PlanView
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.engine.rehearsal import Rehearsal


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

    The summary that would follow is made from the lines that the other plans would leave.
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
            occurrence=turn.occurrence,
            due_at=turn.due_at,
            done_before=turn.done_before,
            shared=shared,
            outcomes=outcomes,
        )
        if isinstance(made, Plan):
            made = rehearsal.once(bound, reader, made)
    except DaemonError as error:
        return Look(_view(reader, bound, Plan(), f"would fail: {error.message}"), "failed")
    except Exception as error:  # noqa: BLE001  a plug-in's bug is shown, and the rest goes on
        reason = f"would fail: {type(error).__name__}: {error}"
        return Look(_view(reader, bound, Plan(), reason), "failed")
    if isinstance(made, Plan):
        view = _view(reader, bound, made, made.message)
        return Look(view, "completed", made.summary, made.details)
    if isinstance(made, Unsuccessful):
        view = _view(reader, bound, Plan(), f"would fail: {made.reason}")
        return Look(view, "failed", (), made.plan.details)
    view = _view(reader, bound, Plan(summary=made.lines), made.reason)
    return Look(view, "skipped", made.lines, made.plan.details)


def _view(reader: TicketReader, bound: BoundAction, plan: Plan, reason: str) -> PlanView:
    ticket = reader.ticket_if_known
    return PlanView(
        ticket_id=reader.ticket_id,
        title=ticket.title if ticket is not None and ticket.title else "",
        action_id=bound.key.action_id,
        effects=tuple(effect.describe() for effect in plan.effects),
        summary="; ".join(plan.summary),
        reason=reason,
    )
