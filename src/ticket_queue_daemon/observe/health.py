"""Is the process alive, is it ready? Judged from signs of life and from what others know."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.events import Event, RunFailed, RunFinished, RunStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

STUCK_SECONDS = 1800.0
"""Silence from which on a run counts as stuck: twice the longest wait for a place under TDX's limits."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``reason`` is a sentence, of good news as of bad."""

    name: str
    ok: bool
    reason: str


class Pulse:
    """When the loop last gave a sign of life: an observer of every event, and of every call.

    Args:
        now: monotonic seconds.
        interval: seconds between two runs; 0 for a single one.
    """

    def __init__(self, now: Callable[[], float], interval: float) -> None:
        self._now = now
        self._interval = interval
        self._lock = threading.Lock()
        self._heard_at = now()
        self._running = False
        self._begun = False

    def on_event(self, event: Event) -> None:
        """Every event is a sign of life."""
        with self._lock:
            self._heard_at = self._now()
            match event:
                case RunStarted():
                    self._running = self._begun = True
                case RunFinished() | RunFailed():
                    self._running = False
                    self._begun = True
                case _:
                    pass

    def alive(self) -> Check:
        """Whether the loop goes on; between two runs it may be silent for an interval more."""
        with self._lock:
            silent = self._now() - self._heard_at
            allowed = STUCK_SECONDS + (0.0 if self._running else self._interval)
            doing = self._doing()
        sign = f"the last sign of life was {silent:.0f} s ago"
        if silent > allowed:
            return Check("loop", ok=False, reason=f"stuck: {doing}, and {sign}")
        return Check("loop", ok=True, reason=f"{doing}; {sign}")

    def begun(self) -> Check:
        """Whether a run has begun, or waits for its time."""
        with self._lock:
            return Check("run", ok=self._begun, reason=self._doing())

    def _doing(self) -> str:
        if self._running:
            return "a run is under way"
        return "the next run waits for its time" if self._begun else "no run has begun yet"


class Pulses:
    """The pulses of several queues: one that is stuck is not hidden by another that goes on."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._of: dict[str, Pulse] = {}

    def of(self, queue: str, interval: float) -> Pulse:
        """The pulse of one; see :class:`Pulse`."""
        return self._of.setdefault(queue, Pulse(self._now, interval))

    def gone(self, queue: str) -> None:
        """The queue is watched no more."""
        self._of.pop(queue, None)

    def beat(self, event: Event, queue: str | None) -> None:
        """A sign of life of one queue, or (None) of all."""
        for name, pulse in self._each():
            if queue in {None, name}:
                pulse.on_event(event)

    def alive(self) -> list[Check]:
        """Whether each goes on."""
        return [_of_queue(pulse.alive(), name, self._of) for name, pulse in self._each()]

    def begun(self) -> list[Check]:
        """Whether each has begun a run, or waits for its time."""
        return [_of_queue(pulse.begun(), name, self._of) for name, pulse in self._each()]

    def _each(self) -> list[tuple[str, Pulse]]:
        return list(self._of.items())


def _of_queue(check: Check, queue: str, of: Sized) -> Check:
    return check if len(of) == 1 else replace(check, name=f"{check.name} of {queue}")


@dataclass(frozen=True, slots=True)
class Health:
    """The two questions that a supervisor asks.

    Attributes:
        database: whether the database answers.
        signed_in: whether a token of TDX is held.
    """

    pulses: Pulses
    database: Callable[[], bool]
    signed_in: Callable[[], bool]

    def healthz(self) -> list[Check]:
        """Alive? If not, only a restart helps."""
        return self.pulses.alive()

    def readyz(self) -> list[Check]:
        """At work? If not, it may be soon, by itself."""
        database, token = self.database(), self.signed_in()
        return [
            Check("database", database, "it answers" if database else "it does not answer"),
            Check("token", token, "TDX's token is held" if token else "no token of TDX is held"),
            *self.pulses.begun(),
        ]
