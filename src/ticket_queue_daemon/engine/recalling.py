"""After a restore: was this sent in the span that the log has lost? Looked for before a first send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.effects.base import Look, Seen

if TYPE_CHECKING:
    from ticket_queue_daemon.effects.base import Effect, Sight
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.store.recovery import Lost
    from ticket_queue_daemon.store.rows import Claim

_CLOCKS: Final = timedelta(minutes=15)
"""Between the database's clock and TDX's."""


def recall(effect: Effect, reader: TicketReader, sight: Sight, lost: Lost) -> Look:
    """Whether an effect that was never sent, as far as the log knows, is there from before.

    A ticket that is younger than the restore has nothing from before; that is told by the ticket, which
    is read anyway, and saves the look.

    Raises:
        TdxError: the look did not succeed.
    """
    made = reader.ticket().created_date
    if made is not None and made > lost.began_at + _CLOCKS:
        return Look(Seen.NOT_THERE)
    return effect.recall(sight)


def is_younger(claim: Claim, lost: Lost) -> bool:
    """Whether its moment came only after the restore, so that it can't have been sent before."""
    return claim.due_at is not None and claim.due_at > lost.began_at


def restored(lost: Lost) -> str:
    """What to say once, when it is noticed."""
    return (
        "This database is another copy than the one that a daemon last worked by: it was restored, moved "
        f"or failed over. What was done since {lost.since:%Y-%m-%d %H:%M %Z} may be missing from it, so "
        "until {until:%Y-%m-%d} each comment and task is looked for in TDX before it is sent. "
        "If the backup was older: ticket-queue-daemon db recovered --since MOMENT; "
        "if nothing is missing: ticket-queue-daemon db recovered --over. See docs/backup.md."
    ).format(until=lost.until)
