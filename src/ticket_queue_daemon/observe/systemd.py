"""What systemd is told: that the daemon is ready, alive, reloading or stopping, and what it does.

The protocol is one datagram to the socket that ``NOTIFY_SOCKET`` names, lines of ``NAME=value``
(sd_notify(3)); where no such socket is, nothing is said. The watchdog is fed by a thread, but only
while the work shows signs of life: a daemon that hangs is then ended and started again by systemd.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.events import (
    Event,
    Paused,
    RunFinished,
    RunStarted,
    StandingBy,
    Trouble,
    TroubleOver,
    Waiting,
)
from ticket_queue_daemon.observe.lines import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.observe.scrub import Scrubber

HUNG_SECONDS = 1800.0
"""A run that for so long neither calls TDX nor tells of anything hangs: no wait of ours is longer."""
_LONGEST_STATUS = 300

_LOG = logging.getLogger(__name__)


class ServiceManager:
    """The one that started us, if it wants to be told. Never raises."""

    def __init__(self, environ: Mapping[str, str], scrubber: Scrubber) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._scrubber = scrubber
        self.watchdog_seconds = _watchdog_seconds(environ)

    @property
    def listens(self) -> bool:
        """Whether there is somebody to tell."""
        return self._address.startswith(("/", "@"))

    def tell(self, *lines: str) -> None:
        """Send some ``NAME=value`` lines, without secrets."""
        if not self.listens:
            return
        # An abstract socket begins with a zero byte, which a variable can't hold.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        text = "\n".join(one_line(self._scrubber.text(line)) for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(1.0)
                sender.sendto(text.encode(), address)
        except OSError as error:
            _LOG.debug("systemd was not told: %s", error)

    def ready(self) -> None:
        """The start, or a reload, is over."""
        self.tell("READY=1")

    def reloading(self) -> None:
        """A reload begins; the clock is CLOCK_MONOTONIC, as systemd's."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end has begun: what is under way is finished."""
        self.tell("STOPPING=1", "STATUS=Stopping: what is under way is finished first.")

    def status(self, words: str) -> None:
        """One line for ``systemctl status``."""
        self.tell(f"STATUS={words[:_LONGEST_STATUS]}")


class ServiceObserver:
    """Turns events into status lines, and into signs of life for the watchdog; a context manager.

    Args:
        manager: is told.
        progress: something that differs whenever the work of a queue has come on, such as the calls
            to TDX on its behalf.
    """

    def __init__(self, manager: ServiceManager, progress: Callable[[str], object]) -> None:
        self._manager = manager
        self._progress = progress
        self._queues: dict[str, _QueueSigns] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._manager.ready()
        if self._manager.listens and self._manager.watchdog_seconds:
            threading.Thread(target=self._feed, name="watchdog", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def of(self, queue: str) -> Observer:
        """Who hears the events of one queue; each has to give signs of life of its own."""
        with self._lock:
            return self._queues.setdefault(queue, _QueueSigns(queue, self._tell))

    def gone(self, queue: str) -> None:
        """The queue is watched no more."""
        with self._lock:
            self._queues.pop(queue, None)

    def is_alive(self) -> bool:
        """Whether the last sign of life of every queue is young enough."""
        with self._lock:
            queues = list(self._queues.items())
        return all(one.is_alive(self._progress(name)) for name, one in queues)

    def _tell(self) -> None:
        with self._lock:
            said = {name: one.words for name, one in self._queues.items() if one.words}
        if len(said) == 1 and len(self._queues) == 1:
            self._manager.status(next(iter(said.values())))
        elif said:
            self._manager.status(" ".join(f"{name}: {words}" for name, words in said.items()))

    def _feed(self) -> None:
        while not self._over.wait(self._manager.watchdog_seconds / 2):
            if self.is_alive():
                self._manager.tell("WATCHDOG=1")
            else:
                _LOG.error(
                    "no sign of life for %.0f s: systemd's watchdog is not fed", HUNG_SECONDS
                )


class _QueueSigns:
    """What one queue does, in words, and until when its silence is no bad sign."""

    def __init__(self, queue: str, tell: Callable[[], None]) -> None:
        self._queue = queue
        self._tell = tell
        self._last_seen: object = None
        self._trusted_until = time.monotonic() + HUNG_SECONDS
        self._last_run = ""
        self._trouble = ""
        self.words = ""

    def on_event(self, event: Event) -> None:
        """Tell what the daemon does."""
        trusted = HUNG_SECONDS
        match event:
            case RunStarted():
                self._say(f"A run is under way on {event.queue}.")
            case RunFinished():
                one = event.report
                self._last_run = (
                    f" Last run: {one.found} tickets, {one.succeeded} done, {one.failed} failed,"
                    f" {one.held} held for review."
                )
            case Waiting():
                trusted += max(0.0, event.until.timestamp() - time.time())
                until = f"{event.until.astimezone():%H:%M:%S}"
                self._say(f"Waits until {until}.{self._trouble or self._last_run}")
            case Trouble():
                self._trouble = f" No run comes through: {event.text}"
            case TroubleOver():
                self._trouble = ""
            case Paused():
                self._last_run = f" {event.text}"
            case StandingBy():
                trusted = float("inf")
                self._say(event.text)
            case _:
                pass
        self._trusted_until = time.monotonic() + trusted

    def is_alive(self, seen: object) -> bool:
        """Whether the last sign of life is young enough; ``seen`` differs if there is a new one."""
        now = time.monotonic()
        if seen != self._last_seen:
            self._last_seen = seen
            self._trusted_until = max(self._trusted_until, now + HUNG_SECONDS)
        return now < self._trusted_until

    def _say(self, words: str) -> None:
        self.words = words
        self._tell()


def _watchdog_seconds(environ: Mapping[str, str]) -> float:
    """How long systemd waits for a sign of life; 0: it does not, or it waits for another process."""
    micros, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    ours = not pid or pid == str(os.getpid())
    return int(micros) / 1e6 if ours and micros.isascii() and micros.isdecimal() else 0.0
