"""The loop: a pass, a wait, on a fixed schedule, until somebody says stop.

What concerns one ticket never reaches this file. What concerns everything (the database or TDX
away, a report that can't be read, a refusal) is said once when it begins and once when it is over,
and the schedule is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.line import TdxAway
from ticket_queue_daemon.errors import ConfigError, DaemonError
from ticket_queue_daemon.observe.events import Trouble, TroubleOver
from ticket_queue_daemon.tdx.errors import TdxMalformed, TdxUnavailable, TdxUnreachable

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.events import Observer


@dataclass(slots=True)
class Daemon:
    """Runs passes every ``interval`` seconds.

    Attributes:
        one_pass: a pass; raises what concerns everything.
        stop: set by a signal; ends the wait at once and the pass after the work in hand.
    """

    one_pass: Callable[[], RunReport]
    clock: Clock
    observer: Observer
    interval: float
    stop: threading.Event
    _trouble: str = ""

    def run(self) -> RunReport | None:
        """Go on until stopped. Returns the last report that a pass gave, if any.

        Raises:
            DaemonError: the very first pass shows that the settings are wrong (exit code 2): a
                wrong start is better seen at once than found in a log.
        """
        last: RunReport | None = None
        passes = 0
        begin = self.clock.monotonic()
        while not self.stop.is_set():
            try:
                last = self.one_pass()
                self._trouble_is_over()
            except DaemonError as error:
                if not passes and error.exit_code == ConfigError.exit_code:
                    raise
                self._say_once(error)
            passes += 1
            # Fixed points in time: a pass that outlasts its interval is not followed by a crowd.
            late = (self.clock.monotonic() - begin) % self.interval
            self.stop.wait(self.interval - late)
        return last

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
