"""``run-now``: the daemons that wait begin their next run at once, on whichever machine they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.queue_names import meant_queue
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.orders import Process

STANDS_BY = "stands by"


def run_now(session: Session) -> ExitCode:
    """Wake them; returns when they are told, and does not wait for the run.

    Raises:
        DaemonError: no daemon is alive that could do it, or what it would do is paused.
    """
    with session.open_app(need_tdx=False) as app:
        queue = meant_queue(session, app.orders)
        at_work = [one for one in app.orders.processes(queue) if one.role != STANDS_BY]
        if not at_work:
            raise DaemonError(
                f"No daemon is alive{f' for {queue}' if queue else ''} at this database.",
                "Start one (systemctl start ticket-queue-daemon), or do a single run here: "
                "ticket-queue-daemon",
            )
        for name in sorted({one.queue for one in at_work}):
            for pause in app.orders.paused(name):
                raise DaemonError(f"Nothing is run now. {pause.told}")
            app.orders.run_now(name)
    for one in at_work:
        session.terminal.say(f"{one.queue}: {one.worker} {_does(one)}")
    return ExitCode.DONE


def _does(one: Process) -> str:
    if one.next_run_at is None:
        return "is at work; it runs again as soon as it is done."
    return "begins now."
