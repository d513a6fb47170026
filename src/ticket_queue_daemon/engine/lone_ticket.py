"""What a run would know of one ticket, for who looks at no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.reading import TicketReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.assets.lookup import RunAssets
    from ticket_queue_daemon.engine.queue import Queue
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient


def lone_reader(
    tdx: TdxClient,
    tracker: StateTracker,
    ticket_id: int,
    assets: RunAssets,
    paused: Mapping[str, str],
    queue: Queue | None,
    allowed: frozenset[str] | None,
) -> TicketReader:
    """The reader; the report is read only if a condition asks for its columns.

    Args:
        tdx: the client.
        tracker: the log.
        ticket_id: the ticket.
        assets: the asset catalogue.
        paused: the patterns that rest, and why.
        queue: the queue; None: it is not known.
        allowed: the kinds of effect that may be sent; None: every kind.

    Raises:
        ReportError: the report can't be read.
        TdxError: TDX is away.
    """
    row = None
    if queue is not None and queue.reads_rows:
        row = queue.tickets(tdx).rows.get(ticket_id)
    return TicketReader(
        tdx,
        ticket_id,
        assets,
        ours=tracker.our_assets,
        paused=paused,
        labs=tracker.hub_labs,
        row=row,
        queue=None if queue is None else queue.fact,
        bots=() if queue is None else queue.bots,
        statuses=tracker.statuses,
        allowed=allowed,
    )
