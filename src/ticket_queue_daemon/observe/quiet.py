"""Quiet hours: what can wait until morning waits, and is told in one message then."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.alert_words import after_quiet_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, tzinfo

    from ticket_queue_daemon.observe.alert_words import Alert

MOST_HELD = 200
"""As many are kept; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of each day.

    Attributes:
        start, end: minutes from midnight; an end before the start is of the next day.
        zone: whose midnight.
    """

    start: int
    end: int
    zone: tzinfo

    def at(self, moment: datetime) -> bool:
        """Whether a moment, aware, lies in them."""
        here = moment.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


class Quiet:
    """Stands before the delivery of alerts. Thread-safe.

    Args:
        send: delivers; returns at once.
        hours: None: never quiet.
        now: wall-clock time, aware.
    """

    def __init__(
        self,
        send: Callable[[Alert], None],
        hours: QuietHours | None,
        now: Callable[[], datetime],
    ) -> None:
        self._send = send
        self._hours = hours
        self._now = now
        self._lock = threading.Lock()
        self._held: deque[tuple[datetime, Alert]] = deque(maxlen=MOST_HELD)

    @property
    def is_quiet(self) -> bool:
        """Whether it is quiet now."""
        return self._hours is not None and self._hours.at(self._now())

    def send(self, alert: Alert) -> None:
        """Deliver it, or hold it back."""
        if self.is_quiet and not alert.critical:
            with self._lock:
                self._held.append((self._now(), alert))
            return
        # In their order: what was held back is older.
        if not self.is_quiet:
            self.tell_held()
        self._send(alert)

    def hold(self, held: Iterable[tuple[datetime, Alert]]) -> None:
        """Take what another process has held back; it is older than what is here."""
        with self._lock:
            self._held.extendleft(reversed(list(held)))

    def tell_held(self) -> None:
        """Tell what was held back, in one message, if it is quiet no more."""
        if not self.is_quiet and (held := self.take()):
            self._send(after_quiet_hours(held, self._zone))

    def take(self) -> list[tuple[datetime, Alert]]:
        """What is held back, oldest first; it is whoever's takes it from now on."""
        with self._lock:
            held = list(self._held)
            self._held.clear()
        return held

    def close(self) -> None:
        """The process ends, and nobody could keep what is left: better told in the night than lost."""
        if held := self.take():
            self._send(after_quiet_hours(held, self._zone))

    @property
    def _zone(self) -> tzinfo | None:
        return None if self._hours is None else self._hours.zone
