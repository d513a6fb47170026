"""The daemon of the soak: the real loop, whose waits are handed to the conductor and skipped.

Whenever it would wait for its next pass it prints one line of JSON, and reads what it is to do: ``go``
(the wait is over), ``run`` or ``stop``. Each wait that was skipped has passed on its
monotonic clock, by which the schedule goes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from ticket_queue_daemon.app import App
from ticket_queue_daemon.app.recording import RunRecorder
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.config.settings import Need, Settings
from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.observe.canonical import LogObserver
from ticket_queue_daemon.observe.events import (
    Event,
    PassFailed,
    Paused,
    RunFinished,
    Trouble,
    TroubleOver,
    Waiting,
)
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.logs import logging_to
from ticket_queue_daemon.observe.scrub import Scrubber
from ticket_queue_daemon.store.runs import Runs

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


class SkippingClock(SystemClock):
    """Every wait is over at once, and has passed on the monotonic clock."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.skipped += max(0.0, seconds)


class Told:
    """What became of the pass."""

    def __init__(self) -> None:
        self.result = ""
        self.calls = self.executed = self.missed = self.troubles = self.recovered = 0

    def on_event(self, event: Event) -> None:
        match event:
            case RunFinished():
                self.result = event.report.stopped or "ok"
                self.calls, self.executed = event.report.api_calls, event.report.executed
            case PassFailed():
                self.result, self.calls, self.executed = event.error, 0, 0
            case Paused():
                self.result, self.calls, self.executed = "paused", 0, 0
            case Waiting():
                self.missed += event.missed
            case Trouble():
                self.troubles += 1
            case TroubleOver():
                self.recovered += 1


class Handed(Bell):
    """A bell that asks the conductor instead of waiting."""

    def __init__(self, clock: SkippingClock, told: Told, stop: threading.Event) -> None:
        super().__init__()
        self._clock, self._told, self._stop = clock, told, stop
        self._begin = clock.monotonic()

    def wait(self, seconds: float | None) -> Ring:
        told = self._told
        _say(
            wait=seconds,
            due=self._clock.monotonic() + (seconds or 0.0) - self._begin,
            result=told.result,
            calls=told.calls,
            executed=told.executed,
            missed=told.missed,
            troubles=told.troubles,
            recovered=told.recovered,
            rss_kb=int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB,
            threads=threading.active_count(),
        )
        match sys.stdin.readline().strip():
            case "go":
                self._clock.skipped += seconds or 0.0
                return Ring.NEWS
            case "run":
                return Ring.RUN
            case _:
                self._stop.set()
                return Ring.NEWS


def _say(**figures: Any) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def main() -> None:
    clock, told, stop = SkippingClock(), Told(), threading.Event()
    settings = Settings.load({}, need=Need.TDX)
    with logging_to(Scrubber(settings.secrets())), App.open(settings, clock=clock) as app:
        bell = Handed(clock, told, stop)
        recorder = RunRecorder(Runs(app.database), app.tracker.worker)
        hooks = Hooks([told, recorder, LogObserver()])
        run_forever(app, Loop(stop, dry_run=False, observer=hooks, bell_of=lambda: bell))


if __name__ == "__main__":
    main()
