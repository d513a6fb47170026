"""A dry run: the same line, stopped after the plan. Nothing is claimed, written or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.plan import Plan
from ticket_queue_daemon.engine.planning import Unsuccessful, make_plan
from ticket_queue_daemon.engine.report import PlanView
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.reading import TicketReader


def preview(
    reader: TicketReader, actions: Sequence[BoundAction], pending_ids: Collection[str]
) -> tuple[list[PlanView], list[str]]:
    """What would be done for one ticket, and the outcome words that it would have.

    The summary that would follow is made from the lines that the other plans would leave.
    """
    views: list[PlanView] = []
    outcomes: list[str] = []
    lines: list[str] = []
    shared: dict[str, Any] = {}
    for bound in actions:
        summarises = bound.key.summarises
        if not summarises and bound.key.action_id not in pending_ids:
            continue
        if summarises and bound.key.skip_if_empty and not lines:
            continue
        try:
            made = make_plan(
                bound.action,
                reader,
                dry_run=True,
                summaries=list(enumerate(lines)) if summarises else (),
                shared=shared,
            )
        except DaemonError as error:
            views.append(_view(reader, bound, Plan(), f"would fail: {error.message}"))
            outcomes.append("failed")
            continue
        except Exception as error:  # noqa: BLE001  a plug-in's bug is shown, and the rest goes on
            views.append(
                _view(reader, bound, Plan(), f"would fail: {type(error).__name__}: {error}")
            )
            outcomes.append("failed")
            continue
        if isinstance(made, Plan):
            lines += made.summary
            views.append(_view(reader, bound, made, made.message))
            outcomes.append("completed")
        else:
            failed = isinstance(made, Unsuccessful)
            views.append(
                _view(reader, bound, Plan(), f"{'would fail: ' if failed else ''}{made.reason}")
            )
            outcomes.append("failed" if failed else "skipped")
    return views, outcomes


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
