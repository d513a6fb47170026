"""``resolve``: a person settles what could not be known: it is done, or is to be tried again."""

from __future__ import annotations

import getpass
import os
import socket
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.reports import Parked
    from ticket_queue_daemon.store.rows import Resolved

_SHORT = 8


def resolve(session: Session) -> ExitCode:
    """Settle one action that is held for review, in the name of whoever typed it.

    Raises:
        ConfigError: the id means none that is held, or more than one.
    """
    args, who = session.args, whoever()
    with session.open_app(need_tdx=False) as app:
        found = Reports(app.database).parked(args.id)
        row = _the_one(args.id, [one for one in found if args.action in (None, one.action_id)])
        settled = app.tracker.resolve(row.log_id, args.done, who)
    session.terminal.say(
        f"{row.action_id} on ticket {row.ticket_id} (log_id {str(row.log_id)[:_SHORT]}) is settled by "
        f"{who}: {_words(settled, done=args.done)}"
    )
    return ExitCode.DONE


def whoever() -> str:
    """The person at the keyboard, as in ``alice@desk12``."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # A container's user may have a number and no name.
        name = f"uid{os.getuid()}"
    return f"{name}@{socket.gethostname()}"


def _the_one(given: str, found: Sequence[Parked]) -> Parked:
    if not found:
        meant = f"on ticket {given}" if given.isdecimal() else f"whose log_id begins with {given!r}"
        raise ConfigError(
            f"Nothing is held for review {meant}.",
            "What is held, with its log_id: ticket-queue-daemon status",
        )
    if len(found) > 1:
        names = "\n".join(
            f"  {row.log_id}  ticket {row.ticket_id}  {row.action_id}" for row in found
        )
        raise ConfigError(
            f"{given} may mean {len(found)} actions that are held for review:\n{names}",
            "Name one of them by its log_id, or with --action.",
        )
    return found[0]


def _words(settled: Resolved, *, done: bool) -> str:
    if not done:
        return "due now; the next run takes it up."
    if settled.due:
        return (
            "what was in doubt counts as done; the rest of its plan is due now, and the next run "
            "takes it up."
        )
    if settled.lines:
        noun = "line" if settled.lines == 1 else "lines"
        return f"done; the next summary tells it ({settled.lines} {noun})."
    return "done."
