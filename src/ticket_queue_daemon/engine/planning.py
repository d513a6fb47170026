"""Run one action against a recording facade; what comes out is a plan, or a reason not to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.allowing import check_plan
from ticket_queue_daemon.engine.facade import PREVIEW_LOG_ID, RecordingFacade
from ticket_queue_daemon.engine.merging import merged
from ticket_queue_daemon.engine.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.engine.reading import TicketReader

# StatusClass Completed and Cancelled (fact sheet 15).
CLOSED_CLASSES = frozenset({3, 4})


@dataclass(frozen=True, slots=True)
class Declined:
    """The action has nothing to do here; a value with a reason, not an error.

    ``lines``: what the action itself wants people told of it. A change that was planned and is
    left alone is never among them.
    """

    reason: str
    plan: Plan
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsuccessful:
    """The action itself says that it did not succeed."""

    reason: str
    plan: Plan


def make_plan(
    action: BaseAction,
    reader: TicketReader,
    *,
    dry_run: bool,
    summaries: Sequence[tuple[int, str]] = (),
    log_id: UUID = PREVIEW_LOG_ID,
    occurrence: int = 1,
    shared: dict[str, Any] | None = None,
) -> Plan | Declined | Unsuccessful:
    """Ask the action what it wants for the reader's ticket.

    Args:
        action: the action; its own exceptions pass through.
        reader: the ticket's reads of this run.
        dry_run: handed to the action; nothing here depends on it.
        summaries: (line id, text) of what is not yet told; for a summarising action.
        log_id: the claimed row.
        occurrence: from 1.
        shared: what the actions of this ticket and run share.

    Raises:
        ActionError: the action asks for two values of one member.
        NotAllowed: the plan holds an effect that may not be sent.
    """
    facade = RecordingFacade(reader, log_id=log_id, occurrence=occurrence)
    context = shared if shared is not None else {}
    context["ticket_id"] = reader.ticket_id
    # The seed's actions append to this list; a summarising action reads it.
    context["summaries"] = [text for _, text in summaries]
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
    if not result.success:
        return Unsuccessful(result.message or "the action reported no success, and no reason", plan)
    if result.skipped:
        # A summary's own line would ask for another summary, for ever.
        told = result.summary and not action.summarises
        return Declined(result.message, plan, (result.summary,) if told else ())
    if plan.effects and not action.on_closed and _is_closed(reader):
        return Declined("the ticket is closed; a change might reopen it, so it is left alone", plan)
    check_plan(plan.effects, reader.allowed)
    return plan


def _is_closed(reader: TicketReader) -> bool:
    return reader.ticket().status_class in CLOSED_CLASSES
