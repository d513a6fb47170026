"""What a run would know of one ticket, for who looks at no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.rules.facts import QueueFact
from ticket_queue_daemon.tdx.reportrows import ticket_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ticket_queue_daemon.assets.lookup import RunAssets
    from ticket_queue_daemon.engine.cycle import Queue
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient


def lone_reader(
    tdx: TdxClient,
    tracker: StateTracker,
    ticket_id: int,
    assets: RunAssets,
    paused: Mapping[str, str],
    queue: Queue | None,
    bots: Collection[str],
    allowed: frozenset[str] | None,
) -> TicketReader:
    """The reader; the report is read only if a condition asks for its columns.

    Args:
        tdx: the client.
        tracker: the log.
        ticket_id: the ticket.
        assets: the asset catalogue.
        paused: the patterns that rest, and why.
        queue: the queue; None: no report is set.
        bots: whose doings do not count.
        allowed: the kinds of effect that may be sent; None: every kind.

    Raises:
        ReportError: the report can't be read.
        TdxError: TDX is away.
    """
    row = None
    if queue is not None and queue.reads_rows:
        report = tdx.reports.run(queue.report_id, id_column=queue.id_column)
        row = ticket_ids(report, queue.id_column, with_rows=True).rows.get(ticket_id)
    return TicketReader(
        tdx,
        ticket_id,
        assets,
        ours=tracker.our_assets,
        paused=paused,
        labs=tracker.hub_labs,
        row=row,
        queue=None if queue is None else QueueFact(queue.name, queue.report_id),
        bots=bots,
        statuses=tracker.statuses,
        allowed=allowed,
    )
