"""``resume``: a person lets the work on a paused queue go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.queue_names import meant_queue
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.orders import EVERY_QUEUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.orders import QueuePause


def resume(session: Session) -> ExitCode:
    """End the pause of one queue, or every pause.

    Raises:
        ConfigError: the queue is paused with all the others, and is not to be resumed alone.
    """
    with session.open_app(need_tdx=False) as app:
        queue = meant_queue(session, app.orders)
        ended = app.orders.resume(queue)
        left = app.orders.paused(queue) if queue else []
    for one in ended:
        what = "Every queue" if one.queue == EVERY_QUEUE else one.queue
        session.terminal.say(f"{what} is resumed; it was paused by {one.paused_by}.")
    _refuse_left(queue, left)
    session.terminal.say(
        "Daemons go on with their next run; to begin at once: ticket-queue-daemon run-now"
        if ended
        else f"{queue or 'No queue'} was {'not ' if queue else ''}paused; nothing to do."
    )
    return ExitCode.DONE


def _refuse_left(queue: str | None, left: Sequence[QueuePause]) -> None:
    for one in left:
        raise ConfigError(
            f"{queue} rests all the same, since every queue is paused by {one.paused_by}.",
            "To resume all of them: ticket-queue-daemon resume",
        )
