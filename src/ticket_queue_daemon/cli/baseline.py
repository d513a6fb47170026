"""``baseline``: what is in the reports now counts as done; TDX is not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.each_queue import each_queue
from ticket_queue_daemon.cli.exits import ExitCode

if TYPE_CHECKING:
    from ticket_queue_daemon.app.queues import QueueWork
    from ticket_queue_daemon.cli.session import Session


def baseline(session: Session) -> ExitCode:
    """Mark, queue by queue, and say what was marked.

    Raises:
        DaemonError: the only queue can't be marked; of several, the others are all the same.
    """
    with session.open_app(need_tdx=True) as app:
        several = len(app.queues) > 1

        def mark(work: QueueWork) -> ExitCode:
            report = work.baseline()
            of = f" of {work.name}" if several else ""
            session.terminal.say(
                f"Baseline{of}: {report.tickets} tickets in the report, {report.rows} newly marked "
                "as done; nothing was changed in TDX. The configured actions:"
            )
            for action in work.actions:
                session.terminal.say(f"  {action.get_action_id()}")
            return ExitCode.DONE

        return each_queue(app.queues, mark, session)
