"""``--daemon``: a loop for each queue, side by side, and what makes each one among others."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon import __version__
from ticket_queue_daemon.app.reloading import Reloader, Standing
from ticket_queue_daemon.app.resting import refuse_paused
from ticket_queue_daemon.clock import waking
from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.engine.daemon import Daemon
from ticket_queue_daemon.engine.schedule import CronTable
from ticket_queue_daemon.observe.events import Event, Waiting
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.rules.calendar import parse_zone
from ticket_queue_daemon.store.presence import Bearing, Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.queues import QueueWork
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.events import Observer

LOOK_SECONDS = 2.0
"""So often the rules file is looked at for a change."""


def _nothing() -> None:
    """A stop that nobody is told of."""


def _nobody(queue: str) -> None:
    """A queue that is watched no more, of which nobody is told."""


@dataclass(frozen=True)
class Loop:
    """How a daemon runs.

    Attributes:
        stop: set by a signal.
        interval: seconds between two passes; the setting's if None.
        confirm: action ids that may reach more tickets than ``DAEMON_MAX_NEW_TICKETS``.
        observer: hears of every queue; ``of``: gives who hears of one, by its name.
        gone: told of a queue that is watched no more.
        bell: rung for a reload; ``bell_of``: makes the one by which a queue waits.
        rules: reads the rules again; None: they stay as they are.
        look_seconds: how often they are looked at for a change.
        reloading: around a reload that was asked for.
        on_stop: called from another thread as soon as ``stop`` is set.
    """

    stop: threading.Event
    dry_run: bool
    interval: float | None = None
    confirm: Collection[str] = ()
    observer: Observer | None = None
    of: Callable[[str], Observer] | None = None
    gone: Callable[[str], None] = _nobody
    bell: Bell = field(default_factory=Bell)
    bell_of: Callable[[], Bell] = Bell
    rules: Reloader | None = None
    look_seconds: float = LOOK_SECONDS
    reloading: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    on_stop: Callable[[], None] = _nothing

    def observers(self, queue: str) -> list[Observer]:
        """Who hears of a queue."""
        of_it = [] if self.of is None else [self.of(queue)]
        return of_it if self.observer is None else [*of_it, self.observer]


def run_forever(app: App, loop: Loop) -> RunReport | None:
    """Passes over each queue on its schedule until told to stop; the first queue's last report.

    Raises:
        DaemonError: the very first pass over the only queue shows that the settings are wrong.
    """
    crew = Crew(app, loop)
    with waking(app.clock, loop.stop, crew.stopped):
        return crew.work()


class Crew:
    """The thread that sees to those of the queues, and hears of changed rules."""

    def __init__(self, app: App, loop: Loop) -> None:
        self._app = app
        self._loop = loop
        self._at_work: dict[str, QueueThread] = {}
        self._stopping = False
        self._lock = threading.Lock()

    def work(self) -> RunReport | None:
        """Until stopped, or until an error ends one of the threads."""
        loop, rules = self._loop, self._loop.rules
        first = self._app.only.name
        self._follow(self._app.queues, strict=len(self._app.queues) == 1)
        try:
            while not loop.stop.is_set() and not self._errors():
                asked = loop.bell.wait(None if rules is None else loop.look_seconds)
                if loop.stop.is_set():
                    break
                if Ring.RELOAD in asked:
                    with loop.reloading():
                        self._look(asked=True)
                else:
                    self._look(asked=False)
        finally:
            if loop.stop.is_set():
                # This thread may have seen it before whoever watches for it.
                self.stopped()
            for one in self._threads():
                one.leave()
            for one in self._threads():
                one.thread.join()
        for error in self._errors():
            raise error
        last = self._at_work.get(first)
        return last.last if last else None

    def stopped(self) -> None:
        """What is to be done at once when ``stop`` is set; once, whoever sees it first."""
        with self._lock:
            said, self._stopping = self._stopping, True
        if said:
            return
        self._loop.bell.ring()
        for one in self._threads():
            one.bell.ring()
        self._loop.on_stop()

    def _look(self, *, asked: bool) -> None:
        rules = self._loop.rules
        if rules is None:
            return
        before = rules.standing.mistake
        if rules.look(asked=asked):
            self._follow(self._app.queues, strict=False)
        if rules.standing.mistake != before:
            for one in self._threads():
                one.tell_standing()

    def _follow(self, queues: Sequence[QueueWork], *, strict: bool) -> None:
        """Have each of these watched, and no other; each goes on after the pass in hand."""
        wanted = {one.name: one for one in queues}
        with self._lock:
            for name in [name for name in self._at_work if name not in wanted]:
                # Its thread ends by itself, and is waited for at the end of all.
                self._at_work[name].hand(None)
            for name, work in wanted.items():
                there = self._at_work.get(name)
                if there is None or not there.hand(work):
                    self._at_work[name] = QueueThread(self._app, self._loop, work, strict=strict)

    def _threads(self) -> list[QueueThread]:
        with self._lock:
            return list(self._at_work.values())

    def _errors(self) -> list[BaseException]:
        return [one.error for one in self._threads() if one.error is not None]


class QueueThread:
    """The loop of one queue, in a thread of its own; started when this is made.

    Args:
        strict: the first pass may end it all by an error.
    """

    def __init__(self, app: App, loop: Loop, work: QueueWork, *, strict: bool) -> None:
        self._app = app
        self._loop = loop
        self._name = work.name
        self._work: QueueWork | None = work
        self._strict = strict
        self._has_left = False
        self._lock = threading.Lock()
        self._here: Presence | None = None
        self.bell = loop.bell_of()
        self.error: BaseException | None = None
        self.last: RunReport | None = None
        self.thread = threading.Thread(target=self._run, name=f"queue {self._name}")
        self.thread.start()

    def hand(self, work: QueueWork | None) -> bool:
        """Go on with this after the pass in hand, or (None) leave; False: it has left already."""
        with self._lock:
            if self._has_left:
                return False
            self._work = work
        self.bell.ring()
        return True

    def leave(self) -> None:
        """Leave after the pass in hand; ``stop`` shortens that."""
        self.hand(None)

    def tell_standing(self) -> None:
        """Let status show at once how the rules stand."""
        if (here := self._here) is not None:
            here.nudge()

    def _run(self) -> None:
        try:
            while (work := self._next()) is not None:
                self._be_present(work)
        except BaseException as error:  # noqa: BLE001  it is raised again by the crew's own thread
            self.error = error
        finally:
            with self._lock:
                self._has_left = True
            if self._work is None and not self._loop.stop.is_set():
                self._loop.gone(self._name)
            self._loop.bell.ring()

    def _next(self) -> QueueWork | None:
        with self._lock:
            if self._loop.stop.is_set():
                self._work = None
            self._has_left = self._work is None
            return self._work

    def _be_present(self, work: QueueWork) -> None:
        """Work while others see us as the same: through every change that does not concern them."""
        bearing = self._bearing(work)
        standing = self._loop.rules.standing if self._loop.rules else Standing()

        def news(run: bool) -> None:
            self.bell.ring(Ring.RUN if run else Ring.NEWS)

        def rejected() -> tuple[datetime | None, str | None]:
            return standing.rejected_at, standing.mistake

        with Presence(self._app.database, bearing, news, rejected) as self._here:
            while (now := self._next()) is not None and self._bearing(now) == bearing:
                self._watch(now, bearing, self._here)

    def _bearing(self, work: QueueWork) -> Bearing:
        settings, loop = work.settings, self._loop
        return Bearing(
            worker=self._app.tracker.worker,
            queue=work.name,
            program=__version__,
            interval=self._interval(work),
            lease_seconds=settings.lease_seconds,
            standby=settings.standby and not loop.dry_run,
            unseen=loop.dry_run,
        )

    def _cron(self, work: QueueWork) -> CronTable | None:
        settings = work.settings
        if settings.cron is None or self._loop.interval is not None:
            return None
        zone = parse_zone(settings.time_zone, where="DAEMON_TIME_ZONE")
        return CronTable(settings.cron, zone, self._app.clock.now)

    def _interval(self, work: QueueWork) -> float:
        """Seconds between two passes; by cron, those between the next two."""
        if self._loop.interval is not None:
            return self._loop.interval
        cron = self._cron(work)
        return work.settings.interval if cron is None else cron.gap()

    def _watch(self, work: QueueWork, bearing: Bearing, here: Presence) -> None:
        """Passes by these rules, until there are others."""
        app, loop = self._app, self._loop
        observer = Hooks(loop.observers(work.name))

        def one_pass() -> RunReport:
            here.next_run_at = None
            # What was heard of a pause may be old by now; the book tells.
            if not loop.dry_run and here.paused is not None:
                refuse_paused(app.orders, work.name)
            return work.one_pass(
                dry_run=loop.dry_run,
                confirm=loop.confirm,
                observer=observer,
                stopping=lambda: loop.stop.is_set() or not here.leads,
            )

        daemon = Daemon(
            one_pass,
            app.clock,
            Hooks([_TellsWhen(here), observer]),
            bearing.interval,
            loop.stop,
            bell=self.bell,
            jitter=work.settings.jitter,
            cron=self._cron(work),
            seed=f"{app.tracker.worker} {work.name}",
            leads=lambda: here.leads,
            retires=lambda: self._work is not work,
            strict=self._strict,
        )
        self.last = daemon.run() or self.last
        self._strict = False


class _TellsWhen:
    """Lets status show when the next pass begins."""

    def __init__(self, here: Presence) -> None:
        self._here = here

    def on_event(self, event: Event) -> None:
        """Remember it."""
        if isinstance(event, Waiting):
            self._here.next_run_at = event.until
