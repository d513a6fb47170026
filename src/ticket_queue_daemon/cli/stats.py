"""``stats``: totals by status and by type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def stats(session: Session) -> ExitCode:
    """Count."""
    with session.open_app(need_tdx=False) as app:
        counted = app.tracker.get_action_stats()
    session.terminal.say(f"Total actions: {counted['total_actions']}")
    for heading, key in (("status", "by_status"), ("type", "by_type")):
        if counted[key]:
            session.terminal.table((heading, "actions"), sorted(counted[key].items()))
    return ExitCode.DONE
