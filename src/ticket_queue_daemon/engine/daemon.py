"""The loop: a pass, a wait, on a fixed schedule, until somebody says stop.

What concerns one ticket never reaches this file. What concerns everything (the database or TDX
away, a report that can't be read, a refusal) is said once when it begins and once when it is over,
and the schedule is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.engine.line import TdxAway
from ticket_queue_daemon.engine.schedule import Schedule
from ticket_queue_daemon.errors import ConfigError, DaemonError, QueuePaused
from ticket_queue_daemon.observe.events import (
    Note,
    PassFailed,
    Paused,
    StandingBy,
    Trouble,
    TroubleOver,
    Waiting,
)
from ticket_queue_daemon.tdx.errors import TdxMalformed, TdxUnavailable, TdxUnreachable

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.engine.schedule import CronTable, Timetable
    from ticket_queue_daemon.observe.events import Observer


def _always() -> bool:
    return True


def _never() -> bool:
    return False


@dataclass(slots=True)
class Daemon:
    """Runs passes every ``interval`` seconds.

    Attributes:
        one_pass: a pass; raises what concerns everything.
        stop: set by a signal; ends the pass after the work in hand. Whoever sets it rings the bell.
        bell: ends a wait.
        jitter, seed: see ``Schedule``.
        cron: when passes begin, instead of every ``interval`` seconds.
        leads: whether the work is ours; a standby waits until it is.
        retires: whether another one takes over, between two passes.
        strict: the very first pass may end it by an error.
    """

    one_pass: Callable[[], RunReport]
    clock: Clock
    observer: Observer
    interval: float
    stop: threading.Event
    bell: Bell = field(default_factory=Bell)
    jitter: float = 0.0
    seed: str = ""
    cron: CronTable | None = None
    leads: Callable[[], bool] = _always
    retires: Callable[[], bool] = _never
    strict: bool = True
    _trouble: str = ""
    _passes: int = 0

    def run(self) -> RunReport | None:
        """Go on until stopped. Returns the last report that a pass gave, if any.

        Raises:
            DaemonError: ``strict``, and the very first pass shows that the settings are wrong (exit
                code 2): a wrong start is better seen at once than found in a log.
        """
        last: RunReport | None = None
        while self._gets_the_lead():
            schedule = self._timetable()
            if schedule.at_once:
                schedule.begins()
            else:
                self._rest(schedule)
            while self._goes_on():
                last = self._pass() or last
                self._rest(schedule)
        return last

    def _timetable(self) -> Timetable:
        if self.cron is not None:
            return self.cron
        return Schedule(self.clock.monotonic(), self.interval, self.jitter, self.seed)

    def _goes_on(self) -> bool:
        return self.leads() and not self._is_over()

    def _is_over(self) -> bool:
        return self.stop.is_set() or self.retires()

    def _gets_the_lead(self) -> bool:
        """Wait for it; False when told to stop."""
        if not self.leads() and not self._is_over():
            self.observer.on_event(
                StandingBy("info", "Another daemon leads; this one stands by to take over.")
            )
            while not self.leads() and not self._is_over():
                self.bell.wait(None)
            if self._goes_on():
                self.observer.on_event(Note("warning", "This daemon takes over: it leads now."))
        return not self._is_over()

    def _pass(self) -> RunReport | None:
        self._passes += 1
        try:
            report = self.one_pass()
        except QueuePaused as paused:
            self.observer.on_event(Paused("warning", paused.told))
            return None
        except DaemonError as error:
            if self.strict and self._passes == 1 and error.exit_code == ConfigError.exit_code:
                raise
            self.observer.on_event(PassFailed(type(error).__name__))
            self._say_once(error)
            return None
        self._trouble_is_over()
        return report

    def _rest(self, schedule: Timetable) -> None:
        """Wait for the next point; a run that is asked for is no point and moves none."""
        if not self._goes_on():
            return
        at, missed = schedule.next_after(self.clock.monotonic())
        if missed:
            self.observer.on_event(
                Note(
                    "warning",
                    f"The last pass went past {self._next_time()}: what would have begun meanwhile is "
                    "left out. Leave more time between two if this happens often (DAEMON_INTERVAL).",
                    {"missed": missed},
                )
            )
        wait = at - self.clock.monotonic()
        self.observer.on_event(Waiting(self.clock.now() + timedelta(seconds=wait), missed))
        while self._goes_on():
            if Ring.RUN in self.bell.wait(max(0.0, at - self.clock.monotonic())):
                self.observer.on_event(Note("info", "A run was asked for; it begins now."))
                return
            if self.clock.monotonic() >= at:
                schedule.begins()
                return

    def _next_time(self) -> str:
        return f"its interval of {self.interval:g} s" if self.cron is None else "its next time"

    def _say_once(self, error: DaemonError) -> None:
        trouble = _kind_of(error)
        if trouble != self._trouble:
            self._trouble = trouble
            text = f"{error.message} {error.advice}".strip()
            self.observer.on_event(Trouble("error", text, {"error": type(error).__name__}))

    def _trouble_is_over(self) -> None:
        if self._trouble:
            self.observer.on_event(TroubleOver("info", "The trouble is over; working again."))
            self._trouble = ""


def _kind_of(error: DaemonError) -> str:
    """What is said once: an outage is one trouble, whichever call meets it first.

    Its words hold seconds and counts, and so differ from pass to pass.
    """
    if isinstance(error, ConfigError):
        return error.message
    met = error.__cause__ if isinstance(error, TdxAway) and error.__cause__ else error
    if isinstance(met, TdxAway | TdxUnavailable | TdxUnreachable | TdxMalformed):
        return "TDX away"
    return type(met).__name__
