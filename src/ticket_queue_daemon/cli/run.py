"""No command: one run of each queue, or runs for ever with ``--daemon``; a dry run shows the plans."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.resting import refuse_paused
from ticket_queue_daemon.cli.confirming import confirm_instance
from ticket_queue_daemon.cli.each_queue import each_queue
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.running import keep_running
from ticket_queue_daemon.cli.show import Show
from ticket_queue_daemon.cli.signals import stop_on_signals
from ticket_queue_daemon.cli.watchers import watching
from ticket_queue_daemon.errors import QueuePaused
from ticket_queue_daemon.observe.events import Paused

if TYPE_CHECKING:
    import threading

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.queues import QueueWork
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.hooks import ByQueue


def run(session: Session) -> ExitCode:
    """Work on the queues.

    Raises:
        DaemonError: what concerns the whole run; nothing was touched, or what was is recorded.
    """
    args = session.args
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        watchers = stack.enter_context(watching(session))
        app = stack.enter_context(session.open_app(need_tdx=True))
        if not session.settings.only_looks:
            confirm_instance(app.guard, args.confirm_instance, session.terminal)
        with watchers.over(session, app):
            if args.daemon:
                keep_running(session, app, stop, watchers)
                return ExitCode.DONE
            once = _Once(session, app, stop, watchers.by_queue())
            return each_queue(
                app.queues, once.run, session, lambda one, why: watchers.run_failed(one.name, why)
            )


@dataclass(frozen=True)
class _Once:
    """A single run of each queue."""

    session: Session
    app: App
    stop: threading.Event
    observers: ByQueue

    def run(self, work: QueueWork) -> ExitCode:
        """Run one, and show what came of it."""
        if self.stop.is_set():
            return ExitCode.INTERRUPTED
        dry_run, hooks = self.session.settings.dry_run, self.observers.of(work.name)
        try:
            if not dry_run:
                refuse_paused(self.app.orders, work.name)
            report = work.run_once(
                dry_run=dry_run,
                confirm=self.session.args.confirm,
                observer=hooks,
                stop=self.stop,
            )
        except QueuePaused as paused:
            # As a person wants it: no failure, and nobody is to be alerted.
            hooks.on_event(Paused("warning", paused.told))
            return ExitCode.DONE
        show = Show(self.session.terminal)
        of = work.name if len(self.app.queues) > 1 else ""
        if report.dry_run:
            show.plans(report, of)
        elif self.session.terminal.interactive:
            show.closing(report, of)
        return _exit_code(report, stopped=self.stop.is_set())


def _exit_code(report: RunReport, *, stopped: bool) -> ExitCode:
    if report.failed or report.held or report.held_back:
        return ExitCode.SOME_FAILED
    if stopped:
        return ExitCode.INTERRUPTED
    return ExitCode.SOME_FAILED if report.stopped else ExitCode.DONE
