"""``--daemon``: the loop, with everything around it that makes it one among others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon import __version__
from ticket_queue_daemon.app.resting import refuse_paused
from ticket_queue_daemon.clock import waking
from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.engine.daemon import Daemon
from ticket_queue_daemon.observe.events import Event, Waiting
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.store.presence import Bearing, Presence

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.events import Observer


def _nothing() -> None:
    """A reload that changes nothing, a stop that nobody is told of."""


@dataclass(frozen=True)
class Loop:
    """How a daemon runs.

    Attributes:
        stop: set by a signal.
        interval: seconds between two passes; the setting's if None.
        confirm: action ids that may reach more tickets than ``DAEMON_MAX_NEW_TICKETS``.
        bell: rung for a reload.
        on_reload: what a reload does, between two passes.
        on_stop: called from another thread as soon as ``stop`` is set.
    """

    stop: threading.Event
    dry_run: bool
    interval: float | None = None
    confirm: Collection[str] = ()
    observer: Observer | None = None
    bell: Bell = field(default_factory=Bell)
    on_reload: Callable[[], None] = _nothing
    on_stop: Callable[[], None] = _nothing

    def stopped(self) -> None:
        """What is to be done at once when ``stop`` is set."""
        self.bell.ring()
        self.on_stop()


def run_forever(app: App, loop: Loop) -> RunReport | None:
    """Passes on a fixed schedule until told to stop; returns the last pass's report.

    Raises:
        DaemonError: the very first pass shows that the settings are wrong.
    """
    settings, queue = app.settings, app.queue.name
    interval = settings.interval if loop.interval is None else loop.interval

    def news(run: bool) -> None:
        loop.bell.ring(Ring.RUN if run else Ring.NEWS)

    bearing = Bearing(
        worker=app.tracker.worker,
        queue=queue,
        program=__version__,
        interval=interval,
        lease_seconds=settings.lease_seconds,
        standby=settings.standby and not loop.dry_run,
        unseen=loop.dry_run,
    )
    with waking(app.clock, loop.stop, loop.stopped), Presence(app.database, bearing, news) as here:

        def one_pass() -> RunReport:
            here.next_run_at = None
            # What was heard of a pause may be old by now; the book tells.
            if not loop.dry_run and here.paused is not None:
                refuse_paused(app.orders, queue)
            return app.one_pass(
                dry_run=loop.dry_run,
                confirm=loop.confirm,
                observer=loop.observer,
                stopping=lambda: loop.stop.is_set() or not here.leads,
            )

        observers = [_TellsWhen(here), *([loop.observer] if loop.observer is not None else [])]
        daemon = Daemon(
            one_pass,
            app.clock,
            Hooks(observers),
            interval,
            loop.stop,
            bell=loop.bell,
            jitter=settings.jitter,
            seed=app.tracker.worker,
            leads=lambda: here.leads,
            on_reload=loop.on_reload,
        )
        return daemon.run()


class _TellsWhen:
    """Lets status show when the next pass begins."""

    def __init__(self, here: Presence) -> None:
        self._here = here

    def on_event(self, event: Event) -> None:
        """Remember it."""
        if isinstance(event, Waiting):
            self._here.next_run_at = event.until
