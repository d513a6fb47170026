"""What a person took off a ticket after us, written down when planning has shown it anyway."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticket_queue_daemon.engine.line import Line
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.store.rows import Claim


def note_corrections(line: Line, reader: TicketReader, claim: Claim) -> None:
    """Note them, if the plan was made from the ticket's assets and from ours; costs no call."""
    known = reader.corrections_if_known()
    if known is None:
        return
    present, found = known
    # What we attached a moment ago may not show yet.
    settled = claim.db_now - timedelta(seconds=sum(line.limits.settle_seconds))
    line.tracker.note_corrections(
        reader.ticket_id, present, [one for one in found if one.decided_at <= settled]
    )
