"""On how many tickets the configured actions would newly execute; nothing is changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.queues import QueueWork


@dataclass(frozen=True, slots=True)
class Reach:
    """Tickets now in the report, and by action id those on which it never executed."""

    tickets: int
    new: Mapping[str, int]


def reach(app: App, work: QueueWork) -> Reach:
    """One report call and one query for the pairs.

    Raises:
        InstanceMismatch: the database belongs to another TDX instance.
        ReportError, StoreError, TdxError: as in a run.
    """
    queue = work.queue
    app.check_instance()
    found = queue.tickets(app.tdx)
    pending = app.tracker.pending(queue.name, found.ids, queue.keys, found.modified)
    return Reach(len(found.ids), Counter(one.action_id for one in pending if one.why == "new"))
