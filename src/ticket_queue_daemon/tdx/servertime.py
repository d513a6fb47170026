"""TDX's clock, learned from the Date header of its answers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticket_queue_daemon.clock import Clock

# A Date header is cut to whole seconds.
_GRAIN = 1.0


def http_seconds(text: str | None) -> float | None:
    """Seconds since 1970 of an RFC 1123 date, or None if it is none."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" and a missing zone come out naive; HTTP dates are GMT by definition.
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class ServerTime:
    """The offset between TDX's clock and our monotonic one, as an interval that narrows.

    Each Date header says that TDX's time was within one second at some instant between sending
    and receiving. The intersection of many such statements is much narrower than a second.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._low: float | None = None
        self._high = 0.0

    def learn(self, date: str | None, sent: float, received: float) -> None:
        """Take in one answer's Date header; ``sent`` and ``received`` are monotonic seconds."""
        stamp = http_seconds(date)
        if stamp is None:
            return
        low, high = stamp - received, stamp + _GRAIN - sent
        with self._lock:
            if self._low is None or max(low, self._low) >= min(high, self._high):
                # The first word, or one that contradicts the past: a clock was set or drifted.
                self._low, self._high = low, high
            else:
                self._low, self._high = max(low, self._low), min(high, self._high)

    @property
    def known(self) -> bool:
        """Whether TDX has told its time yet."""
        return self._low is not None

    def now(self) -> datetime:
        """TDX's time now, aware UTC; our own clock's until TDX has told its time."""
        with self._lock:
            if self._low is None:
                return self._clock.now()
            middle = (self._low + self._high) / 2
        return datetime.fromtimestamp(self._clock.monotonic() + middle, UTC)

    def earliest(self, monotonic: float) -> float | None:
        """The earliest that TDX's clock can have shown then, in seconds since 1970."""
        with self._lock:
            return None if self._low is None else self._low + monotonic

    def latest_monotonic(self, stamp: float) -> float | None:
        """Our monotonic time by which TDX's clock has certainly reached ``stamp``."""
        with self._lock:
            return None if self._low is None else stamp - self._low
