"""``release``: a person lets an action go that was held back for the number of its tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.resolve import whoever

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def release(session: Session) -> ExitCode:
    """Release it for as many tickets as it was held for, in the name of whoever typed it.

    Raises:
        ConfigError: it is not held back.
    """
    action_id, who = session.args.action_id, whoever()
    with session.open_app(need_tdx=False) as app:
        released = app.tracker.anomalies.release(action_id, who)
    for one in released:
        session.terminal.say(
            f"{action_id} is released by {who} for {one.tickets} tickets of {one.queue}: the next run "
            "carries it out, once; after that its own history counts again."
        )
    return ExitCode.DONE
