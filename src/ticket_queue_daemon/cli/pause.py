"""``pause``: a person stops the work on a queue, or on all, for a while or until it is resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.queue_names import meant_queue
from ticket_queue_daemon.cli.resolve import whoever
from ticket_queue_daemon.store.orders import EVERY_QUEUE

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def pause(session: Session) -> ExitCode:
    """Pause, in the name of whoever typed it. Said again, the new reason and end count."""
    args = session.args
    with session.open_app(need_tdx=False) as app:
        made = app.orders.pause(
            meant_queue(session, app.orders) or EVERY_QUEUE,
            whoever(),
            reason=args.reason,
            until=args.until,
            span=args.span,
        )
    session.terminal.say(made.told)
    session.terminal.say("A run that is under way ends after the tickets in hand.")
    return ExitCode.DONE
