"""The rate governor: every window of TDX is used to its last call and never overrun.

TDX counts per verb and route in fixed windows that open with their first call, and tells limit,
remaining calls and reset time in three headers (fact sheet 4). One :class:`Governor` is shared by
all threads of a client; a call takes a place, waits for one if there is none, and hands back what
the answer said. With other daemons on this address, places come from a ledger that all of them share
(``tdx/shared_budget.py``). Of the calls that wait here, queues take turns (``tdx/turns.py``).
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.errors import TdxRateLimited
from ticket_queue_daemon.tdx.shared_budget import Met, Need, Sharing
from ticket_queue_daemon.tdx.turns import Turns, current_party
from ticket_queue_daemon.tdx.windows import TOO_MANY, Told, Window, default_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.tdx.servertime import ServerTime
    from ticket_queue_daemon.tdx.shared_budget import SharedBudget
    from ticket_queue_daemon.tdx.turns import Waiter

_LOG = logging.getLogger(__name__)

# A wait from this on looks like a program that hangs, so it is told.
_LONG_WAIT = 5.0
# A sleep that ends this much too early was ended by somebody: the daemon is going down.
_EARLY = 0.05
# One answer is waited for at most this long before the count is looked at again.
_ANSWER_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class WindowState:
    """One route's window, and what the route has met since the client was made.

    Attributes:
        limit: calls per window; None: TDX sets none.
        used, in_flight: our calls in the window that is open; ``resets_in`` None: none is open.
        refused: answers 429.
        waits, waited: calls that waited for a place, and their seconds together.
        left: calls that may still go out in the window, others' being counted; None: no limit.
        waiting: calls that wait for a place just now.
    """

    key: str
    limit: int | None
    used: int
    in_flight: int
    resets_in: float | None
    refused: int = 0
    waits: int = 0
    waited: float = 0.0
    left: int | None = None
    waiting: int = 0


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
        self._sharing = Sharing()
        self._asking: set[str] = set()
        self._turns: defaultdict[str, Turns] = defaultdict(Turns)
        self._door = threading.Lock()
        self._inside = 0
        self._told_until: dict[str, float] = {}

    @contextmanager
    def sharing(self, budget: SharedBudget | None) -> Iterator[None]:
        """Within it, windows are shared through ``budget``; None: not shared.

        Several threads may be within it, of one budget; the last one out takes leave of the others.
        """
        if budget is None:
            yield
            return
        with self._door, self._changed:
            self._inside += 1
            self._sharing.budget = budget
        try:
            yield
        finally:
            with self._door:
                self._inside -= 1
                if not self._inside:
                    self._leave()
                    with self._changed:
                        self._sharing.budget = None

    def arrive(self) -> None:
        """Work begins: tell the others, and hear of them. Not needed for a call or two."""
        budget = self._sharing.budget
        if budget is not None:
            others = budget.note([], goes=False)
            with self._changed:
                self._sharing.answered(others, self._clock.monotonic())

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
        """Every route that was called, by key."""
        with self._changed:
            now = self._clock.monotonic()
            return [self._state(key, window, now) for key, window in sorted(self._windows.items())]

    def _state(self, key: str, window: Window, now: float) -> WindowState:
        met = self._sharing.met.get(key, Met())
        over = window.closed(now)
        return WindowState(
            key,
            window.limit,
            0 if over else window.used,
            window.in_flight,
            None if over or window.limit is None else max(0.0, window.closes_at - now),
            met.refused,
            met.waits,
            met.waited,
            window.limit if over else window.left(),
            len(self._turns[key]),
        )

    def _take(self, key: str) -> Place:
        began = self._clock.monotonic()
        slept = False
        with self._changed:
            turns = self._turns[key]
            waiter = turns.join(current_party())
        try:
            while True:
                step = self._step(key, waiter)
                if isinstance(step, Place):
                    return step
                if isinstance(step, Need):
                    self._consult(key, step)
                else:
                    self._tell(all_routes=False)
                    with self._changed:
                        waiter.due = step
                    self._wait_until(step, began, key, first=not slept)
                    slept = True
        finally:
            with self._changed:
                turns.leave(waiter)
                if turns:
                    # Whoever is next now may have waited for this one's turn.
                    self._changed.notify_all()

    def _wait_until(self, wake_at: float, began: float, key: str, *, first: bool) -> None:
        now = self._clock.monotonic()
        if wake_at - began > self._patience:
            raise TdxRateLimited(
                f"No free place for {key} under TDX's rate limit within {self._patience:.0f} s"
                f" (waited {now - began:.1f} s; the next comes in {wake_at - now:.1f} s).",
                "Fewer workers, a longer interval, or fewer programs on this address help.",
                route=key,
            )
        wanted = wake_at - now
        if wanted <= 0:
            return
        self._announce(key, wanted, now)
        self._clock.sleep(wanted)
        after = self._clock.monotonic()
        with self._changed:
            met = self._sharing.met.setdefault(key, Met())
            met.waits += first
            met.waited += after - now
        if wake_at - after > max(_EARLY, wanted * 0.1):
            raise TdxRateLimited(
                f"Told to stop while {key} waited for TDX's rate limit"
                f" (for {after - began:.1f} s).",
                route=key,
            )

    def _announce(self, key: str, seconds: float, now: float) -> None:
        """Say why nothing happens: once a window, whatever the number of workers that wait."""
        with self._changed:
            if seconds < _LONG_WAIT or now < self._told_until.get(key, now):
                return
            self._told_until[key] = now + seconds
        _LOG.info("Waiting %.0f s for TDX's rate limit on %s; then it goes on.", seconds, key)

    def _step(self, key: str, waiter: Waiter) -> Place | Need | float:
        """A place; or what to ask the ledger first; or until when to wait."""
        with self._changed:
            turns = self._turns[key]
            waiter.due = float("-inf")
            while True:
                now = self._clock.monotonic()
                window = self._window(key, now)
                need = self._sharing.need(window, now)
                if window.has_room() and not turns.is_next(waiter, now):
                    pass
                elif not window.has_room():
                    if not window.answer_may_help():
                        return self._sharing.wake_at(self._windows, window.closes_at, now)
                elif need is Need.NOTHING or (need is Need.LOOK and self._asking):
                    window.take(now)
                    turns.served(waiter)
                    return Place(key, window, now)
                elif need is Need.PLACES and now < window.ask_at:
                    return min(window.ask_at, window.closes_at) if window.used else window.ask_at
                elif key not in self._asking:
                    self._asking.add(key)
                    return need
                # No time is waited for here but another thread's turn, or the answer that it reads.
                self._changed.wait(_ANSWER_WAIT)

    def _consult(self, key: str, need: Need) -> None:
        """Ask the ledger for places on this route, or whether others are at work."""
        try:
            if need is Need.LOOK:
                self._tell(all_routes=True)
            else:
                self._fetch_places(key)
        finally:
            with self._changed:
                self._asking.discard(key)
                self._changed.notify_all()

    def _fetch_places(self, key: str) -> None:
        with self._changed:
            now = self._clock.monotonic()
            window = self._window(key, now)
            ask = self._sharing.ask(key, window, len(self._turns[key]), now)
        granted = self._sharing.fetch(ask)
        with self._changed:
            now = self._clock.monotonic()
            self._sharing.answered(None if granted is None else granted.others, now)
            if granted is None:
                return
            current = self._window(key, now)
            if granted.number == current.over:
                return
            if current is window and window.number not in (None, granted.number):
                # Somebody saw the next window open before we did.
                current = self._windows[key] = window.next(now)
            self._sharing.apply(ask, granted, current, now)

    def _tell(self, *, all_routes: bool) -> None:
        """Tell the ledger of all routes, or give back what idle ones hold."""
        with self._changed:
            now = self._clock.monotonic()
            budget = self._sharing.budget
            keys = list(self._windows) if all_routes else self._sharing.idle(self._windows, now)
            if budget is None or not (keys or all_routes):
                return
            figures = self._sharing.figures(self._windows, now, keys)
        others = budget.note(figures, goes=False)
        with self._changed:
            self._sharing.answered(others, self._clock.monotonic())

    def _leave(self) -> None:
        with self._changed:
            budget, goes = self._sharing.budget, self._sharing.leave()
            if budget is None or not goes:
                return
            now = self._clock.monotonic()
            figures = self._sharing.figures(self._windows, now, list(self._windows))
        budget.note(figures, goes=True)

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
        if place.status == TOO_MANY:
            self._sharing.met.setdefault(place.key, Met()).refused += 1
        current = self._windows[place.key]
        mine = current is place.window
        if place.status is None:
            # No answer, no news; but whoever waited for it may try now.
            current.confirmed = current.confirmed or mine
            return
        told = Told.of(place.status, place.headers, place.taken, now, self._server_time)
        current.learn(told, mine=mine)
