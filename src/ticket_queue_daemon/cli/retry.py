"""``retry``: failed actions become due at once; what was applied is never forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def retry(session: Session) -> ExitCode:
    """Clear the failed actions of one ticket, or of all."""
    ticket_id: int | None = session.args.ticket
    with session.open_app(need_tdx=False) as app:
        made_due = app.tracker.clear_failed_actions(ticket_id)
    where = "" if ticket_id is None else f" on ticket {ticket_id}"
    if made_due:
        noun = "action is" if made_due == 1 else "actions are"
        session.terminal.say(
            f"{made_due} failed {noun} due now{where}; the next run takes up what is "
            "configured and whose ticket is in the report."
        )
    else:
        session.terminal.say(f"No failed action{where}; nothing was changed.")
    return ExitCode.DONE
