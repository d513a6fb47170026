"""``ticket ID``: one ticket's story, from the database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.show import Show

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def ticket(session: Session) -> ExitCode:
    """Tell it; a ticket that the daemon never touched is said to be so."""
    with session.open_app(need_tdx=False) as app:
        Show(session.terminal).story(app, session.args.ticket_id)
    return ExitCode.DONE
