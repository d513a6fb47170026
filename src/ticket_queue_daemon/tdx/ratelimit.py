"""The rate governor: every window of TDX is used to its last call and never overrun.

TDX counts per verb and route in fixed windows that open with their first call, and tells limit,
remaining calls and reset time in three headers (fact sheet 4). One :class:`Governor` is shared by
all threads of a client; a call takes a place, waits for one if there is none, and hands back what
the answer said.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.errors import TdxRateLimited
from ticket_queue_daemon.tdx.windows import Told, Window, default_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.tdx.servertime import ServerTime

# A sleep that ends this much too early was ended by somebody: the daemon is going down.
_EARLY = 0.05
# One answer is waited for at most this long before the count is looked at again.
_ANSWER_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class WindowState:
    """One route's window, for status pages; ``limit`` None means that TDX sets none."""

    key: str
    limit: int | None
    used: int
    in_flight: int
    resets_in: float | None


@dataclass(slots=True)
class Place:
    """One call's permission to go out; ``answered`` gives TDX's headers back."""

    key: str
    window: Window
    taken: float
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Keep what the answer said until the place is given back."""
        self.status = status
        self.headers = headers


class Governor:
    """Paces calls per verb and route.

    Args:
        clock: tells the time and waits.
        server_time: TDX's clock.
        patience: the longest wait for one place, in seconds.
    """

    def __init__(self, clock: Clock, server_time: ServerTime, *, patience: float = 900.0) -> None:
        self._clock = clock
        self._server_time = server_time
        self._patience = patience
        self._changed = threading.Condition()
        self._windows: dict[str, Window] = {}

    @contextmanager
    def place(self, key: str) -> Iterator[Place]:
        """Wait for a free place, hold it for the time of one call, and learn from its answer.

        Raises:
            TdxRateLimited: no place within the patience, or the daemon is told to stop.
        """
        place = self._take(key)
        try:
            yield place
        finally:
            with self._changed:
                self._give_back(place)
                self._changed.notify_all()

    def state(self) -> list[WindowState]:
        """Every window that is open now, by key."""
        with self._changed:
            now = self._clock.monotonic()
            return [
                WindowState(
                    key,
                    window.limit,
                    window.used,
                    window.in_flight,
                    None if window.limit is None else max(0.0, window.closes_at - now),
                )
                for key, window in sorted(self._windows.items())
                if not window.closed(now)
            ]

    def _take(self, key: str) -> Place:
        began = self._clock.monotonic()
        while True:
            with self._changed:
                now = self._clock.monotonic()
                window = self._window(key, now)
                if window.has_room():
                    window.take(now)
                    return Place(key, window, now)
                if window.answer_may_help():
                    # No time is waited for here but an answer that another thread is reading.
                    self._changed.wait(_ANSWER_WAIT)
                    continue
                wake_at = window.closes_at
            self._wait_until(wake_at, began, key)

    def _wait_until(self, wake_at: float, began: float, key: str) -> None:
        now = self._clock.monotonic()
        if wake_at - began > self._patience:
            raise TdxRateLimited(
                f"No free place for {key} under TDX's rate limit within {self._patience:.0f} s.",
                "Fewer workers, a longer interval, or fewer programs on this address help.",
                route=key,
            )
        wanted = wake_at - now
        if wanted <= 0:
            return
        self._clock.sleep(wanted)
        if wake_at - self._clock.monotonic() > max(_EARLY, wanted * 0.1):
            raise TdxRateLimited(
                f"Told to stop while {key} waited for TDX's rate limit.", route=key
            )

    def _window(self, key: str, now: float) -> Window:
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window.first(now, default_limit(key))
        elif window.closed(now):
            window = self._windows[key] = window.next(now)
        return window

    def _give_back(self, place: Place) -> None:
        place.window.in_flight -= 1
        place.window.answered += 1
        now = self._clock.monotonic()
        current = self._windows[place.key]
        mine = current is place.window
        if place.status is None:
            # No answer, no news; but whoever waited for it may try now.
            current.confirmed = current.confirmed or mine
            return
        told = Told.of(place.status, place.headers, place.taken, now, self._server_time)
        current.learn(told, mine=mine)
