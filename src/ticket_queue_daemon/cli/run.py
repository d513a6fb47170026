"""No command: one run, or runs for ever with ``--daemon``; a dry run shows the plans."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.alerts import alerting
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.progress import ProgressObserver
from ticket_queue_daemon.cli.show import EachRun, Show
from ticket_queue_daemon.cli.signals import stop_on_signals
from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.events import Observer


def run(session: Session) -> ExitCode:
    """Work on the queue.

    Raises:
        DaemonError: what concerns the whole run; nothing was touched, or what was is recorded.
    """
    args, settings = session.args, session.settings
    show = Show(session.terminal)
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        # Around all that may end the run by an error, so that the error is told as well.
        observers: list[Observer] = [*stack.enter_context(alerting(session))]
        app = stack.enter_context(session.open_app(need_tdx=True))
        observers += stack.enter_context(_metered(app, daemon=args.daemon))
        if session.terminal.interactive and not settings.dry_run:
            observers.append(stack.enter_context(ProgressObserver(session.terminal.err)))
        # After the bar, which is gone when the line about the run's end is written.
        observers.append(LogObserver())
        hooks = Hooks(observers)
        if args.daemon:
            app.run_forever(
                interval=settings.interval,
                dry_run=settings.dry_run,
                confirm=args.confirm,
                observer=Hooks([hooks, EachRun(show, closing=session.terminal.interactive)]),
                stop=stop,
            )
            return ExitCode.DONE
        if stop.is_set():
            return ExitCode.INTERRUPTED
        report = app.run_once(
            dry_run=settings.dry_run, confirm=args.confirm, observer=hooks, stop=stop
        )
    if report.dry_run:
        show.plans(report)
    elif session.terminal.interactive:
        show.closing(report)
    return _exit_code(report, stopped=stop.is_set())


@contextmanager
def _metered(app: App, *, daemon: bool) -> Iterator[list[Observer]]:
    """Metrics and probes for the length of a run, if a port is named."""
    settings = app.settings
    if settings.metrics_port is None or app.client is None:
        yield []
        return
    from ticket_queue_daemon.app.metering import metering  # noqa: PLC0415  not without need

    interval = settings.interval if daemon else 0
    with metering(app, app.client, settings.metrics_port, interval=interval) as monitored:
        yield [monitored.observer]


def _exit_code(report: RunReport, *, stopped: bool) -> ExitCode:
    if report.failed or report.held or report.held_back:
        return ExitCode.SOME_FAILED
    if stopped:
        return ExitCode.INTERRUPTED
    return ExitCode.SOME_FAILED if report.stopped else ExitCode.DONE
