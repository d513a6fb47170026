"""Who hears of a run: alerts, the dead-man's switch, metrics, traces, the log, the screen."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.tidying import Tidying
from ticket_queue_daemon.cli.alerts import alerting
from ticket_queue_daemon.cli.attending import attending
from ticket_queue_daemon.cli.progress import ProgressObserver
from ticket_queue_daemon.cli.show import EachRun, Show
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.events import PassFailed
from ticket_queue_daemon.observe.hooks import ByQueue, Hooks
from ticket_queue_daemon.observe.pinging import Pinger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.errors import DaemonError
    from ticket_queue_daemon.observe.alerts import Alerts
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.observe.quiet import Quiet
    from ticket_queue_daemon.observe.tracing import Traces


@dataclass
class Watchers:
    """Those of one process.

    Attributes:
        alerts, pinger: where there are any.
        quiet: who takes other alerts, where there is anybody to tell.
        of: gives those of a queue by its name.
        gone: told that a queue is watched no more.
    """

    alerts: Alerts | None
    pinger: Pinger | None
    quiet: Quiet | None = None
    _makers: list[Callable[[str], Observer]] = field(default_factory=list)
    gone: list[Callable[[str], None]] = field(default_factory=list)
    _process: list[Observer] = field(default_factory=list)

    def __post_init__(self) -> None:
        for one in (self.alerts, self.pinger):
            if one is not None:
                self._makers.append(one.of)
                self.gone.append(one.gone)
        if self.alerts is not None:
            self._process.append(self.alerts)

    @property
    def process(self) -> Observer:
        """Who hears of what concerns no single queue."""
        return Hooks(self._process)

    def by_queue(self, *more: Callable[[str], Observer]) -> ByQueue:
        """All of them, and some more."""
        return ByQueue([*self._makers, *more])

    def run_failed(self, queue: str, error: DaemonError) -> None:
        """A single run of one queue of several was ended by an error."""
        if self.alerts is not None:
            self.alerts.of(queue).failed(error)
        if self.pinger is not None:
            self.pinger.heard(queue, PassFailed(type(error).__name__))

    @contextmanager
    def over(self, session: Session, app: App) -> Iterator[None]:
        """Within it, metrics are served, traces are sent, and there is a bar for whoever watches.

        Raises:
            ConfigError: metrics can't be served there, or traces not be sent.
        """
        daemon, settings = bool(session.args.daemon), app.settings
        with ExitStack() as stack:
            attended = stack.enter_context(attending(session, app, self.quiet))
            if attended is not None:
                self._makers.append(attended.of)
                self.gone.append(attended.gone)
            if settings.metrics_port is not None and app.client is not None:
                from ticket_queue_daemon.app.metering import metering  # noqa: PLC0415  not without need

                metered = stack.enter_context(metering(app, settings.metrics_port, daemon=daemon))
                self._makers.append(metered.of)
                self.gone.append(metered.pulses.gone)
                self._process.append(metered.meter)
            if settings.traces is not None and app.client is not None:
                self._makers.append(stack.enter_context(_traced(app, settings.traces)).of)
            # Two bars at a time would fight for the screen.
            at_once = daemon and len(app.queues) > 1
            if session.terminal.interactive and not settings.only_looks and not at_once:
                bar = stack.enter_context(ProgressObserver(session.terminal.err))
                self._makers.append(lambda _: bar)
            # After the bar, which is gone when the line about the run's end is written.
            self._makers.append(LogObserver)
            self._process.append(LogObserver())
            if daemon and settings.keep_days:
                days = max(settings.keep_days, settings.pattern_days)
                tidying = Tidying(app.database, app.clock, days=days)
                self._makers.append(lambda _: tidying)
            if daemon:
                each = EachRun(
                    Show(session.terminal), closing=session.terminal.interactive, app=app
                )
                self._makers.append(lambda _: each)
            yield


def _traced(app: App, address: str) -> AbstractContextManager[Traces]:
    try:
        from ticket_queue_daemon.app.tracing import tracing  # noqa: PLC0415  an extra
        from ticket_queue_daemon.observe.trace_delivery import collector  # noqa: PLC0415  likewise
    except ImportError as error:
        raise ConfigError(
            f"DAEMON_TRACES is set, and tracing is not installed ({error.name} is missing).",
            "pip install 'ticket-queue-daemon[tracing]', or unset it.",
        ) from error
    return tracing(app, collector(address))


@contextmanager
def watching(session: Session) -> Iterator[Watchers]:
    """Alerts and pings, around all that may end a run by an error, so that it is told as well."""
    with ExitStack() as stack:
        who = stack.enter_context(alerting(session))
        pinger = stack.enter_context(pinging(session))
        yield Watchers(who.alerts, pinger, who.quiet)


@contextmanager
def pinging(session: Session) -> Iterator[Pinger | None]:
    """Who feeds the dead-man's switch, if there is one. A dry run feeds none."""
    settings = session.settings
    if settings.ping_url is None or settings.dry_run:
        yield None
        return
    pinger = Pinger(settings.ping_url, start=settings.ping_start)
    passing: BaseException | None = None
    try:
        yield pinger
    except BaseException as error:
        passing = error
        raise
    finally:
        pinger.ended(passing)
