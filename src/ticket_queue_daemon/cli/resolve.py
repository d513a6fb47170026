"""``resolve``: a person settles what could not be known."""

from __future__ import annotations

import getpass
import socket
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.cli.session import Session

PARKED = "needs_review"


def resolve(session: Session) -> ExitCode:
    """Settle the parked actions of a ticket: they are done, or are to be tried again.

    Raises:
        ConfigError: none is parked there, or there are several and none was named.
    """
    args = session.args
    with session.open_app(need_tdx=False) as app:
        parked = [
            row
            for row in app.tracker.get_ticket_actions(args.ticket_id)
            if row["status"] == PARKED and args.action in (None, row["action_id"])
        ]
        row = _the_one(parked, args.ticket_id)
        app.tracker.resolve(UUID(str(row["log_id"])), done=args.done, who=_who())
    told = "is recorded as done" if args.done else "is due now; the next run sends what is missing"
    session.terminal.say(f"{row['action_id']} on ticket {args.ticket_id} {told}.")
    return ExitCode.DONE


def _the_one(parked: Sequence[dict[str, Any]], ticket_id: int) -> dict[str, Any]:
    if not parked:
        raise ConfigError(
            f"Nothing is held for review on ticket {ticket_id}.",
            f"How its actions stand: ticket-queue-daemon ticket {ticket_id}",
        )
    if len(parked) > 1:
        names = ", ".join(str(row["action_id"]) for row in parked)
        raise ConfigError(
            f"{len(parked)} actions are held for review on ticket {ticket_id}: {names}.",
            "Name one of them with --action.",
        )
    return parked[0]


def _who() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"
