"""``--daemon`` as a service: signals, systemd and changed rules around the loops."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.reloading import Reloader
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli.signals import on_signals
from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.observe.logs import reopen_log_files
from ticket_queue_daemon.observe.systemd import ServiceManager, ServiceObserver

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.rules import Configured
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.cli.watchers import Watchers


def keep_running(session: Session, app: App, stop: threading.Event, watchers: Watchers) -> None:
    """Passes until told to stop. SIGHUP reads the rules again, SIGUSR1 opens the log file anew.

    Raises:
        DaemonError: the very first pass over the only queue shows that the settings are wrong.
    """
    manager, bell = ServiceManager(os.environ, session.scrubber), Bell()
    accepted = _hides_secrets(session)
    signals = {signal.SIGUSR1: reopen_log_files}
    if not session.terminal.interactive:
        # In a terminal, SIGHUP says that its window was closed.
        signals[signal.SIGHUP] = lambda: bell.ring(Ring.RELOAD)
    with ExitStack() as stack:
        stack.enter_context(on_signals(signals))
        service = stack.enter_context(
            ServiceObserver(manager, lambda queue: _signs_of_life(app, queue))
        )

        by_queue = watchers.by_queue(service.of)

        def gone(queue: str) -> None:
            for forget in (*watchers.gone, service.gone, by_queue.gone):
                forget(queue)

        run_forever(
            app,
            Loop(
                stop,
                dry_run=session.settings.dry_run,
                confirm=session.args.confirm,
                of=by_queue.of,
                gone=gone,
                bell=bell,
                rules=Reloader(app, session.args.only_queue, watchers.process, accepted),
                reloading=lambda: _reloading(manager),
                on_stop=manager.stopping,
            ),
        )


@contextmanager
def _reloading(manager: ServiceManager) -> Iterator[None]:
    """Around a reload that was asked for: systemd hears of it, and the log file is opened anew."""
    manager.reloading()
    reopen_log_files()
    try:
        yield
    finally:
        manager.ready()


def _hides_secrets(session: Session) -> Callable[[Configured], None]:
    """What to do with new rules first: no secret of theirs is shown either."""

    def accepted(rules: Configured) -> None:
        session.scrubber.register(*rules.secrets)
        for action in rules.actions:
            session.scrubber.register(*action.secrets())

    return accepted


def _signs_of_life(app: App, queue: str) -> object:
    """What differs when a queue has come on: its calls, and any for the assets, which all wait for."""
    assets = [n for key, n in app.tdx.call_counts().items() if " assets" in key]
    return dict(app.tdx.call_counts(queue)), sum(assets)
