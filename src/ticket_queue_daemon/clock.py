"""Time as one injectable object, so that no test ever waits."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOP_GRACE_SECONDS = 5.0
"""How long work in hand may go on waiting (for TDX's limits, for a look) after a stop."""
STOP_POLL_SECONDS = 0.2


class Clock(Protocol):
    """What the daemon asks of time."""

    def now(self) -> datetime:
        """Wall-clock time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, and go on while the process or the machine sleeps."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; may return early when the daemon is told to stop."""
        ...


class SystemClock:
    """The machine's clock; ``stop`` ends every sleep under way and to come."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def now(self) -> datetime:
        """Wall-clock time, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since boot; CLOCK_BOOTTIME goes on while the machine is suspended."""
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boottime is None else time.clock_gettime(boottime)

    def sleep(self, seconds: float) -> None:
        """Wait, or return at once when stopped."""
        if seconds > 0:
            self._stop.wait(seconds)

    def stop(self) -> None:
        """Wake every sleeper: the daemon is going down."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stop.is_set()


@contextmanager
def waking(
    clock: SystemClock, stop: threading.Event, at_once: Callable[[], None] | None = None
) -> Iterator[None]:
    """Once ``stop`` is set and the grace is over, end every wait of the client and the engine.

    ``at_once`` is called when ``stop`` is set, for waits that need no grace; at the latest when
    what is waited for has ended because of it.
    """
    over = threading.Event()
    told = False

    def tell() -> None:
        nonlocal told
        if at_once is not None and not told:
            told = True
            at_once()

    def watch() -> None:
        while not over.wait(STOP_POLL_SECONDS):
            if stop.is_set():
                tell()
                if not over.wait(STOP_GRACE_SECONDS):
                    clock.stop()
                return

    thread = threading.Thread(target=watch, name="stopper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        if stop.is_set():
            tell()
