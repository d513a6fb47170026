"""``--daemon`` as a service: signals and systemd around the loop."""

from __future__ import annotations

import logging
import os
import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli.signals import on_signals
from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.logs import reopen_log_files
from ticket_queue_daemon.observe.pinging import Pinger
from ticket_queue_daemon.observe.systemd import ServiceManager, ServiceObserver

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.observe.events import Observer

_LOG = logging.getLogger(__name__)


def keep_running(session: Session, app: App, stop: threading.Event, observer: Observer) -> None:
    """Passes until told to stop. SIGHUP reloads, SIGUSR1 opens the log file anew.

    Raises:
        DaemonError: the very first pass shows that the settings are wrong.
    """
    manager = ServiceManager(os.environ, session.scrubber)
    bell = Bell()

    def reload() -> None:
        manager.reloading()
        on_reload()
        manager.ready()

    signals = {signal.SIGUSR1: reopen_log_files}
    if not session.terminal.interactive:
        # In a terminal, SIGHUP says that its window was closed.
        signals[signal.SIGHUP] = lambda: bell.ring(Ring.RELOAD)
    with ExitStack() as stack:
        stack.enter_context(on_signals(signals))
        service = stack.enter_context(ServiceObserver(manager, lambda: _calls(app)))
        run_forever(
            app,
            Loop(
                stop,
                dry_run=session.settings.dry_run,
                confirm=session.args.confirm,
                observer=Hooks([observer, service]),
                bell=bell,
                on_reload=reload,
                on_stop=manager.stopping,
            ),
        )


def on_reload() -> None:
    """What a reload does, between two passes: whatever is to be read again is read here."""
    reopen_log_files()
    _LOG.info(
        "reload: the log file is opened anew. Settings and rules are read at start: to read them "
        "again, restart (a stop finishes what is under way)"
    )


@contextmanager
def pinging(session: Session) -> Iterator[list[Observer]]:
    """The observer that feeds the dead-man's switch, if there is one. A dry run feeds none."""
    settings = session.settings
    if settings.ping_url is None or settings.dry_run:
        yield []
        return
    pinger = Pinger(settings.ping_url, start=settings.ping_start)
    passing: BaseException | None = None
    try:
        yield [pinger]
    except BaseException as error:
        passing = error
        raise
    finally:
        pinger.ended(passing)


def _calls(app: App) -> object:
    return {} if app.client is None else dict(app.client.call_counts())
