"""``baseline``: what is in the report now counts as done; TDX is not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def baseline(session: Session) -> ExitCode:
    """Mark, and say what was marked."""
    with session.open_app(need_tdx=True) as app:
        report = app.baseline()
        names = [action.get_action_id() for action in app.actions]
    session.terminal.say(
        f"Baseline: {report.tickets} tickets in the report, {report.rows} newly marked as done; "
        "nothing was changed in TDX. The configured actions:"
    )
    for name in names:
        session.terminal.say(f"  {name}")
    return ExitCode.DONE
